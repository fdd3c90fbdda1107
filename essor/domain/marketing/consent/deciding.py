"""Changes what the company decided about consent and about how often people are mailed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.rights import Permission
from essor.domain.marketing.consent.ask import policy
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.whole import whole

SWITCHES = ("email_needs_consent", "opens_need_consent", "clicks_need_consent")
MOST_MAILS, MOST_DAYS = 100, 365


@transaction.atomic
def decide(actor: Actor, switches: Mapping[str, bool], cap_mails: str, cap_days: str) -> None:
    """Keep the decisions; `cap_mails` and `cap_days` are as typed, no mails means that there is no cap.

    Forbidden without the right to customize; ValidationFailed with every number that is none.
    """
    require(actor, Permission.CUSTOMIZE)
    errors: list[FieldError] = []
    row = policy()
    for name in SWITCHES:
        setattr(row, name, bool(switches.get(name)))
    row.cap_mails = _number("cap_mails", cap_mails, MOST_MAILS, errors) if cap_mails.strip() else None
    if row.cap_mails is not None:
        row.cap_days = _number("cap_days", cap_days, MOST_DAYS, errors)
    if errors:
        raise ValidationFailed(errors)
    row.save()
    record(actor, "save_consent_policy", row)


def _number(name: str, text: str, most: int, errors: list[FieldError]) -> int:
    if number := whole(text.strip(), most):
        return number
    sentence = _("Enter a whole number from 1 to %(most)d.") % {"most": most}
    errors.append(FieldError(name, "INVALID_FIELD_VALUE", sentence))
    return 1
