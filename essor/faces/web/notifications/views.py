"""The bell's panel, the page of all notifications, and following a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from essor.access import principals
from essor.domain.notifications import following, mails, reading
from essor.domain.notifications.kinds import kind_named
from essor.domain.notifications.models import Notification
from essor.faces.web import addresses, offers
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel.whole import whole

IN_PANEL = 12
ON_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One notification ready to draw; `who` caused it."""

    key: int
    title: str
    body: str
    icon: str
    kind: str
    who: str
    when: datetime
    unread: bool


def lines(rows: Sequence[Notification]) -> list[Line]:
    """Return notifications ready to draw; one query for the names of those who caused them."""
    people = principals.names(row.by_id for row in rows)
    return [
        Line(
            row.pk,
            row.title,
            row.body,
            kind_named(row.kind).icon,
            str(kind_named(row.kind).label),
            people.get(row.by_id or 0, ""),
            row.created,
            row.read is None,
        )
        for row in rows
    ]


@never_cache
@require_GET
def count(request: HttpRequest) -> HttpResponseBase:
    """Draw the bell's number."""
    unread = reading.unread(actor_of(request).user_id)
    return render(request, "notifications/count.html.jinja", {"unread": unread, "most": reading.MOST_COUNTED})


@never_cache
@require_GET
def panel(request: HttpRequest) -> HttpResponseBase:
    """Draw the bell's panel: the newest notifications."""
    return _panel(request)


def _panel(request: HttpRequest) -> HttpResponseBase:
    rows = reading.latest(actor_of(request).user_id, IN_PANEL)
    return render(request, "notifications/panel.html.jinja", {"lines": lines(rows)})


@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw the page of all notifications, or of the unread ones."""
    before = request.GET.get("before", "")
    only_unread = request.GET.get("only") == "unread"
    rows = reading.latest(
        actor_of(request).user_id,
        ON_PAGE + 1,
        before=whole(before),
        only_unread=only_unread,
    )
    older = rows[ON_PAGE - 1].pk if len(rows) > ON_PAGE else None
    context = {
        "lines": lines(rows[:ON_PAGE]),
        "older": older,
        "only_unread": only_unread,
        "first": not before,
    }
    return render(request, "notifications/page.html.jinja", context)


@require_GET
def show(request: HttpRequest, key: int) -> HttpResponseBase:
    """Mark a notification as read and lead to what it is about."""
    return HttpResponseRedirect(mails.page_of(reading.mark(actor_of(request).user_id, key)))


@require_POST
def mark(request: HttpRequest, key: int) -> HttpResponseBase:
    """Mark a notification as read, or as unread with `unread` in the address; answers with its line."""
    row = reading.mark(actor_of(request).user_id, key, read="unread" not in request.GET)
    return render(request, "notifications/line.html.jinja", {"one": lines([row])[0]})


@require_POST
def mark_all(request: HttpRequest) -> HttpResponseBase:
    """Mark everything as read."""
    reading.mark_all(actor_of(request).user_id)
    if request.headers.get("HX-Target") == "bell-panel":
        return _panel(request)
    flash(request, _("All marked as read."))
    return HttpResponseRedirect(addresses.NOTIFICATIONS)


@offers.record_action(offers.EVERY)
def offer(record: Loaded) -> Action | None:
    """Offer to follow the record, or to stop."""
    if not record.object.is_record:
        return None
    if following.follows(record.actor.user_id, record.object.name, record.key):
        return Action(
            _("Stop following"), addresses.record(record.id, "follow?stop=1"), "eye-off", method="post"
        )
    return Action(_("Follow"), addresses.record(record.id, "follow"), "eye", method="post")


@require_POST
def follow(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Follow a record that the reader sees, or stop with `stop` in the address."""
    record = load(actor_of(request), record_id, [])
    if "stop" in request.GET:
        following.unfollow(record.actor.user_id, record.object.name, record.key)
        said = _("You no longer follow “%(name)s”.")
    else:
        following.follow(record.actor.user_id, record.object.name, record.key)
        said = _("You follow “%(name)s”: you will hear when it changes.")
    flash(request, said % {"name": record.title})
    return HttpResponseRedirect(addresses.record(record.id))
