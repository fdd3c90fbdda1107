"""What people typed beside the “Other” of a multi-select, and how it becomes a value of the list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog import current
from essor.catalog.actions.change_field import change_field
from essor.catalog.actions.ledger import refuse
from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.catalog.kinds.choices import JOKER, split
from essor.catalog.models import CustomField
from essor.query.access import visible_q
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.save import save_many

MOST_TEXTS = 5_000
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Typed:
    """One thing that people typed: its most frequent writing, all its writings, how many records have it."""

    text: str
    writings: tuple[str, ...]
    count: int


def comment_of(field: Field) -> Field | None:
    """Return the field that holds the comment of the joker, None for a field without the joker."""
    companions = field.kind.companions(field) if field.kind.name == "multiselect" else ()
    return companions[0] if companions else None


def typed(actor: Actor, obj: ObjectDef, field: Field) -> list[Typed]:
    """Return what was typed, the most frequent first; case and surrounding space make no difference."""
    comment = comment_of(field)
    if comment is None:
        return []
    counts = (
        _rows(actor, obj).exclude(**{comment.attr: None}).values(comment.attr).annotate(times=Count("pk"))
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for row in counts.order_by("-times", comment.attr)[:MOST_TEXTS]:
        text = row[comment.attr]
        found.setdefault(" ".join(text.split()).casefold(), []).append((row["times"], text))
    merged = [
        Typed(
            lines[0][1].strip(), tuple(text for _count, text in lines), sum(count for count, _text in lines)
        )
        for lines in found.values()
    ]
    return sorted(merged, key=lambda one: (-one.count, one.text.casefold()))


def adopt(actor: Actor, object_name: str, field_name: str, one: Typed, *, value: str) -> int:
    """Make `value` a value of the list and give it, instead of “Other”, to the records that say `one`.

    Returns how many records changed; they can be undone as one batch. A value already in the list is taken as it is.
    """
    obj = current.get().object(object_name)
    field = obj.field(field_name)
    comment = comment_of(field)
    if comment is None:
        raise refuse("value", "INVALID_FIELD", _("This field has no “Other”."))
    if field.choice(value) is None:
        change_field(actor.user_id, obj.name, field.name, {"choices": _choices(field, value)})
    batch = undo.begin(actor, "adopt_other", obj.name)
    changed = 0
    for rows in _chunks(actor, obj, field, comment, one.writings):
        changes = [
            Change(obj.name, {field.name: _with(row[field.attr], value), comment.name: None}, id=row["pk"])
            for row in rows
        ]
        changed += sum(done.ok for done in save_many(actor, obj.name, changes, source=Source(batch=batch)))
    return changed


def _with(stored: str | None, value: str) -> list[str]:
    return [*(word for word in split(stored) if word != JOKER), value]


def _choices(field: Field, value: str) -> list[dict[str, Any]]:
    """Return the field's values in their stored form with the new one before the joker."""
    row = (
        CustomField.objects.filter(object_name=field.object_name, name=field.name)
        .exclude(choices=None)
        .first()
    )
    listed = list(row.choices or ()) if row else [_stored(one) for one in field.choices]
    place = next((place for place, one in enumerate(listed) if one["value"] == JOKER), len(listed))
    return [*listed[:place], {"value": value}, *listed[place:]]


def _stored(one: Choice) -> dict[str, Any]:
    return {"value": one.value, "active": one.active, "default": one.default}


def _rows(actor: Actor, obj: ObjectDef) -> QuerySet[Any]:
    rows = obj.model._default_manager.filter(is_deleted=False)
    seen = visible_q(actor, obj)
    return rows if seen is None else rows.filter(seen)


def _chunks(
    actor: Actor, obj: ObjectDef, field: Field, comment: Field, writings: tuple[str, ...]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the records that say one of the writings, by key: those refused on the way are not seen twice."""
    last = 0
    said = Q(**{f"{comment.attr}__in": writings})
    while True:
        some = _rows(actor, obj).filter(said, pk__gt=last).order_by("pk").values("pk", field.attr)[:CHUNK]
        rows = list(some)
        if not rows:
            return
        last = rows[-1]["pk"]
        yield rows
