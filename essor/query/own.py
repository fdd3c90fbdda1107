"""Columns of the asked object's own table, selected as one expression.

Django resolves, compares and compiles each selected column by itself, which for forty of them costs more than the
database takes to find the row.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db.backends.base.base import BaseDatabaseWrapper as Connection
from django.db.models import Expression, F, Field
from django.db.models.sql.compiler import SQLCompiler

from essor.catalog.definitions import ObjectDef
from essor.query.sql import Compiled


def attr_of(column: F) -> str:
    """Return the attribute that a plain column names."""
    return str(column.name)  # type: ignore[attr-defined]  # what Django's documentation calls it


@lru_cache(maxsize=2048)
def is_own(obj: ObjectDef, attr: str) -> bool:
    """Tell whether an attribute is a column of the object's own table."""
    meta = obj.model._meta
    try:
        field = meta.pk if attr == "pk" else meta.get_field(attr)
    except FieldDoesNotExist:
        return False
    return field in meta.local_concrete_fields


class OwnColumns(Expression):
    """Several columns of the query's own table; stands only in its SELECT, where nothing refers to it."""

    output_field: ClassVar[Any] = Field()

    def __init__(self, attrs: tuple[str, ...]) -> None:
        """Keep the attributes."""
        super().__init__()
        self.attrs = attrs

    def as_sql(self, compiler: SQLCompiler, connection: Connection) -> Compiled:  # noqa: ARG002
        """Name one column after the other."""
        quoted, query = compiler.quote_name_unless_alias, compiler.query
        table, meta = quoted(str(query.get_initial_alias())), query.get_meta()
        fields: list[Any] = [meta.pk if attr == "pk" else meta.get_field(attr) for attr in self.attrs]
        return ", ".join([f"{table}.{quoted(field.column)}" for field in fields]), ()
