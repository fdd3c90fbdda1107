"""How long a step waits: `amount` and `unit` of its settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.domain.automation.definition import Step
from essor.kernel.errors import FieldError

UNITS = {"minutes": 60, "hours": 3600, "days": 86400, "weeks": 7 * 86400}
LONGEST = timedelta(days=3650)


def duration(step: Step) -> timedelta:
    """Return how long; negative before a date."""
    unit = UNITS.get(str(step.settings.get("unit", "days")), UNITS["days"])
    return timedelta(seconds=int(step.settings.get("amount", 0)) * unit)


def later(moment: datetime, step: Step, zone: ZoneInfo) -> datetime:
    """Return a moment, later (or before it) by as much: days and weeks as the clock on the wall counts them.

    So three days after eight o'clock it is eight, in the week in which the clocks change too.
    """
    if step.settings.get("unit", "days") not in ("days", "weeks"):
        return moment.astimezone(UTC) + duration(step)
    local = moment.astimezone(zone).replace(tzinfo=None) + duration(step)
    return local.replace(tzinfo=zone).astimezone(UTC)


def duration_errors(step: Step, *, least: int | None = 1) -> Iterator[FieldError]:
    """Yield what is wrong with it; `least` is the smallest amount, None when any will do."""
    amount, unit = step.settings.get("amount", 0), UNITS.get(str(step.settings.get("unit")))
    if not isinstance(amount, int) or unit is None or abs(amount) * unit > LONGEST.total_seconds():
        yield FieldError("amount", "FIELD_INTEGRITY_EXCEPTION", _("Enter how long, at most ten years."))
    elif least is not None and amount < least:
        message = _("Enter a whole number from %(least)d on.") % {"least": least}
        yield FieldError("amount", "FIELD_INTEGRITY_EXCEPTION", message)


def length(step: Step) -> str:
    """Return “3 days”."""
    amount = abs(int(step.settings.get("amount", 0)))
    words = {
        "minutes": ngettext("%(num)d minute", "%(num)d minutes", amount),
        "hours": ngettext("%(num)d hour", "%(num)d hours", amount),
        "days": ngettext("%(num)d day", "%(num)d days", amount),
        "weeks": ngettext("%(num)d week", "%(num)d weeks", amount),
    }
    return words.get(str(step.settings.get("unit", "days")), words["days"]) % {"num": amount}
