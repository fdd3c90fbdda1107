"""The composer of a record page: log a call, write a note, plan a task or an event without leaving the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from essor.access import rows as row_access
from essor.domain.activities.calls import link_of, log_call
from essor.domain.activities.reminders import MORNING
from essor.domain.notifications import mentions
from essor.faces.web import addresses, offers
from essor.faces.web.activities.events import REMINDERS, local, minutes_before
from essor.faces.web.offers import Panel
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Option
from essor.faces.web.toasts import toast, trigger
from essor.kernel.errors import EssorError, FieldError, Forbidden, NotFound, ValidationFailed
from essor.kernel.whole import whole
from essor.records.change import Change
from essor.records.save import save

# Which object a tab writes; a tab shows to those who may create it.
TABS = {
    "call": ("Task", gettext_lazy("Call"), "phone"),
    "note": ("Note", gettext_lazy("Note"), "note"),
    "task": ("Task", gettext_lazy("Task"), "checkbox"),
    "event": ("Event", gettext_lazy("Event"), "calendar"),
}
NEXT = (1, 3, 7)
SUGGESTED = 8


@offers.record_panel(offers.EVERY)
def offer(record: Loaded) -> Panel | None:
    """Offer the composer where activities apply and the reader may write one."""
    if not record.object.activities or not _tabs(record):
        return None
    return Panel("composer", addresses.record(record.id, "compose"), "side", fresh=False)


def _tabs(record: Loaded) -> list[str]:
    return [
        name
        for name, (obj, _label, _icon) in TABS.items()
        if record.catalog.has(obj) and row_access.may(record.actor, obj, "create")
    ]


@require_http_methods(["GET", "POST"])
def compose(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the composer, or write what was filled in and draw it empty again."""
    record = load(actor_of(request), record_id, [])
    tabs = _tabs(record)
    if not tabs or not record.object.activities:
        raise Forbidden(_("You may not write activities here."))
    if request.method != "POST":
        return _draw(request, record, tabs, tabs[0], {})
    tab = request.POST.get("tab", "")
    if tab not in tabs:
        raise Forbidden(_("You may not write activities here."))
    typed = {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}
    try:
        said = _WRITERS[tab](record, typed)
    except (Forbidden, NotFound):
        raise
    except EssorError as error:
        return _draw(request, record, tabs, tab, typed, error)
    response = _draw(request, record, tabs, tab, {})
    toast(response, said)
    trigger(response, "es:changed", {"object": "Task"})
    return response


def _draw(
    request: HttpRequest,
    record: Loaded,
    tabs: list[str],
    tab: str,
    typed: Mapping[str, str],
    error: EssorError | None = None,
) -> HttpResponseBase:
    today = timezone.localdate()
    start = datetime.combine(today + timedelta(days=1), time(9))
    errors = (
        (error.errors if isinstance(error, ValidationFailed) else [FieldError("", "", str(error))])
        if error
        else ()
    )
    context = {
        "record": record,
        "tabs": [(name, str(TABS[name][1]), TABS[name][2]) for name in tabs],
        "tab": tab,
        "typed": defaultdict(str, typed),
        "errors": [one.message for one in errors],
        "results": _results(record, typed),
        "next": NEXT,
        "tomorrow": (today + timedelta(days=1)).isoformat(),
        "start": start.isoformat(timespec="minutes"),
        "end": (start + timedelta(hours=1)).isoformat(timespec="minutes"),
        "reminders": REMINDERS.items(),
        "morning": MORNING,
    }
    return render(request, "activities/composer.html.jinja", context, status=422 if error else 200)


def _results(record: Loaded, typed: Mapping[str, str]) -> list[Option]:
    """Return the outcomes of a call; none for those who do not see the field."""
    if not record.catalog.has("Task") or not record.catalog.object("Task").has("CallDisposition"):
        return []
    choices = record.catalog.object("Task").field("CallDisposition").choices
    return [
        Option(one.value, str(one), selected=one.value == typed.get("result"))
        for one in choices
        if one.active
    ]


def _call(record: Loaded, typed: Mapping[str, str]) -> str:
    days = typed.get("next", "")
    log_call(
        record.actor,
        link_of(record.object.name, record.id),
        result=typed.get("result", ""),
        comment=typed.get("comment", ""),
        next_in=number if (number := whole(days)) in NEXT else None,
    )
    return _("Call logged, next task planned.") if days else _("Call logged.")


def _note(record: Loaded, typed: Mapping[str, str]) -> str:
    save(record.actor, Change("Note", {"ParentId": record.id, "Body": typed.get("comment", "")}))
    return _("Note saved.")


def _task(record: Loaded, typed: Mapping[str, str]) -> str:
    link = link_of(record.object.name, record.id)
    values: dict[str, Any] = {
        "Subject": _needed(typed, "subject"),
        "ActivityDate": typed.get("date") or None,
        "Description": typed.get("comment") or None,
        **link,
    }
    if typed.get("remind") and typed.get("date"):
        values |= {"IsReminderSet": True, "ReminderDateTime": f"{typed['date']}T{MORNING.isoformat()}"}
    save(record.actor, Change("Task", values))
    return _("Task planned.")


def _event(record: Loaded, typed: Mapping[str, str]) -> str:
    values: dict[str, Any] = {
        "Subject": _needed(typed, "subject"),
        "StartDateTime": typed.get("start") or None,
        "EndDateTime": typed.get("end") or None,
        "Location": typed.get("location") or None,
        **link_of(record.object.name, record.id),
    }
    start = local(typed.get("start", ""))
    if (before := minutes_before(typed)) is not None and start:
        values |= {"IsReminderSet": True, "ReminderDateTime": (start - before).isoformat()}
    save(record.actor, Change("Event", values))
    return _("Event planned.")


def _needed(typed: Mapping[str, str], name: str) -> str:
    if not typed.get(name):
        raise ValidationFailed([FieldError("Subject", "REQUIRED_FIELD_MISSING", _("Enter a subject."))])
    return typed[name]


_WRITERS: dict[str, Callable[[Loaded, Mapping[str, str]], str]] = {
    "call": _call,
    "note": _note,
    "task": _task,
    "event": _event,
}


@require_GET
def people(request: HttpRequest) -> HttpResponseBase:
    """Suggest people to mention."""
    actor_of(request)
    rows = mentions.suggested(request.GET.get("q", ""), SUGGESTED)
    return render(request, "activities/people.html.jinja", {"people": rows})
