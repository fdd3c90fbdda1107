"""The SQL of a formula as one Django expression: it annotates, filters, sorts and groups like any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable, Expression
from django.db.models.sql.compiler import SQLCompiler

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import FormulaType
from essor.catalog.kinds.computed import result_kind
from essor.formula import arithmetic
from essor.formula.bridge import NEVER
from essor.formula.build import operation
from essor.formula.compile import Formula
from essor.formula.render import ROOM, Fragment, Leaf, Renderer
from essor.formula.tree import Facts, Node, Path, Reference
from essor.formula.values import formula_type, units
from essor.kernel.clock import Moment

OUTPUTS: dict[FormulaType, Callable[[], models.Field[Any, Any]]] = {
    "text": models.TextField,
    "number": models.FloatField,
    "boolean": models.BooleanField,
    "date": models.DateField,
    "datetime": models.DateTimeField,
    "time": models.TimeField,
    "picklist": models.TextField,
    "multipicklist": models.TextField,
    "id": models.BigIntegerField,
}
HERE: Path = ("",)
AROUND = 8  # symbols of what a query may put around another formula: CASE WHEN … IS NOT NULL THEN … END


class FormulaExpression(Expression):
    """A typed tree over the expressions of the fields that it reads."""

    def __init__(
        self, tree: Node, sources: tuple[tuple[Path, Any], ...], moment: Moment, *, whole: bool = False
    ) -> None:
        """Keep the tree, the expression at each path, and the moment that TODAY and NOW mean.

        `whole` says that the value is a 64-bit integer (money in its smallest units).
        """
        super().__init__(output_field=models.BigIntegerField() if whole else OUTPUTS[tree.type]())
        self.tree = tree
        self.paths = tuple(path for path, _source in sources)
        self.sources = [source for _path, source in sources]
        self.moment = moment
        self.whole = whole

    def get_source_expressions(self) -> list[Any]:
        """Return the fields' expressions, for Django to resolve."""
        return self.sources

    def set_source_expressions(self, exprs: Sequence[Combinable | Expression | None]) -> None:
        """Take the resolved expressions."""
        self.sources = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Fragment:
        """Return the SQL for this database, and its parameters."""
        leaves = {
            path: _leaf(source, compiler) for path, source in zip(self.paths, self.sources, strict=True)
        }
        renderer = Renderer(connection, self.moment, leaves)
        room = _room.get()
        return renderer.plain(self.tree, room) if self.whole else renderer.result(self.tree, room)


# How much of SQLite's parser is left for the formula being written: less for one that stands inside another.
_room: ContextVar[int] = ContextVar("room", default=ROOM)


def _leaf(source: Any, compiler: SQLCompiler) -> Leaf:
    known: dict[int, Fragment] = {}
    around = 0 if isinstance(source, FormulaExpression) else AROUND

    def write(room: int) -> Fragment:
        room -= around
        if room not in known:
            before = _room.set(room)
            try:
                sql, parameters = compiler.compile(source)
            finally:
                _room.reset(before)
            known[room] = sql, tuple(parameters)
        return known[room]

    return Leaf(write, isinstance(getattr(source, "_output_field_or_none", None), models.FloatField))


def to_sql(formula: Formula, resolve: Callable[[Path], Any], *, moment: Moment) -> FormulaExpression:
    """Return the formula's value as a Django expression.

    `resolve` gives the expression of the stored column at a path, or for a formula field what `to_sql` gave for it.
    """
    return FormulaExpression(formula.tree, tuple((path, resolve(path)) for path in formula.paths), moment)


def sql_from_stored(expression: Any, field: Field) -> FormulaExpression:
    """Return a stored column as formulas see it (see `values.from_stored`)."""
    return FormulaExpression(_here(field), ((HERE, expression),), NEVER)


def sql_to_stored(expression: Any, field: Field) -> Any:
    """Return a formula field's value in the units of the kind it returns (see `values.to_stored`)."""
    name = result_kind(field).name
    if name not in {"percent", "money"}:
        return expression
    tree = arithmetic.multiplied(_here(field), arithmetic.number(units(field)))
    if name == "percent":
        return FormulaExpression(tree, ((HERE, expression),), NEVER)
    return FormulaExpression(
        operation("units", tree, type="number"), ((HERE, expression),), NEVER, whole=True
    )


def _here(field: Field) -> Reference:
    return Reference(HERE, field, formula_type(field), Facts())
