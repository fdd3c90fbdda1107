"""Adds a field of any kind to a standard or custom object while people work."""

from __future__ import annotations

from essor.catalog import checks
from essor.catalog.actions import field_row, filling, indexes, rollups
from essor.catalog.actions.ledger import Ledger, change, facts
from essor.catalog.actions.spec import FieldSpec
from essor.catalog.attach import bound_columns
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.models import CustomField
from essor.kernel.db import ddl


def add_field(actor_id: int | None, spec: FieldSpec) -> Field:
    """Add the field and return it; every process sees it at its next request.

    Rows, table and version change together or not at all. Raises ValidationFailed with every error of the
    definition, UnknownObject, TableBusy.
    """
    with change(actor_id) as ledger:
        row = field_row.new_row(ledger.catalog(), spec)
        row.save()
        obj = checked(ledger, row)
        field = obj.field(row.name)
        ledger.note("add_field", row.object_name, row.name, after=facts(row))
        indexes.want_for_field(obj, row)
        _add_columns(obj, row)
        if field.kind.name == "rollup" and field.has_column:
            filling.fill_after(row)
    return field


def checked(ledger: Ledger, row: CustomField) -> ObjectDef:
    """Let the rooms above look at the saved field within the catalog as it would be; keep the options they find.

    Returns the field's object as it will be.
    """
    catalog = ledger.catalog()
    obj = catalog.object(row.object_name)
    field = obj.field(row.name)
    further = rollups.check(catalog, field) | checks.check_field(catalog, field)
    if field_row.stored_options(row, further):
        place = field_row.place_of(catalog, row.target)
        row.columns = field_row.database_columns(row, place)
        row.save()
        obj = ledger.catalog().object(row.object_name)
    return obj


def _add_columns(obj: ObjectDef, row: CustomField) -> None:
    """Add the columns last: on PostgreSQL the table is locked from here to the end of the transaction."""
    own = field_row.own_fields(obj, row.name)
    columns = [column for field in own if field.has_column for column in bound_columns(obj.model, field)]
    if columns:
        ddl.add_columns(obj.model, columns)
