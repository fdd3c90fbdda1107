"""What happened to a record, newest first: activities of its own and its children's, and changes of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access import principals
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext
from essor.faces.web import addresses
from essor.faces.web.display import shown
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Event
from essor.kernel import ids
from essor.kernel.whole import whole
from essor.query import run
from essor.query.names import Key, names
from essor.query.tree import Column, Compare, Condition, Constant, Order, Path, Query
from essor.records.models import History
from essor.records.write import revive

SHOWN, MOST = 25, 1600  # entries at first, and after asking for older ones as often as one may
LONGEST = 600  # letters of a mail
OWNERS = {"User", "Group"}
ICONS = {"Call": "phone", "Email": "mail", "LinkedIn": "brand-linkedin"}


@require_GET
def show(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the timeline; `only` in the address chooses activities or changes, `count` how many entries."""
    record = load(actor_of(request), record_id, [])
    only = request.GET.get("only", "")
    count = max(SHOWN, min(whole(request.GET.get("count", "")) or SHOWN, MOST))
    events: list[Event] = []
    if only != "changes":
        events += [
            *_tasks(record, count),
            *_meetings(record, count),
            *_notes(record, count),
            *_mails(record, count),
        ]
    if only != "activities":
        events += _changes(record, count)
    events.sort(key=lambda event: event.when, reverse=True)
    more = len(events) > count
    context = {
        "record": record,
        "events": events[:count],
        "more": more,
        "older": min(4 * count, MOST) if more and count < MOST else 0,
        "only": only,
    }
    return render(request, "records/timeline.html.jinja", context)


def _about(record: Loaded, activity: ObjectDef) -> list[Condition]:
    """Return the conditions, one a reference, by which activities may name the record.

    So an account's are those of all its people and deals, as each activity carries its account.
    """
    obj, here = record.object, (Constant(record.id),)
    return [
        Compare(Path((field.name,)), "eq", here)
        for field in activity.fields
        if obj.name in field.targets or (obj.custom and field.options.get("any_activity_object"))
    ]


def _rows(record: Loaded, name: str, paths: Iterable[str], order: str, count: int) -> list[dict[str, Any]]:
    if not record.catalog.has(name) or not record.object.activities:
        return []
    known = record.catalog.object(name)
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in paths if "." in path or known.has(path))
    found: dict[int, dict[str, Any]] = {}
    # A question for each reference, as each walks along its own index; one with OR would read every activity there is.
    for where in _about(record, known):
        query = Query(
            name,
            columns=columns,
            where=where,
            order_by=(Order(Path((order,)), descending=True, nulls="last"),),
            limit=count + 1,
        )
        found |= {row["Id"]: row for row in run.rows(record.actor, query)}
    return list(found.values())


def _tasks(record: Loaded, count: int) -> Iterable[Event]:
    paths = (
        "Id",
        "Subject",
        "ActivityDate",
        "CompletedDateTime",
        "CreatedDate",
        "IsClosed",
        "TaskSubtype",
        "Description",
        "Owner.Name",
    )
    for row in _rows(record, "Task", paths, "ActivityDate", count):
        due = row.get("ActivityDate")
        when = row.get("CompletedDateTime") or (
            datetime.combine(due, time(8), UTC) if due else row["CreatedDate"]
        )
        done = bool(row.get("IsClosed"))
        yield Event(
            title=row.get("Subject") or _("Task"),
            when=when,
            who=row.get("Owner.Name") or "",
            icon=ICONS.get(row.get("TaskSubtype") or "", "checkbox" if done else "circle-dashed"),
            href=addresses.record(ids.encode("00T", row["Id"])),
            text=row.get("Description") or "",
            tone="" if done else "accent",
        )


def _meetings(record: Loaded, count: int) -> Iterable[Event]:
    paths = ("Id", "Subject", "StartDateTime", "Location", "Description", "Owner.Name")
    for row in _rows(record, "Event", paths, "StartDateTime", count):
        text = " · ".join(filter(None, (row.get("Location"), row.get("Description"))))
        yield Event(
            title=row.get("Subject") or _("Event"),
            when=row["StartDateTime"],
            icon="calendar",
            who=row.get("Owner.Name") or "",
            href=addresses.record(ids.encode("00U", row["Id"])),
            text=text,
        )


def _notes(record: Loaded, count: int) -> Iterable[Event]:
    if not record.catalog.has("Note"):
        return
    names = ("Id", "Title", "Body", "CreatedDate", "Owner.Name")
    query = Query(
        "Note",
        columns=tuple(Column(Path(tuple(name.split(".")))) for name in names),
        where=Compare(Path(("ParentId",)), "eq", (Constant(record.id),)),
        order_by=(Order(Path(("CreatedDate",)), descending=True),),
        limit=count + 1,
    )
    for row in run.rows(record.actor, query):
        yield Event(
            title=_("Note"),
            when=row["CreatedDate"],
            icon="note",
            who=row.get("Owner.Name") or "",
            href=addresses.record(ids.encode("002", row["Id"])),
            text=row.get("Body") or "",
        )


def _mails(record: Loaded, count: int) -> Iterable[Event]:
    paths = ("Id", "Subject", "FromName", "FromAddress", "MessageDate", "CreatedDate", "TextBody", "Incoming")
    for row in _rows(record, "EmailMessage", paths, "MessageDate", count):
        yield Event(
            title=row.get("Subject") or _("E-mail"),
            when=row.get("MessageDate") or row["CreatedDate"],
            icon="mail" if row.get("Incoming") else "send",
            who=row.get("FromName") or row.get("FromAddress") or "",
            href=addresses.record(ids.encode("02s", row["Id"])),
            text=_beginning(row.get("TextBody") or ""),
        )


def _beginning(text: str) -> str:
    """Return the beginning of a long text, ended at a word; its lines stay."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(maxsplit=1)[0] + " …"


def _changes(record: Loaded, count: int) -> list[Event]:
    """Return the writes of the record, without the fields that its reader may not see."""
    entries = list(
        History.objects.filter(object_name=record.object.name, record_id=record.key).order_by("-pk")[
            : count + 1
        ]
    )
    people = principals.names(entry.user_id for entry in entries)
    named = names(record.actor, _keys(record.object, entries))
    found = [event for entry in entries if (event := _change(record, entry, people, named))]
    created = load(
        record.actor, record.id, [record.object.field("CreatedDate"), record.object.field("CreatedById")]
    )
    who = str(created.values.get("CreatedBy.Name") or "")
    if created.values.get("CreatedDate"):
        found.append(Event(title=_("Created"), when=created.values["CreatedDate"], icon="plus", who=who))
    return found


def _keys(obj: ObjectDef, entries: Iterable[History]) -> Iterator[Key]:
    """Yield the records that lookups were changed from and to."""
    for entry in entries:
        for name, values in entry.changes.items():
            field = obj.by_name.get(name.lower())
            if field is not None and not field.hidden:
                for key in values:
                    yield from ((target, key) for target in _objects(field) if key is not None)


def _objects(field: Field) -> tuple[str, ...]:
    """Return which objects the key in a lookup may mean: one, or those that share one space of keys."""
    return field.targets if len(field.targets) == 1 or set(field.targets) == OWNERS else ()


def _change(
    record: Loaded, entry: History, people: Mapping[int, str], named: Mapping[Key, str]
) -> Event | None:
    who = people.get(entry.user_id or 0, "")
    if entry.action in ("deleted", "undeleted"):
        title = _("Put into the recycle bin") if entry.action == "deleted" else _("Brought back")
        return Event(
            title=title,
            when=entry.created_date,
            icon="trash" if entry.action == "deleted" else "arrow-back-up",
            who=who,
        )
    lines = []
    for name, (before, after) in entry.changes.items():
        field = record.object.by_name.get(name.lower())
        if field is not None and not field.hidden:
            lines.append((str(field.label), _words(field, before, named), _words(field, after, named)))
    if not lines:
        return None
    return Event(title=_("Changed"), when=entry.created_date, icon="pencil", who=who, changes=tuple(lines))


def _words(field: Field, value: Any, named: Mapping[Key, str]) -> str:
    if field.targets and value is not None:
        found = (named[target, value] for target in _objects(field) if (target, value) in named)
        return next(found, _("A record that you cannot see"))
    revived = revive(value, field, ParseContext())
    return shown(field, {field.name: revived}).text if revived is not None else ""
