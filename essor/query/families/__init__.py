"""How the values of a field are compared: a few families, however many field kinds there are."""

from __future__ import annotations

from essor.catalog.definitions import Field
from essor.catalog.kinds.computed import result_kind
from essor.query.families.base import Family
from essor.query.families.choices import ChoiceFamily, SetFamily
from essor.query.families.identity import IdFamily
from essor.query.families.moments import DateFamily, DateTimeFamily, TimeFamily
from essor.query.families.numbers import MoneyFamily, NumberFamily
from essor.query.families.text import TextFamily
from essor.query.families.truth import TruthFamily

__all__ = ["Family", "family_of"]

FAMILIES: dict[str, type[Family]] = {
    "text": TextFamily,
    "picklist": ChoiceFamily,
    "multipicklist": SetFamily,
    "number": NumberFamily,
    "boolean": TruthFamily,
    "date": DateFamily,
    "datetime": DateTimeFamily,
    "time": TimeFamily,
    "id": IdFamily,
}


def family_of(field: Field) -> Family | None:
    """Return how the field's values are compared; None for a compound, which has no value of its own."""
    kind = result_kind(field)
    if kind.name == "money":
        return MoneyFamily(field)
    family = FAMILIES.get(kind.formula_type)
    return family(field) if family else None
