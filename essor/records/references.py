"""Every lookup must name a record that exists and that the writer may see: one query per lookup and batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from essor.catalog.definitions import Field, ObjectDef
from essor.kernel.db.prepared import by_key
from essor.query.access import visible_q
from essor.records.batch import Batch, Row
from essor.records.plan import Plan


def check(batch: Batch, plan: Plan) -> None:
    """Refuse the rows whose lookups lead nowhere, to themselves, or to a record that the actor may not see."""
    for field in plan.lookups:
        rows = [row for row in batch if row.offered.get(field.name) is not None and row.changes(field.name)]
        if rows:
            _check_field(batch, field, rows)


def _check_field(batch: Batch, field: Field, rows: list[Row]) -> None:
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        prefix, key = _target(row, field)
        wanted[prefix].add(key)
    known = {prefix: _existing(batch, field, prefix, keys) for prefix, keys in wanted.items()}
    for row in rows:
        prefix, key = _target(row, field)
        if key not in known[prefix]:
            message = _("“%(field)s” names a record that does not exist.") % {"field": field.label}
            row.refuse(field.name, message, "INVALID_CROSS_REFERENCE_KEY")
        elif row.id == key and field.targets == (batch.object.name,):
            message = _("“%(field)s” cannot be the record itself.") % {"field": field.label}
            row.refuse(field.name, message, "CIRCULAR_DEPENDENCY")


def _target(row: Row, field: Field) -> tuple[str, int]:
    value = row.offered[field.name]
    return value if field.options.get("polymorphic") else ("", value)


def _existing(batch: Batch, field: Field, prefix: str, keys: set[int]) -> set[int]:
    targets = _models(batch, field, prefix)
    found: set[int] = set()
    for obj in targets:
        found.update(_known(batch, obj, keys))
    return found


def _known(batch: Batch, obj: ObjectDef, keys: set[int]) -> Iterable[int]:
    """Return the keys of rows that are there for the actor; who there is, the snapshot of the rights knows."""
    people = {"User": batch.actor.snapshot.people, "Group": batch.actor.snapshot.groups}.get(obj.name)
    if people is not None and keys <= people.keys():
        return keys
    condition = visible_q(batch.actor, obj, verb="read") if _recyclable(obj) else None
    if condition is None:
        return (row[0] for row in by_key(obj.model, ("pk",), live=_recyclable(obj)).rows(keys))
    query = obj.model._default_manager.filter(condition, pk__in=keys, is_deleted=False)
    return query.values_list("pk", flat=True)


def _recyclable(obj: ObjectDef) -> bool:
    return any(column.name == "is_deleted" for column in obj.model._meta.concrete_fields)


def _models(batch: Batch, field: Field, prefix: str) -> list[ObjectDef]:
    if prefix:
        obj = batch.catalog.by_prefix.get(prefix)
        allowed = field.options.get("any_activity_object") and obj is not None and obj.activities
        return [obj] if obj is not None and (obj.name in field.targets or allowed) else []
    return [batch.catalog.object(name) for name in field.targets]
