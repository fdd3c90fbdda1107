"""Aliases of FROM resolved into full paths, and the name under which a row shows a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from essor.query.soql.cursor import refusal
from essor.query.tree import (
    Aggregate,
    All,
    Any,
    Call,
    ChildRows,
    Column,
    Compare,
    Condition,
    Expression,
    InQuery,
    Not,
    Order,
    Path,
    Query,
    Selected,
    TypeOf,
)

Rename = Callable[[Path], Path]


@dataclass(frozen=True, slots=True)
class From:
    """What FROM says: the object (or `parent.children` in a sub-select) and {lower-case alias: path from it}."""

    object: str
    at: tuple[int, int]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def resolve(self, path: Path) -> Path:
        """Return `path` without the alias or the object's own name before it."""
        head = self.aliases.get(path.names[0].lower())
        if head is None or len(path.names) == 1:
            return path
        return Path((*head, *path.names[1:]), at=path.at)


def resolved(query: Query, source: From) -> Query:
    """Return `query` with every path of its own level resolved; sub-selects have resolved theirs already."""
    rename = source.resolve
    return replace(
        query,
        columns=tuple(_column(column, source) for column in query.columns),
        where=query.where and _condition(query.where, rename),
        group_by=tuple(_expression(one, rename) for one in query.group_by),
        having=query.having and _condition(query.having, rename),
        order_by=tuple(_order(one, rename) for one in query.order_by),
    )


def _column(column: Selected, source: From) -> Selected:
    """Return one selected thing with its paths resolved."""
    if isinstance(column, Column):
        return replace(column, expression=_expression(column.expression, source.resolve))
    if isinstance(column, TypeOf):
        return replace(column, path=source.resolve(column.path))
    if isinstance(column, ChildRows) and "." in column.query.object:
        return replace(column, query=replace(column.query, object=_children(column, source)))
    return column


def _children(column: ChildRows, source: From) -> str:
    """Return the relationship of `FROM Account.Contacts` or `FROM a.Contacts` in a sub-select."""
    parent, _point, relationship = column.query.object.partition(".")
    if source.aliases.get(parent.lower()) != () or "." in relationship:
        message = _("“%(name)s” is not a child relationship of “%(object)s”.")
        raise refusal(message % {"name": column.query.object, "object": source.object}, column.query.at)
    return relationship


def _order(order: Order, rename: Rename) -> Order:
    """Return a sort key with its paths resolved."""
    return replace(order, expression=_expression(order.expression, rename))


def _expression(expression: Expression, rename: Rename) -> Expression:
    """Return an expression with its paths resolved."""
    if isinstance(expression, Path):
        return rename(expression)
    if isinstance(expression, Call):
        return replace(expression, arguments=tuple(_expression(one, rename) for one in expression.arguments))
    if isinstance(expression, Aggregate) and expression.argument is not None:
        return replace(expression, argument=_expression(expression.argument, rename))
    return expression


def _condition(condition: Condition, rename: Rename) -> Condition:
    """Return a condition with its paths resolved."""
    if isinstance(condition, (All, Any, Not)):
        return replace(condition, children=tuple(_condition(one, rename) for one in condition.children))
    if isinstance(condition, Compare):
        return replace(condition, left=_expression(condition.left, rename))
    if isinstance(condition, InQuery):
        return replace(condition, left=rename(condition.left))
    return condition


def output_name(column: Selected) -> str:
    """Return the name of one selected thing, "" for an expression without alias."""
    if isinstance(column, ChildRows):
        return column.query.object
    if isinstance(column, TypeOf):
        return column.path.names[-1]
    if not isinstance(column, Column):
        return ""
    if column.alias or not isinstance(column.expression, Path):
        return column.alias
    return column.expression.names[-1]
