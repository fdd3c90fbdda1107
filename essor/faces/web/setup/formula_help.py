"""What the formula editor offers to insert: the fields in reach, and every function with its signature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.formula import FUNCTIONS
from essor.formula.functions.base import Function
from essor.formula.values import formula_type


@dataclass(frozen=True, slots=True)
class Path:
    """A field that a formula may name."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Help:
    """The lists beside the editor; `parents` are (relationship's label, fields)."""

    fields: tuple[Path, ...]
    parents: tuple[tuple[str, tuple[Path, ...]], ...]
    functions: tuple[Function, ...]


def for_object(obj: ObjectDef, *, rule: bool = False) -> Help:
    """Return what formulas of `obj` may use; `rule` adds the functions that only validation rules have."""
    catalog = current.get()
    parents = []
    for way in obj.by_relationship.values():
        target = next((name for name in way.targets if catalog.has(name)), None)
        if target:
            parents.append((str(way.label), tuple(_paths(catalog.object(target), f"{way.relationship}."))))
    functions = sorted(
        (one for one in FUNCTIONS.values() if rule or not one.rules_only), key=lambda one: one.name
    )
    return Help(tuple(_paths(obj)), tuple(parents), tuple(functions))


def _paths(obj: ObjectDef, prefix: str = "") -> Iterator[Path]:
    for field in obj.fields:
        if formula_type(field) != "none" and field.kind.name not in ("address", "geolocation"):
            yield Path(f"{prefix}{field.name}", str(field.label))
