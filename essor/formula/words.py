"""The words in which a formula's types are named to people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.kinds.base import FormulaType

TYPES: dict[FormulaType, Promise] = {
    "text": gettext_lazy("text"),
    "number": gettext_lazy("a number"),
    "boolean": gettext_lazy("a condition (true or false)"),
    "date": gettext_lazy("a date"),
    "datetime": gettext_lazy("a date and time"),
    "time": gettext_lazy("a time of day"),
    "picklist": gettext_lazy("a picklist"),
    "multipicklist": gettext_lazy("a multi-select"),
    "id": gettext_lazy("a record id"),
    "none": gettext_lazy("NULL"),
}
ORDINALS = (
    gettext_lazy("first"),
    gettext_lazy("second"),
    gettext_lazy("third"),
    gettext_lazy("fourth"),
    gettext_lazy("fifth"),
    gettext_lazy("sixth"),
)


def a(type: FormulaType) -> str:
    """Return a type as it stands in a sentence: “a number”."""
    return str(TYPES[type])


def any_of(types: tuple[FormulaType, ...]) -> str:
    """Return several types as they stand in a sentence: “a number, a date or text”."""
    names = [a(type) for type in types]
    if len(names) == 1:
        return names[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def ordinal(index: int) -> str:
    """Return “first” for 0, “second” for 1, … “no. 7” for 6."""
    return str(ORDINALS[index]) if index < len(ORDINALS) else _("no. %(number)d") % {"number": index + 1}
