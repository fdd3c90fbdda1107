"""Picklist and multi-select, with the “Other” joker that demands a comment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import EMPTY, Choice, Field
from essor.catalog.kinds.base import EQUALITY, SETS, TEXTUAL, Kind, ParseContext, ParseError, clean_text
from essor.kernel.errors import FieldError

JOKER = "Other"
SEPARATOR = ";"
LONGEST = 255


def find_choice(word: str, field: Field) -> Choice | None:
    """Return the choice that `word` names by value or by label, case ignored."""
    exact = field.choice(word)
    if exact:
        return exact
    low = word.casefold()
    return next((one for one in field.choices if low in (one.value.casefold(), str(one).casefold())), None)


def choose(word: str, field: Field) -> str:
    """Return the stored value for `word`; ParseError names the possible values when it is none of them."""
    found = find_choice(word, field)
    if found:
        return found.value
    if not field.options.get("restricted", True):
        if len(word) > LONGEST or SEPARATOR in word:
            raise ParseError(_("A picklist value has at most 255 characters and no semicolon."))
        return word
    known = ", ".join(str(choice) for choice in field.choices[:12] if choice.active)
    message = _("“%(value)s” is not in the list (%(known)s).") % {"value": word[:80], "known": known}
    raise ParseError(message, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")


class Picklist(Kind):
    """One value of a list; `restricted` (the default) refuses any other."""

    name = "picklist"
    label = gettext_lazy("Picklist")
    salesforce_type = "picklist"
    formula_type = "picklist"
    operators = (*EQUALITY, *TEXTUAL)
    control = "picklist"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable character column that holds the value, never the label."""
        return {"": models.CharField(max_length=LONGEST, null=True, blank=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> str | None:
        """Return the stored value of what was written, by value or label."""
        word = clean_text(raw)
        return None if word is None else choose(word, field)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable string, an enumeration when the list is restricted."""
        if not field.options.get("restricted", True):
            return {"type": ["string", "null"], "maxLength": LONGEST}
        return {"enum": [*(choice.value for choice in field.choices), None]}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the label."""
        return "" if value is None else str(field.choice(value) or value)


class MultiSelect(Kind):
    """Several values of a list, stored as `;A;B;` in list order so that SQL finds each one."""

    name = "multiselect"
    label = gettext_lazy("Multi-select")
    salesforce_type = "multipicklist"
    formula_type = "multipicklist"
    operators = ("eq", "ne", "null", "notnull", *SETS)
    control = "multiselect"
    sortable = False

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable text column."""
        return {"": models.TextField(null=True, blank=True)}

    def companions(self, field: Field) -> tuple[Field, ...]:
        """Return the comment that the “Other” joker demands, when the field has the joker."""
        if not field.options.get("other"):
            return ()
        from essor.catalog.kinds.text import TextArea  # noqa: PLC0415 -- the kinds know each other only here

        stem = field.name.removesuffix("__c")
        return (
            replace(
                field,
                name=f"{stem}_Other__c" if field.custom else f"{stem}Other",
                attr=f"{field.attr}_other",
                kind=TextArea(),
                label=_("%(field)s: other, which?") % {"field": field.label},
                required=False,
                options=EMPTY,
                choices=(),
                compound=field.name,
            ),
        )

    def parse(self, raw: object, field: Field, context: ParseContext) -> str | None:
        """Return `;A;B;` from a list or from text with semicolons."""
        words = split(raw) if isinstance(raw, str) or raw is None else list(_texts(raw))
        chosen = {choose(word, field) for word in words}
        order = {choice.value: place for place, choice in enumerate(field.choices)}
        return join(sorted(chosen, key=lambda value: (order.get(value, len(order)), value)))

    def check(self, value_of: Callable[[str], Any], field: Field) -> FieldError | None:
        """Refuse the joker without its comment; `value_of` reads a stored value of the record by outside name."""
        companions = self.companions(field)
        if companions and JOKER in split(value_of(field.name)) and not value_of(companions[0].name):
            message = _("Say which: “Other” needs a comment.")
            return FieldError(companions[0].name, "REQUIRED_FIELD_MISSING", message)
        return None

    def to_json(self, value: Any, field: Field) -> Any:
        """Return the values joined with semicolons, as Salesforce does."""
        return SEPARATOR.join(split(value)) or None

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return text with semicolons or a list."""
        return {"type": ["string", "array", "null"], "items": {"type": "string"}}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the labels with commas."""
        return ", ".join(str(field.choice(word) or word) for word in split(value))


def split(value: str | None) -> list[str]:
    """Return the values of a stored or written multi-select."""
    return [word.strip() for word in (value or "").split(SEPARATOR) if word.strip()]


def join(values: Iterable[str]) -> str | None:
    """Return the stored form of `values`, None when there are none."""
    inner = SEPARATOR.join(values)
    return f";{inner};" if inner else None


def _texts(raw: object) -> Iterable[str]:
    """Yield the non-empty texts of a list; ParseError for anything else."""
    if not isinstance(raw, (list, tuple, set, frozenset)):
        raise ParseError(_("Expected a list of values."))
    for item in raw:
        word = clean_text(item)
        if word:
            yield word
