"""A condition alone, as an administrator writes it for a roll-up or a sharing rule: SOQL's text after WHERE."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from essor.catalog.definitions import Catalog
from essor.kernel.errors import QueryRefused
from essor.query.soql.parser import parse
from essor.query.soql.write import write
from essor.query.tree import NOWHERE, Column, Condition, Path, Query

Tree = TypeVar("Tree")


def read_condition(object_name: str, text: str) -> Condition:
    """Return the condition that `text` writes about rows of an object; QueryRefused counts columns from its start."""
    head = f"SELECT Id FROM {object_name} WHERE "  # noqa: S608 -- SOQL, only read
    try:
        query = parse(head + text)
        if query.where is None or query != Query(query.object, query.columns, where=query.where):
            parse(f"{head}({text})")  # says where a clause stands that does not belong here
    except QueryRefused as error:
        column = max(1, error.column - len(head)) if error.line == 1 else error.column
        raise QueryRefused(error.reason, code=error.code, line=error.line, column=column) from None
    assert query.where is not None  # noqa: S101 -- the parser has read WHERE
    return _moved(query.where, len(head))


def write_condition(object_name: str, condition: Condition, catalog: Catalog) -> str:
    """Return the text of a condition; QueryRefused for what SOQL cannot say."""
    query = Query(object_name, columns=(Column(Path(("Id",))),), where=condition)
    return write(query, catalog).partition(" WHERE ")[2]


def _moved(tree: Tree, by: int) -> Tree:
    """Return the tree with the places of its first line `by` columns to the left."""
    if isinstance(tree, tuple):
        return tuple(_moved(one, by) for one in tree)  # type: ignore[return-value]  # a tuple of the same length
    if not is_dataclass(tree) or isinstance(tree, type):
        return tree
    changes: dict[str, Any] = {}
    for one in fields(tree):
        value = getattr(tree, one.name)
        if one.name != "at":
            changes[one.name] = _moved(value, by)
        elif value != NOWHERE and value[0] == 1:
            changes["at"] = (1, value[1] - by)
    return replace(tree, **changes)
