"""What a parent may not be emptied of: fields that a child's stage demanded are demanded as long as the child stays there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.pipelines import RECORD_TYPE, StageEntry, reached, stage_field
from essor.records.batch import Batch, Row

MISSING = "REQUIRED_FIELD_MISSING"


@dataclass(frozen=True, slots=True)
class Hold:
    """One field of a parent that the children at some stages need: through which lookup, by which criteria."""

    field: Field
    child: ObjectDef
    link: Field
    entry: StageEntry

    def reached(self, row: dict[str, Any], stage: Field) -> bool:
        """Tell whether a child has come as far as the criteria."""
        key = row.get(RECORD_TYPE)
        mine = self.entry.record_type in ("", key or "")
        return mine and self.entry.stage in reached(self.child, key, row[stage.name])


def holds(catalog: Catalog, obj: ObjectDef) -> tuple[Hold, ...]:
    """Return what the stages of children demand of records of `obj`."""
    found = []
    for child in catalog:
        for entry in child.stage_entries:
            for path in entry.required:
                way, dot, name = path.partition(".")
                link = child.by_relationship.get(way.lower()) if dot else None
                if link is not None and link.targets == (obj.name,):
                    found.append(Hold(obj.field(name), child, link, entry))
    return tuple(found)


def check(batch: Batch, all_holds: tuple[Hold, ...]) -> None:
    """Refuse the rows that lose a value which one of their children needs: one query per kind of child and field."""
    for hold in all_holds:
        name = hold.field.name
        rows = [
            row
            for row in batch
            if not row.is_new and name in row.offered and row.offered[name] is None and row.changes(name)
        ]
        if rows:
            _check(batch, hold, rows)


def _check(batch: Batch, hold: Hold, rows: list[Row]) -> None:
    stage = stage_field(hold.child)
    if stage is None:
        return
    wanted = [stage, *([hold.child.field(RECORD_TYPE)] if hold.child.record_types else [])]
    children = hold.child.model._default_manager.filter(
        **{f"{hold.link.attr}__in": [row.id for row in rows]}, is_deleted=False
    )
    kept: set[int] = set()
    names = [field.name for field in wanted]
    for parent, *values in children.values_list(hold.link.attr, *(field.attr for field in wanted)).distinct():
        if hold.reached(dict(zip(names, values, strict=True)), stage):
            kept.add(parent)
    seen = catalog_for(batch.actor).by_lower.get(hold.child.name.lower())
    for row in rows:
        if row.id in kept:
            message = _("“%(field)s” is needed by the %(plural)s of this record, at their stage.") % {
                "field": hold.field.label,
                "plural": str(seen.plural).lower() if seen else _("records"),
            }
            row.refuse(hold.field.name, message, MISSING)
