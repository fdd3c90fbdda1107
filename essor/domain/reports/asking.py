"""A definition in one reader's eyes: what they may not see of it is left out, or makes the report refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.domain.currencies import rates
from essor.domain.currencies.rates import Conversion
from essor.domain.reports import tree
from essor.domain.reports.definition import Definition, Derived, Measure
from essor.domain.reports.drill import joined
from essor.domain.reports.formulas import compiled
from essor.domain.reports.tree import Figure, Group
from essor.domain.reports.words import Writer
from essor.formula import Formula
from essor.kernel.errors import QueryRefused
from essor.query import checking
from essor.query.tree import Column, Condition, Query

HIDDEN = "INVALID_FIELD"
SHOWN = 200
ADDED = frozenset({"SUM", "AVG", "MIN", "MAX"})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A report ready to run: `where` holds what a dashboard's filters add, `most` is how many records a table shows."""

    actor: Actor
    catalog: Catalog
    object: ObjectDef
    definition: Definition
    rows: tuple[Group, ...]
    across: tuple[Group, ...]
    figures: tuple[Figure, ...]
    formulas: tuple[tuple[Derived, Formula], ...]
    where: Condition | None
    writer: Writer
    most: int

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return what groups, rows before columns."""
        return (*self.rows, *self.across)


def prepared(
    actor: Actor,
    definition: Definition,
    extra: Condition | None = None,
    *,
    own: bool = True,
    most: int = SHOWN,
) -> Asked:
    """Return a report for `actor`: figures of hidden fields are left out, groupings by them are refused.

    `own` tells that the actor wrote the definition: then a refusal names the field, else it gives no name away.
    """
    catalog = catalog_for(actor)
    obj = catalog.object(definition.object)

    def seen(read: Callable[[], T]) -> T:
        try:
            return read()
        except QueryRefused as refused:
            if own or refused.code != HIDDEN:
                raise
            raise hidden() from None

    figures = tuple(
        one for each in definition.measures if (one := _figure(actor, catalog, obj, each, own=own))
    )
    if any(one.currency for one in figures):
        figures = converted(figures, rates.conversion(actor.company.currency))
    if not figures and definition.type in ("summary", "matrix"):
        figures = (tree.figure(actor, catalog, obj, Measure("Records")),)
    known = {one.measure.key for one in figures}
    dropped = {each.key.lower() for each in definition.measures} - {key.lower() for key in known}
    formulas = []
    for each in definition.formulas:
        try:
            formulas.append((each, compiled(each, figures)))
        except QueryRefused:
            if not dropped:
                raise
    return Asked(
        actor,
        catalog,
        obj,
        definition,
        tuple(seen(lambda one=one: tree.group(actor, catalog, obj, one)) for one in definition.rows),  # type: ignore[misc]
        tuple(seen(lambda one=one: tree.group(actor, catalog, obj, one)) for one in definition.across),  # type: ignore[misc]
        figures,
        tuple(formulas),
        joined(definition.where, extra),
        Writer(actor, catalog),
        most,
    )


def _figure(actor: Actor, catalog: Catalog, obj: ObjectDef, measure: Any, *, own: bool) -> Figure | None:
    try:
        return tree.figure(actor, catalog, obj, measure)
    except QueryRefused as refused:
        if own or refused.code != HIDDEN:
            raise
        return None


def within_sight(actor: Actor, definition: Definition) -> Definition:
    """Return a definition as somebody else may look at it: without the figures and columns that they may not see.

    Raises QueryRefused, which gives no name away, where it groups, filters or counts by what they may not see.
    """
    asked = prepared(actor, definition, own=False)
    measures = tuple(one for one in definition.measures if any(one is each.measure for each in asked.figures))
    formulas = tuple(each for each, _formula in asked.formulas)
    columns = tuple(path for path in definition.columns if tree.has(actor, asked.object, path))
    for where in {definition.where, *(one.where for one in measures)} - {None}:
        try:
            checking.check(actor, Query(asked.object.name, (Column(tree.path_of("Id")),), where))
        except QueryRefused as refused:
            raise (hidden() if refused.code == HIDDEN else refused) from None
    known = {*columns, *(one.key for one in measures), *(one.key for one in formulas)}
    chart = definition.chart if definition.chart.value in known else replace(definition.chart, value="")
    sort = definition.sort if definition.sort in known else ""
    return replace(definition, measures=measures, formulas=formulas, columns=columns, chart=chart, sort=sort)


def converted(figures: Iterable[Figure], way: Conversion | None) -> tuple[Figure, ...]:
    """Return figures whose amounts are added up in the company's currency as well."""
    return tuple(
        replace(one, conversion=way) if one.currency and one.measure.function in ADDED else one
        for one in figures
    )


def hidden() -> QueryRefused:
    """Return the refusal that gives no name away."""
    text = _("This report asks for something that you may not see. Ask its owner, or choose another report.")
    return QueryRefused(text, code=HIDDEN)
