"""The criteria of an object's stages, compiled once for each state of the catalog, and what must be read for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.pipelines import RECORD_TYPE, StageEntry, stage_field
from essor.formula import Formula, compile_formula
from essor.records.needed import own_fields


@dataclass(frozen=True, slots=True)
class Demand:
    """The criteria of a stage, compiled: the paths that must be filled, the condition that must be true."""

    entry: StageEntry
    paths: tuple[tuple[str, ...], ...]
    formula: Formula | None


def compiled(catalog: Catalog, obj: ObjectDef) -> tuple[Demand, ...]:
    """Return the criteria of all stages of an object."""
    return tuple(
        Demand(
            entry,
            tuple(tuple(path.split(".")) for path in entry.required),
            compile_formula(entry.formula, obj, catalog, rule=True) if entry.formula else None,
        )
        for entry in obj.stage_entries
    )


def reads(obj: ObjectDef, demands: Iterable[Demand], catalog: Catalog) -> set[str]:
    """Return the names of the object's own fields that the checks look at."""
    found: set[str] = set()
    stage = stage_field(obj)
    if obj.record_types:
        found.add(RECORD_TYPE)
        found.update(name for one in obj.record_types for name in one.values)
    for demand in demands:
        if stage is not None:
            found.add(stage.name)
        paths = (*demand.paths, *(demand.formula.paths if demand.formula else ()))
        found.update(own_fields(paths, obj, catalog))
    return found
