"""The dialog of one event in the calendar: a new one in an empty slot, or one to change or delete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from essor.access.view import catalog_for
from essor.domain.activities import series
from essor.domain.activities.reminders import counted_from
from essor.domain.activities.series import RULE, SERIES
from essor.faces.web.activities.calendar import scope_of
from essor.faces.web.lists.going import at_once
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.toasts import toast, trigger
from essor.kernel.clock import zone_named
from essor.kernel.errors import EssorError, FieldError, Forbidden, NotFound, ValidationFailed
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.save import save

REMINDERS = {
    "": gettext_lazy("No reminder"),
    "0": gettext_lazy("At the start"),
    "5": gettext_lazy("5 minutes before"),
    "15": gettext_lazy("15 minutes before"),
    "60": gettext_lazy("1 hour before"),
    "1440": gettext_lazy("1 day before"),
}
LINKS = ("WhoId", "WhatId")  # whom it is with, and what it is about
FIELDS = (
    "Subject",
    "StartDateTime",
    "EndDateTime",
    "IsAllDayEvent",
    "Location",
    "Description",
    "IsReminderSet",
    "ReminderDateTime",
    RULE,
    SERIES,
    *LINKS,
)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponseBase:
    """Draw the dialog of a new event, or write it."""
    actor = actor_of(request)
    if request.method != "POST":
        start = local(request.GET.get("start", "")) or _next_hour()
        end = local(request.GET.get("end", "")) or start + timedelta(hours=1)
        typed = {
            "start": start.isoformat(timespec="minutes"),
            "end": end.isoformat(timespec="minutes"),
            "reminder": "15",
            "all_day": request.GET.get("all_day", ""),
        }
        return _draw(request, typed)
    typed = {name: str(value).strip() for name, value in request.POST.items()}
    try:
        values = _values(typed, actor.timezone)
        values |= _repeating(typed)
        save(actor, Change("Event", values))
    except (Forbidden, NotFound):
        raise
    except EssorError as error:
        return _draw(request, typed, error=error)
    return _written(_("Event planned."))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the dialog of an event, or write what was changed in it."""
    actor = actor_of(request)
    record = _event(request, record_id)
    if request.method != "POST":
        return _draw(request, _typed(record), record)
    typed = {name: str(value).strip() for name, value in request.POST.items()}
    try:
        values = _values(typed, actor.timezone)
        if not _is_series(record):
            values |= _repeating(typed)
        series.change(actor, record.key, values, scope_of(request))
    except (Forbidden, NotFound):
        raise
    except EssorError as error:
        return _draw(request, typed, record, error)
    return _written(_("Saved."))


@require_POST
def remove(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Put the event, or as much of its series as asked for, into the recycle bin."""
    record = _event(request, record_id)
    with transaction.atomic():
        batch = undo.begin(record.actor, "delete", "Event")
        gone = series.remove(record.actor, record.key, scope_of(request), source=Source(batch=batch))
    said = ngettext(
        "“%(name)s” is in the recycle bin.", "%(num)s events “%(name)s” are in the recycle bin.", gone
    )
    return _written(said % {"name": record.title, "num": gone}, undo=f"/undo/{batch}")


def _event(request: HttpRequest, record_id: str) -> Loaded:
    actor = actor_of(request)
    record = load(actor, record_id, [])
    if record.object.name != "Event":
        raise NotFound(_("There is no such record."))
    return load(actor, record_id, [record.object.field(name) for name in FIELDS if record.object.has(name)])


def _written(said: str, undo: str = "") -> HttpResponseBase:
    response = HttpResponse(status=204)
    toast(response, said, undo=undo)
    trigger(response, "es:close-dialog")
    trigger(response, "es:refresh")
    return at_once(response)


def _draw(
    request: HttpRequest,
    typed: Mapping[str, str],
    record: Loaded | None = None,
    error: EssorError | None = None,
) -> HttpResponseBase:
    errors = (
        (error.errors if isinstance(error, ValidationFailed) else [FieldError("", "", str(error))])
        if error
        else ()
    )
    values = record.values if record else {}
    seen = catalog_for(actor_of(request)).object("Event")
    context = {
        "typed": defaultdict(str, typed),
        "record": record,
        "errors": [one.message for one in errors],
        "rule": RULE,
        "reminders": REMINDERS.items(),
        "may_edit": record is None or may_edit(record),
        "is_series": record is not None and _is_series(record),
        "links": [seen.field(name) for name in LINKS if seen.has(name)],
        "held": {**values, **typed} if error else values,
    }
    return render(request, "activities/event.html.jinja", context, status=422 if error else 200)


def _typed(record: Loaded) -> dict[str, str]:
    """Return a stored event as the dialog shows it."""
    values = record.values
    whole = bool(values.get("IsAllDayEvent"))
    zone = UTC if whole else zone_named(record.actor.timezone)
    start = values["StartDateTime"]
    end = values.get("EndDateTime") or start
    remind = values.get("ReminderDateTime") if values.get("IsReminderSet") else None
    return {
        "subject": values.get("Subject") or "",
        "location": values.get("Location") or "",
        "comment": values.get("Description") or "",
        "all_day": "1" if whole else "",
        "start": start.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes"),
        "end": end.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes"),
        "reminder": str(_before(counted_from(start, record.actor.timezone, whole=whole) - remind))
        if remind
        else "",
    }


def _values(typed: Mapping[str, str], zone: str) -> dict[str, Any]:
    """Return what the dialog holds as values of an event; ValidationFailed where something is missing."""
    start, end = local(typed.get("start", "")), local(typed.get("end", ""))
    if not typed.get("subject"):
        raise ValidationFailed([FieldError("Subject", "REQUIRED_FIELD_MISSING", _("Enter a subject."))])
    if start is None:
        raise ValidationFailed(
            [FieldError("StartDateTime", "REQUIRED_FIELD_MISSING", _("Say when it starts."))]
        )
    whole = typed.get("all_day") == "1"
    end = end or start
    first = start.replace(hour=0, minute=0, tzinfo=UTC) if whole else start.replace(tzinfo=zone_named(zone))
    last = end.replace(hour=0, minute=0, tzinfo=UTC) if whole else end.replace(tzinfo=zone_named(zone))
    before = minutes_before(typed)
    reminder = counted_from(first, zone, whole=whole) - before if before is not None else None
    return {
        "Subject": typed["subject"],
        "StartDateTime": first.astimezone(UTC),
        "EndDateTime": last.astimezone(UTC),
        "IsAllDayEvent": whole,
        "Location": typed.get("location") or None,
        "Description": typed.get("comment") or None,
        "IsReminderSet": reminder is not None,
        "ReminderDateTime": reminder,
        **{name: typed[name] or None for name in LINKS if name in typed},
    }


def _before(span: timedelta) -> int:
    """Return a span in minutes: of those on offer the nearest, so that the dialog can show it."""
    minutes = span.total_seconds() / 60
    return min((int(one) for one in REMINDERS if one), key=lambda one: abs(one - minutes))


def _repeating(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the rule that the dialog asks for, nothing where the event does not repeat."""
    return {RULE: typed[RULE]} if typed.get(RULE) else {}


def _is_series(record: Loaded) -> bool:
    return bool(record.values.get(RULE) or record.values.get(SERIES))


def minutes_before(typed: Mapping[str, str]) -> timedelta | None:
    """Return how long before the start a form wants its reminder; None for no reminder."""
    before = typed.get("reminder", "")
    return timedelta(minutes=int(before)) if before and before in REMINDERS else None


def local(text: str) -> datetime | None:
    """Return the wall-clock time that a form sent; None when it is none, or at the ends of time where zones overflow."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None
    return moment if moment and MINYEAR < moment.year < MAXYEAR else None


def _next_hour() -> datetime:
    return timezone.localtime().replace(minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(hours=1)
