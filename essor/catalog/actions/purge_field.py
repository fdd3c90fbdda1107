"""Empties a hidden field for good, and drops the columns of purged fields when no process can hold them."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from essor.catalog import attach
from essor.catalog.actions import find
from essor.catalog.actions.ledger import change
from essor.catalog.actions.locate import model_of_object
from essor.catalog.models import CustomField, FieldIndex, State
from essor.kernel.db import ddl, indexes


def purge_field(actor_id: int | None, object_name: str, name: str) -> None:
    """Erase the data of a hidden field; it cannot come back, and its names are given to nothing else.

    The empty columns wait for `drop_purged`: a live process may still have them on its classes.
    """
    with change(actor_id) as ledger:
        row = find.custom_field(object_name, name, State.HIDDEN)
        ledger.note("purge_field", row.object_name, row.name)
        erase(row)


def erase(row: CustomField) -> None:
    """Mark a field as purged and empty its columns."""
    CustomField.objects.filter(pk=row.pk).update(state=State.PURGED, purged_date=timezone.now())
    table = model_of_object(row.object_name)._meta.db_table
    ddl.empty_columns(table, sorted(set(row.columns) & _columns(table)))


def drop_purged() -> list[str]:
    """Drop the columns of purged fields and their indexes; return “Object.Field” of each.

    To be called where migrations run, before servers of this version start: it skips what this process itself has
    attached, and cannot know what an older one has.
    """
    dropped = []
    for row in CustomField.objects.filter(state=State.PURGED, dropped=False, standard=False).order_by("id"):
        model = model_of_object(row.object_name)
        if not attach.attached(model, row.columns):
            _drop(row, model._meta.db_table)
            dropped.append(str(row))
    return dropped


def _drop(row: CustomField, table: str) -> None:
    with change(None) as ledger:
        for index in FieldIndex.objects.filter(table=table):
            if set(row.columns) & set(map(indexes.bare, index.columns)):
                indexes.drop_index(index.name)
                index.delete()
        CustomField.objects.filter(pk=row.pk).update(dropped=True)
        ledger.note("drop_field", row.object_name, row.name)
        standing = _columns(table)
        for column in row.columns:
            if column in standing:
                ddl.drop_column(table, column)


def _columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}
