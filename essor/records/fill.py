"""What a record gets without being asked: defaults, owner, currency, running numbers."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from essor.catalog.definitions import Field
from essor.catalog.kinds import ParseContext
from essor.catalog.kinds.computed import numbered
from essor.records.batch import Batch, Row
from essor.records.models import Sequence
from essor.records.plan import Plan

ANY_WRITER = ParseContext()


def fill(batch: Batch, plan: Plan) -> None:
    """Give the new rows of the batch their defaults; values that the writer offered stay."""
    rows = list(batch.creating())
    if not rows:
        return
    currency = batch.actor.company.currency
    owned, priced = batch.object.has("OwnerId"), batch.object.has("CurrencyIsoCode")
    defaults = [(field, default_of(field, batch.context)) for field in plan.defaults]
    for row in rows:
        for field, value in defaults:
            if row.offered.get(field.name) is None and field.name not in row.change.values:
                row.offered[field.name] = value
        if owned and row.offered.get("OwnerId") is None:
            row.offered["OwnerId"] = batch.actor.user_id
        if priced and not row.offered.get("CurrencyIsoCode"):
            row.offered["CurrencyIsoCode"] = currency
    for field in plan.numbered:
        _number(batch, field, rows)


def default_of(field: Field, context: ParseContext = ANY_WRITER) -> Any:
    """Return the stored default of a field: the marked choice, or the value in its options."""
    raw = field.options.get("default")
    if raw is None:
        return next((choice.value for choice in field.choices if choice.default), None)
    return field.kind.parse(raw, field, context)


def _number(batch: Batch, field: Field, rows: list[Row]) -> None:
    """Take as many numbers as there are rows in one statement; the row lock keeps two writers apart."""
    key = {"object_name": batch.object.name, "field": field.name}
    Sequence.objects.get_or_create(**key, defaults={"last": int(field.options.get("start", 1)) - 1})
    Sequence.objects.filter(**key).update(last=F("last") + len(rows))
    last = Sequence.objects.values_list("last", flat=True).get(**key)
    pattern = str(field.options.get("format", "{00000}"))
    for place, row in enumerate(rows):
        row.offered[field.name] = numbered(pattern, last - len(rows) + 1 + place)
