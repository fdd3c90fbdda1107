"""Number, percent and money: doubles for the first two, integer minor units for the last."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import EQUALITY, ORDER, Kind, ParseContext, ParseError
from essor.kernel import formats

LARGEST = 1e18
MOST_UNITS = 2**63 - 1


def as_float(raw: object, context: ParseContext) -> float | None:
    """Return any writer's number as a finite double, None for empty; ParseError otherwise."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)):
        raise ParseError(_("Expected a number."))
    try:
        value = formats.parse_number(raw, context.language) if isinstance(raw, str) else float(raw)
    except (ValueError, OverflowError):
        raise ParseError(_("“%(value)s” is not a number.") % {"value": str(raw)[:80]}) from None
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ParseError(_("This number is too large."), "NUMBER_OUTSIDE_VALID_RANGE")
    return value


class Number(Kind):
    """A number with `scale` decimals (0 unless told), stored as an IEEE double."""

    name = "number"
    label = gettext_lazy("Number")
    salesforce_type = "double"
    formula_type = "number"
    operators = (*EQUALITY, *ORDER)
    control = "number"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable double column."""
        return {"": models.FloatField(null=True, blank=True)}

    def scale(self, field: Field) -> int:
        """Return how many decimals the field keeps."""
        return int(field.options.get("scale", 0))

    def parse(self, raw: object, field: Field, context: ParseContext) -> float | None:
        """Return the number rounded half up to the field's scale."""
        value = as_float(raw, context)
        if value is None:
            return None
        quantum = Decimal(1).scaleb(-self.scale(field))
        try:
            rounded = float(Decimal(repr(value)).quantize(quantum, ROUND_HALF_UP))
        except InvalidOperation:
            rounded = value
        return rounded + 0.0

    def to_json(self, value: Any, field: Field) -> Any:
        """Return whole numbers without a fraction when the field has none."""
        return int(value) if value is not None and self.scale(field) == 0 and value == int(value) else value

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable number within the range that is stored exactly enough."""
        return {"type": ["number", "null"], "minimum": -LARGEST, "maximum": LARGEST}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the number with the locale's separators."""
        if value is None:
            return ""
        return formats.number(value, locale, scale=field.options.get("scale"))


class Percent(Number):
    """A percentage in points: 50 is half."""

    name = "percent"
    label = gettext_lazy("Percent")
    salesforce_type = "percent"
    control = "percent"

    def parse(self, raw: object, field: Field, context: ParseContext) -> float | None:
        """Return the points; a percent sign after the number is welcome."""
        return super().parse(raw.rstrip().removesuffix("%") if isinstance(raw, str) else raw, field, context)

    def scale(self, field: Field) -> int:
        """Return how many decimals the field keeps, 2 unless told."""
        return int(field.options.get("scale", 2))

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the points with the percent sign."""
        return "" if value is None else formats.percent(value, locale, scale=field.options.get("scale"))


class Money(Kind):
    """An amount in the record's currency, stored as an integer of 10**-scale units (see docs/decisions)."""

    name = "money"
    label = gettext_lazy("Currency")
    salesforce_type = "currency"
    formula_type = "number"
    operators = (*EQUALITY, *ORDER)
    control = "money"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable 64-bit integer column."""
        return {"": models.BigIntegerField(null=True, blank=True)}

    def scale(self, field: Field) -> int:
        """Return how many decimals the field keeps, 2 unless told."""
        return int(field.options.get("scale", 2))

    def parse(self, raw: object, field: Field, context: ParseContext) -> int | None:
        """Return minor units of an amount in major units; a currency sign or code around it is welcome."""
        if isinstance(raw, str):
            bare = re.sub(r"^[A-Za-z]{3}\s*|\s*[A-Za-z]{3}$|[€$£¥]", "", raw.strip())
            raw = bare or raw  # a word of six letters is no amount between two codes
        value = as_float(raw, context)
        if value is None:
            return None
        units = int(Decimal(repr(value)).scaleb(self.scale(field)).quantize(Decimal(1), ROUND_HALF_UP))
        if abs(units) > MOST_UNITS:
            raise ParseError(_("This number is too large."), "NUMBER_OUTSIDE_VALID_RANGE")
        return units

    def to_json(self, value: Any, field: Field) -> Any:
        """Return the amount in major units."""
        return None if value is None else value / 10 ** self.scale(field)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable number that fits 64 bits of minor units."""
        limit = MOST_UNITS // 10 ** self.scale(field) // 10
        return {"type": ["number", "null"], "minimum": -limit, "maximum": limit}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the amount without its currency, which the record knows (see `formats.money`)."""
        return "" if value is None else formats.number(value / 10 ** self.scale(field), locale, scale=2)
