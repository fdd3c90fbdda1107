"""The statements: new rows at once, one prepared UPDATE of the changed columns per set of columns, the history rows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection
from django.db.models import F

from essor.catalog.definitions import Field
from essor.catalog.kinds import ParseContext
from essor.kernel.db.insert import insert_rows
from essor.records.batch import Batch, Row
from essor.records.intake import columns
from essor.records.models import Created, History


def insert(batch: Batch) -> None:
    """Insert the new rows at once and give each its key."""
    rows = list(batch.creating())
    if not rows:
        return
    stamp = {
        "created_date": batch.now,
        "last_modified_date": batch.now,
        "system_modstamp": batch.now,
        "created_by_id": batch.actor.user_id,
        "last_modified_by_id": batch.actor.user_id,
    }
    keys = insert_rows(
        batch.object.model, [{**stamp, **columns(row.offered, batch.object, batch.context)} for row in rows]
    )
    for row, key in zip(rows, keys, strict=True):
        row.id, row.revision = key, 1
    if batch.source.batch:
        ids = [row.id for row in rows]
        Created.objects.create(batch_id=batch.source.batch, object_name=batch.object.name, record_ids=ids)


def update(batch: Batch) -> None:
    """Write the changed columns of the existing rows, with the history of what they were."""
    groups: dict[tuple[str, ...], list[tuple[Row, dict[str, Any]]]] = defaultdict(list)
    for row in batch.updating():
        changed = row.changed()
        if changed:
            values = columns({name: row.offered[name] for name in changed}, batch.object, batch.context)
            groups[tuple(sorted(values))].append((row, values))
    for names, members in groups.items():
        _update_group(batch, names, members)
        for row, _values in members:
            row.revision += 1
    insert_rows(History, [entry(batch, row) for members in groups.values() for row, _values in members])


def _update_group(batch: Batch, names: tuple[str, ...], members: list[tuple[Row, dict[str, Any]]]) -> None:
    model = batch.object.model
    stamp = {
        "last_modified_date": batch.now,
        "system_modstamp": batch.now,
        "last_modified_by_id": batch.actor.user_id,
    }
    if len(members) == 1:
        row, values = members[0]
        model._default_manager.filter(pk=row.id).update(revision=F("revision") + 1, **stamp, **values)
        return
    known = {field.attname: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in (*stamp, *names)]
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    sql = f"UPDATE {quote(model._meta.db_table)} SET revision = revision + 1, {assignments} WHERE id = %s"  # noqa: S608
    prepared = [
        [
            *(field.get_db_prep_save({**stamp, **values}[field.attname], connection) for field in fields),
            row.id,
        ]
        for row, values in members
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, prepared)


def entry(batch: Batch, row: Row) -> dict[str, Any]:
    """Return the history row of an update."""
    fields = [batch.object.field(name) for name in row.changed()]
    return {
        "object_name": batch.object.name,
        "record_id": row.id,
        "revision": row.revision,
        "action": "updated",
        "changes": {
            f.name: [plain(row.prior(f.name)), plain(row.offered[f.name])] for f in fields if f.history
        },
        "untold": [f.name for f in fields if not f.history] or None,
        "user_id": batch.actor.user_id,
        "created_date": batch.now,
        "batch_id": batch.source.batch,
    }


def plain(value: Any) -> Any:
    """Return a stored value as JSON carries it: dates as ISO text, a polymorphic reference as a list."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return list(value) if isinstance(value, tuple) else value.isoformat()


def revive(value: Any, field: Field, context: ParseContext) -> Any:
    """Return the stored value that `plain` wrote."""
    if value is None or field.kind.formula_type not in ("date", "datetime", "time"):
        return tuple(value) if isinstance(value, list) else value
    return field.kind.parse(value, field, context)
