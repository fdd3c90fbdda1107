"""Columns of the asked object's own table, selected as one expression.

Django resolves, compares and compiles each selected column by itself, which for forty of them costs more than the
database takes to find the row.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db.backends.base.base import BaseDatabaseWrapper as Connection
from django.db.models import Expression, Field
from django.db.models.sql.compiler import SQLCompiler

from essor.catalog.definitions import ObjectDef
from essor.query.sql import Compiled


@lru_cache(maxsize=2048)
def is_own(obj: ObjectDef, attr: str) -> bool:
    """Tell whether an attribute is a column of the object's own table."""
    meta = obj.model._meta  # noqa: SLF001 -- Django's documented description of a table
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
        self.table = ""
        self.columns: tuple[str, ...] = ()

    def resolve_expression(self, query: Any, *args: Any, **kwargs: Any) -> OwnColumns:  # noqa: ARG002
        """Find the columns."""
        found: OwnColumns = self.copy()
        meta = query.get_meta()
        found.table = query.get_initial_alias()
        found.columns = tuple(
            (meta.pk if attr == "pk" else meta.get_field(attr)).column for attr in self.attrs
        )
        return found

    def relabeled_clone(self, relabels: dict[str, str]) -> OwnColumns:
        """Follow the table to another name."""
        found: OwnColumns = self.copy()
        found.table = relabels.get(self.table, self.table)
        return found

    def as_sql(self, compiler: SQLCompiler, connection: Connection) -> Compiled:  # noqa: ARG002
        """Name one column after the other."""
        quoted = compiler.quote_name_unless_alias
        table = quoted(self.table)
        return ", ".join([f"{table}.{quoted(column)}" for column in self.columns]), ()
