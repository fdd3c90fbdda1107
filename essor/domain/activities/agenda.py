"""What stands in somebody's calendar between two days: events that touch them and open tasks due in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.activities.series import RULE, SERIES
from essor.kernel import ids
from essor.kernel.clock import zone_named
from essor.query import run
from essor.query.tree import All, Column, Compare, Condition, Constant, Me, MyTeam, Order, Path, Query
from essor.query.tree import Any as AnyOf

MOST = 500  # events, and tasks, that one page of a calendar shows
LONGEST = timedelta(days=31)  # an event that began earlier than this before the page is not looked for
HOUR = timedelta(hours=1)
Whose = Literal["me", "team"]


@dataclass(frozen=True, slots=True)
class Item:
    """An event or a task in a calendar. `start` and `end` are wall-clock times of its reader, without a zone."""

    id: str
    kind: Literal["event", "task"]
    title: str
    start: datetime
    end: datetime
    all_day: bool
    owner_id: int
    owner: str
    about: str = ""
    location: str = ""
    repeats: bool = False
    done: bool = False


def between(actor: Actor, first: date, last: date, whose: Whose = "me") -> list[Item]:
    """Return what stands in the calendar from the day `first` to the day `last`, by start: two queries."""
    seen = catalog_for(actor)
    found: list[Item] = []
    if seen.has("Event"):
        found += [_event(row, actor) for row in _rows(actor, "Event", _during(actor, first, last), whose)]
    if seen.has("Task"):
        found += [_task(row) for row in _rows(actor, "Task", _due(first, last), whose)]
    # An event of whole days is asked for by UTC: what falls beside the page on the reader's clock is left out.
    kept = [one for one in found if one.start.date() <= last and one.end.date() >= first]
    return sorted(kept, key=lambda one: (one.start, not one.all_day, one.title))


_COLUMNS = {
    "Event": ("Id", "Subject", "StartDateTime", "EndDateTime", "IsAllDayEvent", "Location", RULE, SERIES),
    "Task": ("Id", "Subject", "ActivityDate", "IsClosed", RULE),
}
_PARENTS = ("OwnerId", "Owner.Name", "Who.Name", "What.Name")


def _rows(actor: Actor, name: str, when: Condition, whose: Whose) -> list[dict[str, Any]]:
    obj = catalog_for(actor).object(name)
    own = [one for one in _COLUMNS[name] if obj.has(one)]
    columns = tuple(Column(Path(tuple(one.split(".")))) for one in (*own, *_PARENTS))
    mine = (
        Compare(Path(("OwnerId",)), "eq", (Me(),))
        if whose == "me"
        else Compare(Path(("OwnerId",)), "in", (MyTeam(),))
    )
    order = Path(("StartDateTime" if name == "Event" else "ActivityDate",))
    return run.rows(
        actor, Query(name, columns=columns, where=All((mine, when)), order_by=(Order(order),), limit=MOST)
    )


def _during(actor: Actor, first: date, last: date) -> Condition:
    zone = zone_named(actor.timezone)
    # All-day events stand at midnight UTC, which may be half a day beside the reader's midnight.
    low = datetime.combine(first, time(), zone).astimezone(UTC) - timedelta(hours=14)
    high = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC) + timedelta(hours=14)
    start, end = Path(("StartDateTime",)), Path(("EndDateTime",))
    return All(
        (
            Compare(start, "lt", (_moment(high),)),
            Compare(start, "gte", (_moment(low - LONGEST),)),
            AnyOf((Compare(end, "gte", (_moment(low),)), Compare(start, "gte", (_moment(low),)))),
        )
    )


def _moment(value: datetime) -> Constant:
    return Constant(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "datetime")


def _due(first: date, last: date) -> Condition:
    day = Path(("ActivityDate",))
    return All(
        (
            Compare(day, "gte", (Constant(first.isoformat(), "date"),)),
            Compare(day, "lte", (Constant(last.isoformat(), "date"),)),
            Compare(Path(("IsClosed",)), "eq", (Constant(value=False, type="boolean"),)),
        )
    )


def _about(row: dict[str, Any]) -> str:
    return " · ".join(filter(None, (row.get("Who.Name"), row.get("What.Name"))))


def _event(row: dict[str, Any], actor: Actor) -> Item:
    zone = UTC if row.get("IsAllDayEvent") else zone_named(actor.timezone)
    start: datetime = row["StartDateTime"].astimezone(zone).replace(tzinfo=None)
    end_at = row.get("EndDateTime")
    all_day = bool(row.get("IsAllDayEvent"))
    end = end_at.astimezone(zone).replace(tzinfo=None) if end_at else start if all_day else start + HOUR
    return Item(
        ids.encode("00U", row["Id"]),
        "event",
        row.get("Subject") or "",
        start,
        end,
        all_day,
        row["OwnerId"] or 0,
        row.get("Owner.Name") or "",
        _about(row),
        row.get("Location") or "",
        bool(row.get(RULE) or row.get(SERIES)),
    )


def _task(row: dict[str, Any]) -> Item:
    day = datetime.combine(row["ActivityDate"], time())
    return Item(
        ids.encode("00T", row["Id"]),
        "task",
        row.get("Subject") or "",
        day,
        day,
        True,
        row["OwnerId"] or 0,
        row.get("Owner.Name") or "",
        _about(row),
        repeats=bool(row.get(RULE)),
        done=bool(row.get("IsClosed")),
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """An item in one day's column: minutes from midnight, and its lane among those at the same time."""

    item: Item
    top: int
    minutes: int
    lane: int
    lanes: int


def placed(items: Sequence[Item], day: date) -> list[Placed]:
    """Lay the timed items of a day side by side where they overlap."""
    midnight = datetime.combine(day, time())
    spans = [
        (max(0, _minutes(one.start - midnight)), min(24 * 60, _minutes(one.end - midnight)), one)
        for one in items
        if not one.all_day and one.start < midnight + timedelta(days=1) and one.end >= midnight
    ]
    spans = sorted(
        ((low, max(high, low + 30), one) for low, high, one in spans), key=lambda span: (span[0], -span[1])
    )
    found: list[Placed] = []
    group: list[tuple[int, int, Item, int]] = []
    reach = 0
    for low, high, one in spans:
        if group and low >= reach:
            found += _closed(group)
            group = []
        taken = {lane for start, end, _item, lane in group if end > low}
        lane = next(place for place in range(len(group) + 1) if place not in taken)
        group.append((low, high, one, lane))
        reach = max(reach, high) if len(group) > 1 else high
    return found + _closed(group)


def _closed(group: list[tuple[int, int, Item, int]]) -> list[Placed]:
    lanes = max((lane for _low, _high, _one, lane in group), default=0) + 1
    return [Placed(one, low, high - low, lane, lanes) for low, high, one, lane in group]


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
