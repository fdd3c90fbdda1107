"""Stored values and formula values: 50 percent points are 0.5, 1250 cents are 12.5; and back for formula fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import FormulaType
from essor.catalog.kinds.computed import result_kind
from essor.formula.operators.numbers import whole_units

PERCENT = 100.0


def formula_type(field: Field) -> FormulaType:
    """Return the type that the field has in a formula."""
    return result_kind(field).formula_type


def units(field: Field) -> float:
    """Return how many times larger a stored number is than in a formula: 100 for percent, 10**scale for money."""
    name = result_kind(field).name
    if name == "percent":
        return PERCENT
    return 10.0 ** int(field.options.get("scale", 2)) if name == "money" else 1.0


def from_stored(value: Any, field: Field) -> Any:
    """Return a stored value as formulas see it; a formula field's value already is one."""
    if value is None or field.formula:
        return value
    kind = formula_type(field)
    if kind == "number":
        return float(value) / units(field)
    if kind == "datetime" and isinstance(value, datetime):
        return value.astimezone(UTC)
    return None if value == "" else value


def to_stored(value: Any, field: Field) -> Any:
    """Return a formula field's value in the units of the kind it returns, as if that kind had stored it."""
    if value is None or formula_type(field) != "number":
        return value
    number = value * units(field)
    return whole_units(number) if result_kind(field).name == "money" else number + 0.0
