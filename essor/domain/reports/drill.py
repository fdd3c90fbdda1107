"""The condition that holds exactly for the records behind a group: the report's own, and the group's keys."""

from __future__ import annotations

from typing import Any

from essor.domain.reports.tree import Group, path_of
from essor.domain.reports.words import end_of
from essor.kernel import ids
from essor.query.tree import All, Compare, Condition, Constant


def joined(*conditions: Condition | None) -> Condition | None:
    """Return the condition that all of some hold, the flatter the better."""
    parts: list[Condition] = []
    for one in conditions:
        if one is not None:
            parts.extend(one.children if isinstance(one, All) else (one,))
    return All(tuple(parts)) if len(parts) > 1 else parts[0] if parts else None


def behind(group: Group, value: Any) -> Condition:
    """Return the condition of one group."""
    path = path_of(group.grouping.path)
    if value is None:
        return Compare(path, "null")
    if group.family in ("date", "datetime"):
        start, end = (
            Constant(day.isoformat(), "date") for day in (value, end_of(group.grouping.unit, value))
        )
        return All((Compare(path, "gte", (start,)), Compare(path, "lt", (end,))))
    if group.grouping.bands and group.family in ("number", "money"):
        return _band(group, int(value))
    return Compare(path, "eq", (constant(group, value),))


def _band(group: Group, place: int) -> Condition:
    path, bounds = path_of(group.grouping.path), group.grouping.bands
    edges: list[Condition] = []
    if place > 0:
        edges.append(Compare(path, "gte", (Constant(bounds[place - 1], "number"),)))
    if place < len(bounds):
        edges.append(Compare(path, "lt", (Constant(bounds[place], "number"),)))
    return All(tuple(edges)) if len(edges) > 1 else edges[0]


def constant(group: Group, value: Any) -> Constant:
    """Return a stored value as a filter writes it."""
    if group.family == "boolean":
        return Constant(value=bool(value), type="boolean")
    if group.family == "id":
        if isinstance(value, tuple):
            return Constant(ids.encode(*value), "text")
        written = group.field.kind.to_json(value, group.field)
        return Constant(written if isinstance(written, str) else value)
    if group.family == "money":
        return Constant(value / 10 ** int(group.field.options.get("scale", 2)), "number")
    if group.family == "number":
        return Constant(value, "number")
    return Constant(str(value), "text")
