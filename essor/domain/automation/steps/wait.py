"""Lets time pass: for a while, until a date of the record, or until the record meets a condition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.domain.automation import loading
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Member, Site, StepKind, step
from essor.kernel.errors import EssorError, FieldError
from essor.query import codec, run

UNITS = {"minutes": 60, "hours": 3600, "days": 86400, "weeks": 7 * 86400}
LOOK_AGAIN = timedelta(hours=1)  # a change of the record is seen at once; this is for dates that come closer
LONGEST = 3650 * 86400
MET, LATE = "met", "late"


@step
class Wait(StepKind):
    """`for`: "time" (`amount`, `unit`), "date" (`field`, `amount`, `unit` before or after) or "condition" (`where`)."""

    name = "wait"
    label = gettext_lazy("Wait")
    icon = "clock"
    help = gettext_lazy("For some time, until a date of the record, or until the record meets a condition.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:  # noqa: ARG002
        """The date."""
        return [str(step.settings.get("field", ""))] if step.settings.get("for") == "date" else []

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """It will end."""
        settings, errors = step.settings, []
        kind = settings.get("for")
        if kind not in ("time", "date", "condition"):
            errors.append(FieldError("for", "REQUIRED_FIELD_MISSING", _("Choose what to wait for.")))
        amount = settings.get("amount", 0)
        if not isinstance(amount, int) or settings.get("unit") not in UNITS or abs(_seconds(step)) > LONGEST:
            errors.append(
                FieldError("amount", "FIELD_INTEGRITY_EXCEPTION", _("Enter how long, at most ten years."))
            )
        elif kind == "time" and amount < 1:
            errors.append(
                FieldError("amount", "FIELD_INTEGRITY_EXCEPTION", _("Enter a whole number from 1 on."))
            )
        if kind == "date":
            errors += _date_errors(step, site)
        if kind == "condition":
            errors += _condition_errors(step)
        return errors

    def told(self, step: Step, site: Site) -> str:
        """Say how long."""
        settings = step.settings
        if settings.get("for") == "time":
            return length(step)
        if settings.get("for") == "date":
            field = site.obj.by_name.get(str(settings.get("field", "")).lower())
            label = str(field.label) if field else ""
            amount = settings.get("amount", 0)
            if not amount:
                return label
            pattern = _("%(length)s before %(field)s") if amount < 0 else _("%(length)s after %(field)s")
            return pattern % {"length": length(step), "field": label}
        return _("until a condition is met")

    def run(self, batch: Batch) -> None:
        """Say until when."""
        kind = batch.settings.get("for")
        if kind == "condition":
            _until_met(batch)
            return
        for one in batch.members:
            one.until = _until(batch, one, kind == "date")
            if one.until is not None and one.until <= batch.moment.now:
                one.until = None
            if one.until is not None:
                one.detail = one.until.isoformat(timespec="minutes")


def _seconds(step: Step) -> int:
    return int(step.settings.get("amount", 0)) * UNITS.get(str(step.settings.get("unit", "days")), 86400)


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


def _until(batch: Batch, member: Member, dated: bool) -> datetime | None:  # noqa: FBT001
    away = timedelta(seconds=_seconds(batch.step))
    if not dated:
        return batch.moment.now + away
    value = member.get(str(batch.settings.get("field", "")))
    if value is None:
        member.detail = _("The date is empty: it goes on at once.")
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) + away
    return datetime.combine(value, time(8), batch.moment.zone).astimezone(UTC) + away


def _until_met(batch: Batch) -> None:
    """Let those go on that meet the condition, or whose patience is over; the others come again."""
    where = codec.condition(batch.settings.get("where"))
    met = loading.meeting(batch.site, {one.run.record_id for one in batch.members}, where)
    patience = timedelta(seconds=_seconds(batch.step))
    for one in batch.members:
        if one.run.record_id in met:
            one.outcome, one.detail = MET, _("The condition is met.")
        elif patience and one.run.arrived + patience <= batch.moment.now:
            one.outcome, one.detail = LATE, _("It was not met in time.")
        else:
            end = one.run.arrived + patience if patience else batch.moment.now + LOOK_AGAIN
            one.stay, one.until = True, min(end, timezone.now() + LOOK_AGAIN)


def _date_errors(step: Step, site: Site) -> list[FieldError]:
    try:
        field = run.field_of(site.actor, site.obj.name, str(step.settings.get("field", "")))
    except EssorError as error:
        return [FieldError("field", "INVALID_FIELD", str(error))]
    if field.kind.formula_type not in ("date", "datetime"):
        return [FieldError("field", "INVALID_FIELD", _("Choose a date."))]
    return []


def _condition_errors(step: Step) -> list[FieldError]:
    if not step.settings.get("where"):
        return [FieldError("where", "REQUIRED_FIELD_MISSING", _("There are no criteria yet."))]
    return []
