"""The record page: heading with what matters first, the path, sections of the layout, related lists, the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from essor.access import rows as row_access
from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.layouts import layout_for
from essor.faces.web import addresses, offers
from essor.faces.web.lists import recents
from essor.faces.web.records import related
from essor.faces.web.records.paths import path_of
from essor.faces.web.records.reading import Loaded, actor_of, load, located
from essor.faces.web.shapes import Action
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.query.access import visible_q
from essor.records.merge import winner_of

MOST_HIGHLIGHTS = 6
STALE_DAYS = 30


@require_GET
def show(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw a record's page; the id of a merged record leads to the winner, for as long as nobody parts them again."""
    actor = actor_of(request)
    try:
        record = load(actor, record_id)
    except NotFound:
        winner = _winner(request, record_id)
        if winner is None:
            raise
        return HttpResponseRedirect(addresses.record(winner))
    layout = layout_for(record.object, actor.profile_id, record.catalog.version)
    offered, marks = list(offers.actions(record)), offers.marks(record)
    context = {
        "record": record,
        "object": record.object,
        "sections": [
            (section.label, section.columns, _fields(record.object, section)) for section in layout.sections
        ],
        "highlights": highlights(record),
        "path": path_of(record),
        "inactive": inactive(record),
        "related": related.lists(record, layout),
        "marks": marks,
        "may_edit": not any(one.locks for one in marks) and may_edit(record),
        "buttons": list(buttons(offered)),
        "actions": [*(one for one in offered if not _in_heading(one)), *actions(record)],
        "panels": offers.panels(record),
        "activities": record.object.activities,
    }
    response = render(request, "records/page.html.jinja", context)
    recents.remember(request, response, record.id)
    return response


def _in_heading(one: Action) -> bool:
    return one.style == "primary" or one.upfront


def _winner(request: HttpRequest, record_id: str) -> str | None:
    _seen, obj, key = located(actor_of(request), record_id)
    winner = winner_of(obj.name, key)
    return None if winner is None else ids.encode(obj.prefix, winner)


def _fields(obj: ObjectDef, section: Any) -> list[Field]:
    return [obj.field(item.name) for item in section.items if not obj.field(item.name).hidden]


def buttons(offered: Iterable[Action]) -> Iterator[Action]:
    """Yield the offered actions of the heading; only the first is filled, so that one next step stands out."""
    shown = sorted(filter(_in_heading, offered), key=lambda one: one.style != "primary")
    yield from shown[:1]
    yield from (replace(one, style="") for one in shown[1:])


def may_edit(record: Loaded) -> bool:
    """Tell whether the reader may change this record: one query, none where the right alone decides."""
    if not record.object.is_record or not row_access.may(record.actor, record.object, "edit"):
        return False
    if not any(field.updateable and not field.hidden for field in record.object.fields):
        return False
    if record.object.done_field and record.values.get(record.object.done_field):
        return False
    condition = visible_q(record.actor, record.object, verb="edit")
    model = record.object.model
    return condition is None or model._default_manager.filter(condition, pk=record.key).exists()


def highlights(record: Loaded) -> list[Field]:
    """Return the fields of the heading: the telling ones that hold something; the path already shows its own."""
    obj = record.object
    owner = ["OwnerId"] if obj.has("OwnerId") else []
    names = [name for name in (*obj.compact, *owner) if name != obj.path_field]
    return [obj.field(name) for name in names if record.values.get(name) not in (None, 0, "")][
        :MOST_HIGHLIGHTS
    ]


def inactive(record: Loaded) -> tuple[str, str] | None:
    """Return how long nothing has happened, in words, and the tone: long silence is marked while there is work."""
    if not record.object.activities or not record.object.has("LastActivityDate"):
        return None
    last = record.values.get("LastActivityDate")
    if not isinstance(last, date):
        return _("No activity yet"), ""
    days = max(0, (timezone.localdate() - last).days)
    text = (
        ngettext("%(num)s day inactive", "%(num)s days inactive", days) % {"num": days}
        if days
        else _("Active today")
    )
    over = record.values.get("IsClosed") or record.values.get("IsConverted")
    return text, "bad" if days > STALE_DAYS and not over else "good" if days <= 7 else ""  # noqa: PLR2004 -- a week


def actions(record: Loaded) -> list[Action]:
    """Return what else can be done with the record, for the menu of its heading."""
    found: list[Action] = []
    if record.object.is_record and current.get().object(record.object.name).createable:
        if row_access.may(record.actor, record.object, "create"):
            found.append(
                Action(_("Clone"), f"{addresses.new_record(record.object.name)}?clone={record.id}", "copy")
            )
        found.append(Action(_("Who may do what"), addresses.record(record.id, "access"), "shield"))
        if row_access.may(record.actor, record.object, "delete"):
            found.append(
                Action(_("Delete"), addresses.record(record.id, "delete"), "trash", "danger", "post")
            )
    return found
