"""The verbs of the set-up: addresses whose mails make leads."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.pipelines import record_type
from essor.domain.mailroom.models import Mailbox
from essor.domain.sales.assignment.edit import can_own
from essor.domain.sales.mail_to_lead.models import Intake
from essor.kernel.errors import FieldError, NotFound, ValidationFailed

TAKER = "mail_to_lead"


@dataclass(frozen=True, slots=True)
class IntakeText:
    """What the set-up says about an intake; `record_type` is an 18-character id."""

    address: str
    owner: int | None
    language: str = "fr"
    lead_source: str = ""
    record_type: str = ""
    assign: bool = True
    active: bool = True


def found(key: int) -> Intake:
    """Return an intake; NotFound."""
    row = Intake.objects.filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such address."))
    return row


def by_address(address: str) -> int | None:
    """Return the active intake that an address is, with or without a “+detail”; None for a stranger's."""
    local, _at, domain = address.strip().lower().rpartition("@")
    wanted = {f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"}
    rows = Intake.objects.filter(address__in=wanted, active=True).order_by("-address")
    return rows.values_list("pk", flat=True).first()


def save_intake(actor: Actor, text: IntakeText, intake: Intake | None = None) -> Intake:
    """Make an intake or change one. Forbidden, ValidationFailed with every mistake by control."""
    require(actor, Permission.CUSTOMIZE)
    row = intake or Intake()
    address = text.address.strip().lower()
    mistakes = _mistakes(text, address, row)
    if mistakes:
        raise ValidationFailed(mistakes)
    row.address, row.language, row.lead_source = address, text.language, text.lead_source
    row.record_type, row.owner_id = text.record_type, text.owner or 0
    row.assign, row.active = text.assign, text.active
    with transaction.atomic():
        row.save()
        audit.record(actor, "mail_intake_saved", row.address, active=row.active)
    return row


def _mistakes(text: IntakeText, address: str, row: Intake) -> list[FieldError]:
    lead = current.get().object("Lead")
    kind = record_type(lead, text.record_type)
    checks = (
        (not _is_address(address), "address", _("Enter an address, such as contact@example.com.")),
        (
            Intake.objects.filter(address=address).exclude(pk=row.pk).exists(),
            "address",
            _("This address is set up already."),
        ),
        (not can_own(text.owner), "owner", _("Choose who gets the leads.")),
        (text.language not in dict(settings.LANGUAGES), "language", _("Choose a language.")),
        (
            bool(text.lead_source) and lead.field("LeadSource").choice(text.lead_source) is None,
            "lead_source",
            _("There is no such source."),
        ),
        (
            bool(text.record_type) and (kind is None or not kind.active),
            "record_type",
            _("There is no such record type."),
        ),
    )
    return [FieldError(name, "INVALID_FIELD_VALUE", message) for wrong, name, message in checks if wrong]


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return "+" not in address


def remove_intake(actor: Actor, intake: Intake) -> None:
    """Remove an intake with its mailboxes; leads and mails that it brought stay."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        audit.record(actor, "mail_intake_removed", intake.address)
        Mailbox.objects.filter(taker=TAKER, place=intake.pk).delete()
        intake.delete()
