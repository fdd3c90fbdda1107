"""Which records meet the condition of a process or step: one question for many records, with the system's eyes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from essor.access.actor import system_actor
from essor.catalog.definitions import ObjectDef
from essor.query import decode, run
from essor.query.tree import All, Bind, Column, Compare, Path, Query

ID = Path(("Id",))


def meeting(obj: ObjectDef, keys: Collection[int], entry: Mapping[str, Any] | None) -> set[int]:
    """Return those of the records that meet `entry`; QueryRefused when it can no longer run."""
    if entry is None or not keys:
        return set(keys)
    where = All((Compare(ID, "in", (Bind("keys"),)), decode.condition(entry)))
    query = Query(obj.name, columns=(Column(ID),), where=where)
    return {row["Id"] for row in run.rows(system_actor(), query, binds={"keys": sorted(keys)})}
