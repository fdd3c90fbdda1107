"""The calendar: day, week and month of one's own events and tasks, or of one's team's."""

from __future__ import annotations

from datetime import date, datetime, time

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.models import User
from essor.access.view import catalog_for
from essor.domain.activities import agenda, ical, series
from essor.faces.web import formatting, offers
from essor.faces.web.activities import grid
from essor.faces.web.lists.going import at_once
from essor.faces.web.offers import PageTab
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.toasts import toast
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.save import save

LABELS = {"day": gettext_lazy("Day"), "week": gettext_lazy("Week"), "month": gettext_lazy("Month")}
SCOPES: tuple[series.Scope, ...] = ("this", "following", "all")


@offers.tab
def tab(actor: Actor) -> PageTab | None:
    """Offer the calendar to those who see events or tasks."""
    seen = catalog_for(actor)
    if not (seen.has("Event") or seen.has("Task")):
        return None
    return PageTab("calendar", _("Calendar"), "calendar-event", reverse("web:calendar"))


@never_cache
@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the calendar around a day; `part` answers with the days only."""
    actor = actor_of(request)
    view, day, whose = _asked(request, actor)
    first, last = grid.span(view, day, grid.first_weekday(formatting.reader_locale()))
    items = agenda.between(actor, first, last, whose)
    today = timezone.localdate()
    may_create = catalog_for(actor).has("Event") and row_access.may(actor, "Event", "create")
    user = User.objects.get(pk=actor.user_id)
    context = {
        "view": view,
        "day": day,
        "whose": whose,
        "today": today,
        "first": first,
        "last": last,
        "days": grid.days(first, last, items, today=today, month=day.month if view == "month" else None),
        "before": grid.stepped(view, day, -1),
        "behind": grid.stepped(view, day, 1),
        "now": timezone.localtime(),
        "views": [(one, LABELS[one]) for one in grid.VIEWS],
        "has_team": len(actor.team) > 1,
        "may_create": may_create,
        "hours": [formatting.clock(time(hour)) for hour in range(24)],
        "weekday": grid.weekday_name,
        "heading": grid.heading(view, day, first, last),
        "full": len(items) >= agenda.MOST,
        "count": len(items),
        "feed": request.build_absolute_uri(reverse("web:calendar_feed", args=[ical.token_of(user)])),
    }
    return render(request, "activities/calendar.html.jinja", context)


def _asked(request: HttpRequest, actor: Actor) -> tuple[grid.View, date, agenda.Whose]:
    """Return what the address asks for; what it says wrongly is as if it said nothing."""
    wanted = request.GET.get("view") or request.COOKIES.get("essor_calendar", "")
    view: grid.View = next((one for one in grid.VIEWS if one == wanted), "week")
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = timezone.localdate()
    day = max(date(1901, 1, 1), min(day, date(2199, 12, 31)))
    whose: agenda.Whose = "team" if request.GET.get("whose") == "team" and len(actor.team) > 1 else "me"
    return view, day, whose


@require_POST
def move(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Move or resize: an event to `start` and `end` (wall-clock times), a task to the day of `start`.

    `whole` makes an event one of whole days ("1") or of hours ("0"); without it the event stays what it is.
    """
    actor = actor_of(request)
    record = load(actor, record_id, [], of=("Task", "Event"))
    start, end = _moment(request.POST.get("start")), _moment(request.POST.get("end"))
    with transaction.atomic():
        batch = undo.begin(actor, "move", record.object.name)
        source = Source(batch=batch)
        if record.object.name == "Task":
            day = start.date().isoformat()
            save(actor, Change("Task", {"ActivityDate": day}, id=record.key), source=source)
        else:
            whole = request.POST.get("whole") == "1" if "whole" in request.POST else _is_whole(record)
            mark = "Z" if whole else ""
            values = {
                "StartDateTime": f"{start.isoformat()}{mark}",
                "EndDateTime": f"{end.isoformat()}{mark}",
                "IsAllDayEvent": whole,
            }
            series.change(actor, record.key, values, scope_of(request), source=source)
    response = HttpResponse(status=204)
    toast(response, _("Moved: %(name)s") % {"name": record.title}, undo=f"/undo/{batch}")
    return at_once(response)


def _is_whole(record: Loaded) -> bool:
    field = record.object.field("IsAllDayEvent")
    return bool(load(record.actor, record.id, [field]).values.get(field.name))


def _moment(text: str | None) -> datetime:
    try:
        value = datetime.fromisoformat(text or "")
    except ValueError:
        raise ValidationFailed([FieldError("", "INVALID_DATE", _("This is no date and time."))]) from None
    return value.replace(tzinfo=None)


def scope_of(request: HttpRequest) -> series.Scope:
    """Return how far into its series a change reaches."""
    return next((one for one in SCOPES if one == request.POST.get("scope")), "this")


@login_not_required
@never_cache
@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponseBase:  # noqa: ARG001 -- Django's signature
    """Hand the calendar of the token's owner to another program; the address itself is the key."""
    actor = ical.reader_of(token)
    if actor is None:
        return HttpResponse(status=404)
    response = HttpResponse(ical.feed(actor), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="essor.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response
