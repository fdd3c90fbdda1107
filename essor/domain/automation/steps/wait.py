"""Lets time pass: for a while, until a moment, a date of the record, or until the record meets a condition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation import hours, loading
from essor.domain.automation.definition import Step
from essor.domain.automation.durations import duration, duration_errors, later, length
from essor.domain.automation.kinds import Batch, Member, Site, StepKind, step
from essor.domain.automation.models import FlowStep
from essor.domain.workdays import days
from essor.kernel.clock import zone_named
from essor.kernel.errors import EssorError, FieldError
from essor.query import codec, run

LOOK_AGAIN = timedelta(hours=1)  # a change of the record is seen at once; this is for dates that come closer
MET, LATE = "met", "late"
KINDS = ("time", "moment", "date", "condition")


@step
class Wait(StepKind):
    """`for`: "time" (`amount`, `unit`), "moment" (`moment`, as the flow's clock shows it), "date" (`field`, `amount`, `unit`
    before or after) or "condition" (`where`). `hours`: only in these working hours (`hours.read`).
    """  # noqa: D205

    name = "wait"
    label = gettext_lazy("Wait")
    icon = "clock"
    help = gettext_lazy("For some time, until a date of the record, or until the record meets a condition.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:
        """The date, and where the person lives."""
        if step.settings.get("for") == "date":
            yield str(step.settings.get("field", ""))
        within = hours.read(step.settings.get("hours"))
        if within is not None and within.personal and site.obj.name in hours.PLACES:
            yield hours.PLACES[site.obj.name][0]

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """It will end."""
        settings, errors = step.settings, []
        kind = settings.get("for")
        if kind not in KINDS:
            errors.append(FieldError("for", "REQUIRED_FIELD_MISSING", _("Choose what to wait for.")))
        if kind == "moment":
            if _moment(step, ZoneInfo("UTC")) is None:
                errors.append(FieldError("moment", "REQUIRED_FIELD_MISSING", _("Choose a date and a time.")))
        else:
            shortest = 0 if settings.get("hours") else 1
            errors += duration_errors(step, least=shortest if kind == "time" else None)
        if settings.get("hours") and hours.read(settings["hours"]) is None:
            message = _("Choose at least one day, and an hour that begins before it ends.")
            errors.append(FieldError("hours", "FIELD_INTEGRITY_EXCEPTION", message))
        if kind == "date":
            errors += _date_errors(step, site)
        if kind == "condition":
            errors += _condition_errors(step)
        return errors

    def told(self, step: Step, site: Site) -> str:
        """Say how long."""
        text = _told(step, site)
        return _("%(text)s, in working hours") % {"text": text} if step.settings.get("hours") else text

    def run(self, batch: Batch) -> None:
        """Say until when.

        Who waits for a date, or for working hours, comes again to this step when the time has come, and is asked anew: the
        date may have been changed meanwhile, the night fallen.
        """
        kind = str(batch.settings.get("for"))
        if kind == "condition":
            _until_met(batch)
            return
        within = hours.read(batch.settings.get("hours"))
        calendar = days.calendar(batch.site.actor.company) if within else None
        known = _told_before(batch)
        goes_on = bool(batch.definition.after(batch.step.id))
        looks = kind == "date" and not _tells_changes(batch)
        for one in batch.members:
            until = _until(batch, one, kind)
            if within is not None and calendar is not None:
                until = within.opens(max(until, batch.moment.now), _zone(batch, one, within), calendar)
            if until <= batch.moment.now or not goes_on:
                continue
            told = until.isoformat(timespec="minutes")
            one.detail = told if known.get(one.run.pk) != told else ""
            one.until = min(until, batch.moment.now + LOOK_AGAIN) if looks else until
            one.stay, one.watches = kind == "date" or within is not None, kind == "date"

    def end_wait(self, batch: Batch) -> None:
        """Who waits for a condition and is told to go on has not met it."""
        if batch.step.path(LATE) is not None:
            for one in batch.members:
                one.outcome, one.detail = LATE, _("Somebody ended the wait.")


def _told(step: Step, site: Site) -> str:
    settings = step.settings
    kind = settings.get("for")
    if kind == "time":
        return length(step)
    if kind == "moment":
        moment = _moment(step, ZoneInfo("UTC"))
        return date_format(moment, "SHORT_DATETIME_FORMAT") if moment else ""
    if kind == "date":
        field = site.obj.by_name.get(str(settings.get("field", "")).lower())
        label = str(field.label) if field else ""
        amount = settings.get("amount", 0)
        if not amount:
            return label
        pattern = _("%(length)s before %(field)s") if amount < 0 else _("%(length)s after %(field)s")
        return pattern % {"length": length(step), "field": label}
    return _("until a condition is met")


def _moment(step: Step, zone: ZoneInfo) -> datetime | None:
    """Return the moment that is set, as clocks in `zone` show it."""
    try:
        return datetime.fromisoformat(str(step.settings.get("moment", ""))).replace(tzinfo=zone)
    except ValueError:
        return None


def _until(batch: Batch, member: Member, kind: str) -> datetime:
    """Return when it goes on, now or earlier for at once, whatever the hour."""
    now = batch.moment.now
    if kind == "moment":
        return _moment(batch.step, batch.moment.zone) or now
    if kind != "date":
        return later(member.run.arrived, batch.step, batch.moment.zone)
    value = member.get(str(batch.settings.get("field", "")))
    if value is None:
        member.detail = _("The date is empty: it goes on at once.")
        return now
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(8), batch.moment.zone)
    return later(value, batch.step, batch.moment.zone)


def _told_before(batch: Batch) -> dict[int, str]:
    """Return what the run log has told last of those who have come to this step before: one query, if there are any."""
    again = [one.run.pk for one in batch.members if one.run.due_at and one.run.due_at > one.run.arrived]
    if not again:
        return {}
    rows = FlowStep.objects.filter(run__in=again, node=batch.step.id).order_by("pk")
    return dict(rows.values_list("run_id", "detail"))


def _tells_changes(batch: Batch) -> bool:
    """Tell whether a change of the date is seen at once: it stands in the record itself, and is not computed."""
    path = str(batch.settings.get("field", ""))
    return "." not in path and batch.site.obj.field(path).has_column


def _zone(batch: Batch, member: Member, within: hours.Hours) -> ZoneInfo:
    company = zone_named(batch.site.actor.company.timezone)
    where = hours.PLACES.get(batch.site.obj.name)
    if not within.personal or where is None:
        return company
    path, zone_of = where
    return zone_of(member.get(path), company)


def _until_met(batch: Batch) -> None:
    """Let those go on that meet the condition, or whose patience is over; the others come again."""
    where = codec.condition(batch.settings.get("where"))
    met = loading.meeting(batch.site, {one.run.record_id for one in batch.members}, where)
    patience = duration(batch.step)
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
