"""What a record gets without being asked: defaults, owner, currency, running numbers, roll-ups of nothing yet."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext
from essor.catalog.kinds.computed import numbered
from essor.catalog.pipelines import RECORD_TYPE, choices_of, default_type
from essor.records.batch import Batch, Row
from essor.records.models import Sequence
from essor.records.plan import Plan

NEUTRAL = ParseContext()


def fill(batch: Batch, plan: Plan) -> None:
    """Give the new rows of the batch their defaults; values that the writer offered stay."""
    rows = [
        row for row in batch.rows if row.is_new
    ]  # refused ones too: nobody is told that a default is missing
    if not rows:
        return
    currency = batch.actor.company.currency
    owned, priced = batch.object.has("OwnerId"), batch.object.has("CurrencyIsoCode")
    defaults = [(field, default_of(field)) for field in plan.defaults]
    usual = default_type(batch.object, batch.actor.profile_id)
    for row in rows:
        if usual is not None and RECORD_TYPE not in row.change.values:
            row.offered[RECORD_TYPE] = usual.id
        for field, value in defaults:
            if row.offered.get(field.name) is None and field.name not in row.change.values:
                row.offered[field.name] = _left(batch.object, field, value, row.offered.get(RECORD_TYPE))
        row.offered.update((field.name, 0) for field in plan.counted)
        if owned and row.offered.get("OwnerId") is None:
            row.offered["OwnerId"] = batch.actor.user_id
        if priced and not row.offered.get("CurrencyIsoCode"):
            row.offered["CurrencyIsoCode"] = currency
    written = [row for row in rows if not row.errors]
    for field in plan.numbered if written else ():
        _number(batch, field, written)


def _left(obj: ObjectDef, field: Field, value: Any, record_type: str | None) -> Any:
    """Return a default, or the first value that the record type leaves when the default is none of them."""
    if record_type is None or not field.choices or field.kind.name != "picklist":
        return value
    left = [choice.value for choice in choices_of(obj, field, record_type) if choice.active]
    return value if value in left or not left else left[0]


def default_of(field: Field) -> Any:
    """Return the stored default of a field, the same for every writer: the marked choice, or the value in its options."""
    raw = field.options.get("default")
    if raw is None:
        return next((choice.value for choice in field.choices if choice.default), None)
    return field.kind.parse(raw, field, NEUTRAL)


def _number(batch: Batch, field: Field, rows: list[Row]) -> None:
    """Take as many numbers as there are rows in one statement; the row lock keeps two writers apart."""
    key = {"object_name": batch.object.name, "field": field.name}
    Sequence.objects.get_or_create(**key, defaults={"last": int(field.options.get("start", 1)) - 1})
    Sequence.objects.filter(**key).update(last=F("last") + len(rows))
    last = Sequence.objects.values_list("last", flat=True).get(**key)
    pattern = str(field.options.get("format", "{00000}"))
    for place, row in enumerate(rows):
        row.offered[field.name] = numbered(pattern, last - len(rows) + 1 + place)
