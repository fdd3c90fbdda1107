"""Erases a hidden object for good: its records, what was defined of it, and at the next start its table."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from essor.catalog import attach, purging
from essor.catalog.actions import find
from essor.catalog.actions.ledger import Ledger, change
from essor.catalog.actions.purge_field import erase
from essor.catalog.models import CustomField, CustomObject, FieldIndex, State
from essor.kernel.db import ddl


def purge_object(actor_id: int | None, name: str) -> None:
    """Erase a hidden object with its records; it cannot come back, and its names are given to nothing else.

    All of it is one transaction. The empty table waits for `drop_tables`: a live process may still have its class.
    """
    with change(actor_id) as ledger:
        row = find.custom_object(name, State.HIDDEN)
        CustomObject.objects.filter(pk=row.pk).update(state=State.PURGED)
        ledger.note("purge_object", row.name)
        purging.forget(row.name, row.prefix)
        _empty_references(ledger, row.prefix)
        _purge_fields(row.name)
        rows = attach.model_of(row.table)._base_manager.all()
        rows._raw_delete(rows.db)


def drop_tables() -> list[str]:
    """Drop the tables of purged objects; return the name of each. To be called as `drop_purged` is."""
    dropped = []
    standing = set(connection.introspection.table_names())
    for row in CustomObject.objects.filter(state=State.PURGED, table__in=standing).order_by("id"):
        if not attach.made(row.table):
            with change(None) as ledger:
                FieldIndex.objects.filter(table=row.table).delete()
                ledger.note("drop_object", row.name)
                ddl.drop_table(row.table)
            dropped.append(row.name)
    return dropped


def _empty_references(ledger: Ledger, prefix: str) -> None:
    """Empty what names a record of any of several objects; a row that is nothing without it goes (a note, a file's link)."""
    for obj in ledger.catalog():
        for field in obj.fields:
            if not (field.options.get("polymorphic") and field.has_column):
                continue
            rows = obj.model._base_manager.filter(**{f"{field.attr}_type": prefix})
            if field.required or not obj.model._meta.get_field(field.attr).null:
                rows._raw_delete(rows.db)
            else:
                rows.update(**{field.attr: None, f"{field.attr}_type": None})


def _purge_fields(name: str) -> None:
    """Purge the object's fields, and those of other objects that refer to it: hidden ones, or it would be in sight."""
    CustomField.objects.filter(object_name=name, standard=True).delete()
    for row in CustomField.objects.filter(target=name).exclude(state=State.PURGED).exclude(object_name=name):
        erase(row)
    own = CustomField.objects.filter(object_name=name)
    own.exclude(state=State.PURGED).update(state=State.PURGED, purged_date=timezone.now())
    own.update(dropped=True)  # their columns go with the table
