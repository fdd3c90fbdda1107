"""Locks the stored rows of a batch, checks the right to each of them, and finds who was faster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from essor.catalog.definitions import Field, ObjectDef
from essor.kernel.db.prepared import by_key
from essor.kernel.errors import Clash
from essor.query.access import visible_q
from essor.records.batch import Batch, Row
from essor.records.models import History
from essor.records.plan import Plan

SYSTEM = ("id", "revision", "is_deleted")


def load(batch: Batch, plan: Plan) -> None:
    """Fill `stored` of the rows that exist with what the write reads; refuse those that the actor may not edit."""
    rows = [row for row in batch.rows if not row.is_new]
    if not rows:
        return
    _refuse_twins(rows)
    fields = _needed(plan, rows)
    found = _lock(batch, fields, [row.change.id for row in rows if row.change.id is not None])
    missing = [row for row in rows if row.change.id not in found]
    _refuse_missing(batch, missing)
    for row in rows:
        values = found.get(row.change.id)
        if values is None:
            continue
        row.id, row.revision = values["id"], values["revision"]
        row.stored = {field.name: read(values, field) for field in fields}
    _find_clashes(batch, [row for row in rows if row.id is not None])


def read(values: dict[str, Any], field: Field) -> Any:
    """Return the stored value of `field` from a row of attributes; a polymorphic reference is (prefix, key)."""
    value = values[field.attr]
    if field.options.get("polymorphic"):
        return None if value is None else (values[f"{field.attr}_type"], value)
    return value


def attributes(fields: Iterable[Field]) -> list[str]:
    """Return the Django attributes that hold `fields`."""
    names: list[str] = []
    for field in fields:
        names.append(field.attr)
        if field.options.get("polymorphic"):
            names.append(f"{field.attr}_type")
    return names


def _needed(plan: Plan, rows: list[Row]) -> list[Field]:
    names = {name.lower() for row in rows for name in row.change.values} | {
        name.lower() for name in plan.reads
    }
    names.add(plan.object.name_field.lower())
    names.update(name for name in ("ownerid", "currencyisocode") if name in plan.object.by_name)
    fields = (plan.object.by_name[name] for name in names if name in plan.object.by_name)
    return [field for field in fields if field.has_column]


def _lock(batch: Batch, fields: list[Field], ids: list[int]) -> dict[int | None, dict[str, Any]]:
    query = batch.object.model._default_manager.filter(pk__in=ids, is_deleted=False)
    condition = visible_q(batch.actor, batch.object, verb="edit")
    if condition is not None:
        query = query.filter(condition)
    if connection.features.has_select_for_update:
        # In one order everywhere, or two batches could wait for each other; keys stay, so children may be written.
        query = query.order_by("pk").select_for_update(no_key=True, of=("self",))
    return {values["id"]: values for values in query.values(*SYSTEM, *attributes(fields))}


def _refuse_twins(rows: list[Row]) -> None:
    seen: set[int | None] = set()
    for row in rows:
        if row.change.id in seen:
            row.refuse("Id", _("This record stands twice in the same batch."), "DUPLICATE_VALUE")
        seen.add(row.change.id)


def _refuse_missing(batch: Batch, missing: list[Row]) -> None:
    """Tell a record that may be read but not edited from one that is not there for this actor."""
    if not missing:
        return
    query = batch.object.model._default_manager.filter(
        pk__in=[row.change.id for row in missing], is_deleted=False
    )
    condition = visible_q(batch.actor, batch.object, verb="read")
    readable = set((query if condition is None else query.filter(condition)).values_list("pk", flat=True))
    for row in missing:
        if row.change.id in readable:
            row.refuse(
                "", _("You may read this record but not change it."), "INSUFFICIENT_ACCESS_OR_READONLY"
            )
        else:
            row.refuse("Id", _("There is no such record."), "NOT_FOUND")


def _find_clashes(batch: Batch, rows: list[Row]) -> None:
    """Compare each row's revision with the stored one; what others changed since is read from the history, set-wise."""
    late = [row for row in rows if row.change.revision is not None and row.change.revision != row.revision]
    if not late:
        return
    since: dict[int, set[str]] = {row.id: set() for row in late if row.id is not None}
    lowest = min(row.change.revision or 0 for row in late)
    entries = History.objects.filter(object_name=batch.object.name, record_id__in=since, revision__gt=lowest)
    oldest = {row.id: row.change.revision or 0 for row in late}
    for record_id, revision, changes, untold in entries.values_list(
        "record_id", "revision", "changes", "untold"
    ):
        if revision > oldest[record_id]:
            since[record_id].update(changes, untold or ())
    for row in late:
        others = since.get(row.id or 0, set())
        contested = [name for name in row.changed() if name in others]
        row.clashes = [Clash(name, row.stored.get(name), row.offered[name]) for name in contested]
        if row.clashes or row.change.strict:
            row.refuse("", _("Somebody changed this record after you opened it."), "CONFLICT")


def object_rows(obj: ObjectDef, ids: Iterable[int], names: Iterable[str]) -> dict[int, dict[str, Any]]:
    """Return {key: {outside name: stored value}} of records, in the bin too, for the rules of the road itself."""
    fields = [obj.field(name) for name in names]
    attrs = ("id", *attributes(fields))
    return {
        row[0]: {field.name: read(dict(zip(attrs, row, strict=True)), field) for field in fields}
        for row in by_key(obj.model, attrs).rows(list(ids))
    }
