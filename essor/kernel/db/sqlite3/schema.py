"""The schema editor: a migration that rebuilds a table keeps what was added at run time."""

# ruff: noqa: SLF001 -- a schema editor works on what Django's models are made of
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db import models
from django.db.backends.sqlite3 import schema
from django.db.backends.utils import strip_quotes

from essor.kernel.db.sqlite3 import belongings

Pair: TypeAlias = "tuple[models.Field[Any, Any], models.Field[Any, Any]]"


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Django's editor, which otherwise drops every column, index and trigger that no model declares."""

    def column_sql(
        self,
        model: type[models.Model],
        field: models.Field[Any, Any],
        include_default: bool = False,  # noqa: FBT001, FBT002 -- Django's signature
    ) -> tuple[None, None] | tuple[str, list[Any]]:
        """Return a carried column's definition as it was written, any other column's as Django makes it."""
        if isinstance(field, belongings.CarriedColumn):
            return field.definition, []
        return super().column_sql(model, field, include_default)

    def _remake_table(
        self,
        model: type[models.Model],
        create_field: models.Field[Any, Any] | None = None,
        delete_field: models.Field[Any, Any] | None = None,
        alter_fields: Sequence[Pair] | None = None,
    ) -> None:
        """Copy the table as Django does, with all that belongs to it; an error leaves everything as it was."""
        had = belongings.of(self.connection, model, self._declared(model))
        for part in had.parts:
            if (
                part.type != "index"
            ):  # indexes go with the old table, triggers and views would trip over its rename
                self.execute(f"DROP {part.type} {self.quote_name(part.name)}")
        with belongings.lent(model, had.columns):
            super()._remake_table(model, create_field, delete_field, alter_fields)  # type: ignore[misc]
        belongings.restore(self.connection, model._meta.db_table, had, lambda sql: self.execute(sql, None))

    def _declared(self, model: type[models.Model]) -> belongings.Declared:
        """Return which indexes the model has by itself."""
        editor: Any = self  # its type stubs leave out what this is about
        made = {strip_quotes(str(statement.parts["name"])) for statement in editor._model_indexes_sql(model)}
        alone = {
            one.column for one in model._meta.local_fields if editor._field_should_be_indexed(model, one)
        }
        named = {constraint.name for constraint in model._meta.constraints}
        return belongings.Declared(frozenset(made | named), frozenset(filter(None, alone)))
