"""What administrators do with mails that were held back: let them in, or discard them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.domain.mailroom.keeping import letter_of
from essor.domain.mailroom.models import Mail
from essor.domain.sales.mail_to_lead import taking
from essor.domain.sales.mail_to_lead.models import Arrival, Intake, Outcome, Reason
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.records import strangers


def let_in(actor: Actor, key: int) -> Arrival:
    """Take a mail that was held back as if a person had written it. NotFound; ValidationFailed where it is refused again."""
    require(actor, Permission.CUSTOMIZE)
    letter = letter_of(_mail(_held(Arrival.objects.all(), key)))
    ready = taking.prepared(letter, wanted=True)
    if not ready.mail.sender:
        raise ValidationFailed([FieldError("", "REQUIRED_FIELD_MISSING", str(Reason.NOBODY.label))])
    with transaction.atomic():
        row = _held(Arrival.objects.select_for_update(of=("self",)), key)
        taking.settle(row, ready, replace(letter, ready=ready))
        if row.outcome == Outcome.HELD:
            raise ValidationFailed([FieldError("", "REFUSED", row.detail)])
    return row


def discard(actor: Actor, key: int) -> None:
    """Discard a mail that was held back. NotFound."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        row = _held(Arrival.objects.select_for_update(of=("self",)), key)
        row.outcome = Outcome.DROPPED
        row.save(update_fields=["outcome"])


def _held(rows: QuerySet[Arrival], key: int) -> Arrival:
    row = rows.select_related("intake").filter(pk=key, outcome=Outcome.HELD).first()
    if row is None:
        raise NotFound(_("This mail is not held back any more."))
    return row


def _mail(row: Arrival) -> Mail:
    mail = Mail.objects.filter(pk=row.mail_id).first()
    if mail is None:
        raise NotFound(_("This mail is too old: it is not kept any more."))
    return mail


def counts(intakes: Sequence[Intake], days: int = 30) -> dict[int, dict[str, int]]:
    """Return {intake: {outcome: how many mails}} of the last days."""
    lately = Arrival.objects.filter(at__gte=timezone.now() - timedelta(days=days))
    return strangers.endings(lately, "intake", [intake.pk for intake in intakes])
