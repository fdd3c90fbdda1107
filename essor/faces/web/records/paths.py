"""The path on a record page: the stages of its pipeline, how long the record stayed in each, and the advice there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.catalog.definitions import Choice, Field
from essor.catalog.pipelines import RECORD_TYPE, guidance, is_lost, pipeline, stage_field
from essor.faces.web.records.reading import Loaded
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query

HISTORY = ("OpportunityHistories", "StageName", "CreatedDate", "EndDate")


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the path: done, current or still to come; how long the record was there, and whether too long."""

    value: str
    label: str
    state: str
    duration: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class RecordPath:
    """The whole path. `ends` are the stages that close it, offered as buttons while the record is open."""

    field: Field
    stages: tuple[Stage, ...]
    ends: tuple[Choice, ...]
    closed: Choice | None
    guidance: str


def path_of(record: Loaded) -> RecordPath | None:
    """Return the record's path as its reader sees it, None when it has none."""
    field = stage_field(record.object)
    if field is None:
        return None
    key, value = record.values.get(RECORD_TYPE), record.values.get(field.name)
    choices = list(pipeline(record.object, key))
    current = next((one for one in choices if one.value == value), None) or field.choice(str(value or ""))
    if current is not None and current not in choices:
        choices.append(current)
    closed = current if current is not None and current.facts.get("closed") else None
    shown = [one for one in choices if one is current or (one.active and not one.facts.get("closed"))]
    at = shown.index(current) if current in shown else -1
    spent = durations(record)
    stages = tuple(
        Stage(
            one.value,
            str(one),
            _state(place, at, one),
            *_spent(spent.get(one.value), one, current=one is current),
        )
        for place, one in enumerate(shown)
    )
    ends = tuple(one for one in choices if one.active and _by_hand(one) and one is not current)
    return RecordPath(field, stages, ends, closed, guidance(record.object, key, str(value or "")))


def _by_hand(choice: Choice) -> bool:
    """Tell whether people close a record with this stage themselves; “converted” follows from converting."""
    return bool(choice.facts.get("closed")) and not choice.facts.get("converted")


def _state(place: int, at: int, choice: Choice) -> str:
    if place == at:
        return "lost" if is_lost(choice) else "won" if choice.facts.get("won") else "current"
    return "done" if place < at else "todo"


def _spent(time: timedelta | None, choice: Choice, *, current: bool) -> tuple[str, bool]:
    """Return how long a stage took, in words, and whether that is more than usual for the stage the record is at."""
    if time is None or choice.facts.get("closed"):
        return "", False
    usual = choice.facts.get("days") or 0
    return in_words(time), bool(current and usual and time.days > usual)


def in_words(time: timedelta) -> str:
    """Return a length of time in days, below one day in hours."""
    if time.days >= 1:
        return ngettext("%(num)s day", "%(num)s days", time.days) % {"num": time.days}
    hours = time.seconds // 3600
    return ngettext("%(num)s hour", "%(num)s hours", hours) % {"num": hours} if hours else _("today")


def between(start: datetime, end: datetime) -> timedelta:
    """Return the time between two moments: in whole days of the reader's calendar as “days in stage” counts them, if any."""
    days = timezone.localdate(end) - timezone.localdate(start)
    return days or max(end - start, timedelta())


def durations(record: Loaded) -> dict[str, timedelta]:
    """Return {stage: time spent there}, from the steps that the object keeps; one query."""
    relationship, stage, start, end = HISTORY
    way = next((one for one in record.object.children if one.name == relationship), None)
    if way is None or not record.catalog.has(way.object_name):
        return {}
    child = record.catalog.object(way.object_name)
    if not all(child.has(name) for name in (stage, start, end)):
        return {}
    query = Query(
        child.name,
        columns=tuple(Column(Path((name,))) for name in (stage, start, end)),
        where=Compare(Path((way.field,)), "eq", (Constant(record.key),)),
    )
    found: dict[str, timedelta] = {}
    now = timezone.now()
    rows: list[dict[str, Any]] = run.rows(record.actor, query)
    for row in rows:
        spent = between(row[start], row[end] or now)
        found[row[stage]] = found.get(row[stage], timedelta()) + spent
    return found
