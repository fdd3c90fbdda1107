"""The values that a validation rule reads: the row as it will stand, its formulas, and its parents, loaded set-wise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from essor.access.actor import system_actor
from essor.catalog.definitions import Field, ObjectDef
from essor.formula import evaluate, from_stored
from essor.kernel.clock import moment_for
from essor.query import run
from essor.query.computed import formula_of
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.query.trial import end_of
from essor.records.batch import Batch, Row
from essor.records.load import object_rows
from essor.records.needed import stored_paths

Names = tuple[str, ...]


class Parents:
    """Answers any path of a batch's rows; every relationship costs one query per batch."""

    def __init__(self, batch: Batch, paths: Iterable[Names]) -> None:
        """Load the parents' values that `paths` (and the formula fields on them) name."""
        self.batch = batch
        self.moment = moment_for(batch.context.timezone)
        self.values: dict[str, dict[int, dict[str, Any]]] = {}
        tails: dict[str, set[Names]] = defaultdict(set)
        for path in stored_paths(paths, batch.object, batch.catalog):
            if len(path) > 1:
                tails[path[0].lower()].add(path[1:])
        for relationship, names in tails.items():
            self.values[relationship] = self._load(batch.object.by_relationship[relationship], names)

    def _load(self, field: Field, names: set[Names]) -> dict[int, dict[str, Any]]:
        keys = {key for row in self.batch.live() if (key := _key(row.get(field.name))) is not None}
        keys |= {key for row in self.batch.live() if (key := _key(row.prior(field.name))) is not None}
        if not keys:
            return {}
        target = self.batch.catalog.object(field.targets[0])
        if all(len(name) == 1 and target.field(name[0]).has_column for name in names):
            return self._stored(target, keys, names)
        query = Query(
            target.name,
            columns=(Column(Path(("Id",))), *(Column(Path(name)) for name in sorted(names))),
            where=Compare(Path(("Id",)), "in", tuple(Constant(key) for key in sorted(keys))),
            deleted=True,
        )
        return {
            row["Id"]: {name.lower(): value for name, value in row.items()}
            for row in run.rows(system_actor(), query)
        }

    def _stored(self, target: ObjectDef, keys: set[int], names: set[Names]) -> dict[int, dict[str, Any]]:
        """Return the values of plain columns; a query is for what must be worked out."""
        rows = object_rows(target, keys, sorted(name[0] for name in names))
        return {key: {name.lower(): value for name, value in row.items()} for key, row in rows.items()}

    def reader(self, row: Row) -> Callable[[Names], Any]:
        """Return the function that reads any path of `row` as it will stand."""
        return lambda path: self._value(row.get, path)

    def prior_reader(self, row: Row) -> Callable[[Names], Any]:
        """Return the function that reads any path of `row` as it stood."""
        return lambda path: self._value(row.prior, path)

    def _value(self, get: Callable[[str], Any], path: Names) -> Any:
        if len(path) > 1:
            field = self.batch.object.by_relationship[path[0].lower()]
            key = _key(get(field.name))
            found = self.values.get(path[0].lower(), {}).get(key) if key is not None else None
            return None if found is None else self._read(found, path)
        field = self.batch.object.field(path[0])
        if field.formula:
            formula = formula_of(field, self.batch.object, self.batch.catalog)
            return evaluate(formula, lambda inner: self._value(get, inner), moment=self.moment)
        return get(field.name)

    def _read(self, parent: dict[str, Any], path: Names) -> Any:
        """Return a value of a loaded parent; a query gives a formula field in stored units, a formula reads its own."""
        value = parent.get(".".join(path[1:]).lower())
        field = end_of(path, self.batch.object, self.batch.catalog)
        return from_stored(value, replace(field, formula="")) if field.formula else value


def _key(value: object) -> int | None:
    """Return the integer key of a stored reference."""
    if isinstance(value, tuple):
        return int(value[1])
    return value if isinstance(value, int) else None
