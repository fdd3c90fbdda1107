"""First steps of the road: may this actor write these fields, and is every value of its field's kind?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext, ParseError
from essor.records.batch import Batch, Row

UNKNOWN = "INVALID_FIELD"
READ_ONLY = "INVALID_FIELD_FOR_INSERT_UPDATE"


def parse(batch: Batch, seen: ObjectDef) -> None:
    """Turn each row's raw values into stored values of the fields that the actor sees (`seen`), errors collected.

    Fields are looked up once per batch and name: an import hands in the same columns in every row.
    """
    known: dict[str, Field | None] = {}
    for row in batch.rows:
        for name, raw in row.change.values.items():
            if name not in known:
                known[name] = seen.by_name.get(name.lower())
            field = known[name]
            if field is None:
                _refuse_unknown(row, seen, name)
            else:
                _parse_value(row, field, raw, batch.context)


def _refuse_unknown(row: Row, obj: ObjectDef, name: str) -> None:
    message = _("“%(object)s” has no field “%(field)s”.") % {"object": obj.name, "field": name[:80]}
    row.refuse(name, message, UNKNOWN)


def _parse_value(row: Row, field: Field, raw: object, context: ParseContext) -> None:
    if not (field.createable if row.is_new else field.updateable):
        message = _("You may not write “%(field)s”.") % {"field": field.label}
        row.refuse(field.name, message, READ_ONLY)
        return
    try:
        row.offered[field.name] = field.kind.parse(raw, field, context)
    except ParseError as error:
        row.refuse(field.name, str(error), error.code)


def columns(offered: Mapping[str, Any], obj: ObjectDef, context: ParseContext) -> dict[str, Any]:
    """Return {Django attribute: value} of stored values, the derived columns (E.164 …) included."""
    found: dict[str, Any] = {}
    for name, value in offered.items():
        field = obj.by_name[name.lower()]
        found[field.attr] = value
        for suffix, derived in field.kind.derive(value, field, context).items():
            found[field.attr + suffix] = derived
    return found
