"""The operators that a reader chooses from, per family of values, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.catalog.definitions import Field
from essor.query.families import family_of

Words = Mapping[str, Promise | str]
NO_VALUE = frozenset({"null", "notnull"})
SEVERAL = frozenset({"in", "nin"})
# "Includes all of" is INCLUDES with one joined literal: a word of the builder, not an operator of its own.
HOLDS_ALL = "includes_all"

EMPTY: Words = {"null": _("is empty"), "notnull": _("is not empty")}
SAME: Words = {"eq": _("is"), "ne": _("is not")}
ONE_OF: Words = {"in": _("is one of"), "nin": _("is none of")}
TEXT: Words = {
    "contains": _("contains"),
    "ncontains": _("does not contain"),
    **SAME,
    "startswith": _("starts with"),
    "endswith": _("ends with"),
    **ONE_OF,
    "like": _("matches the pattern (% _)"),
    **EMPTY,
}
NUMBER: Words = {
    "eq": _("equals"),
    "ne": _("does not equal"),
    "gt": _("is more than"),
    "gte": _("is at least"),
    "lt": _("is less than"),
    "lte": _("is at most"),
    **ONE_OF,
    **EMPTY,
}
MOMENT: Words = {
    "eq": _("is in"),
    "ne": _("is not in"),
    "lt": _("is before"),
    "lte": _("is before the end of"),
    "gt": _("is after"),
    "gte": _("is from the start of"),
    **EMPTY,
}
TIME: Words = {
    **SAME,
    "lt": _("is before"),
    "lte": _("is at the latest"),
    "gt": _("is after"),
    "gte": _("is at the earliest"),
    **EMPTY,
}
CHOICE: Words = {
    **ONE_OF,
    **SAME,
    "contains": _("contains"),
    "ncontains": _("does not contain"),
    "startswith": _("starts with"),
    "endswith": _("ends with"),
    "like": _("matches the pattern (% _)"),
    **EMPTY,
}
SET: Words = {
    "includes": _("includes any of"),
    HOLDS_ALL: _("includes all of"),
    "excludes": _("includes none of"),
    "eq": _("is exactly"),
    "ne": _("is not exactly"),
    **EMPTY,
}
REFERENCE: Words = {**SAME, **ONE_OF, **EMPTY}

FAMILIES: Mapping[str, Words] = {
    "text": TEXT,
    "picklist": CHOICE,
    "multipicklist": SET,
    "number": NUMBER,
    "money": NUMBER,
    "boolean": SAME,
    "date": MOMENT,
    "datetime": MOMENT,
    "time": TIME,
    "id": REFERENCE,
}


def family_name(field: Field) -> str:
    """Return the family of a field's values, empty for an address, which has none."""
    family = family_of(field)
    if family is None:
        return ""
    if family.name == "picklist" and not field.choices:
        return "text"
    return family.name


def words_of(field: Field) -> Words:
    """Return the operators of a field in the order in which they are offered."""
    name = family_name(field)
    if name == "boolean" and field.kind.name == "slider":
        return {**SAME, **EMPTY}
    return FAMILIES.get(name, {})


def word(field: Field, operator: str) -> str:
    """Return an operator in the reader's words."""
    return str(words_of(field).get(operator, operator))


def plain(field: Field, operator: str, number: int) -> str:
    """Return the operator that says the same of `number` values more simply: one of one value is that value."""
    single = {"in": "eq", "nin": "ne"}.get(operator, "")
    return single if number == 1 and single in words_of(field) else operator


def first(field: Field) -> str:
    """Return the operator that a new criterion starts with."""
    return next(iter(words_of(field)), "")
