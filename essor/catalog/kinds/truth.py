"""Checkbox and slider: two positions, and three."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import EQUALITY, Kind, ParseContext, ParseError

YES = frozenset({"1", "true", "t", "yes", "y", "on", "oui", "o", "vrai", "x"})
NO = frozenset({"0", "false", "f", "no", "n", "off", "non", "faux"})
UNKNOWN = frozenset({"", "null", "none", "unknown", "?", "not known yet", "inconnu", "pas encore connu"})


def truth(raw: object) -> bool | None:
    """Return any writer's yes, no or unknown (None); ParseError otherwise."""
    if raw is None or isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower() if isinstance(raw, (str, int, float)) else "?!"
    word = word.removesuffix(".0")
    if word in YES:
        return True
    if word in NO:
        return False
    if word in UNKNOWN:
        return None
    raise ParseError(_("“%(value)s” is neither yes nor no.") % {"value": str(raw)[:80]})


class Checkbox(Kind):
    """Ticked or not; never empty."""

    name = "checkbox"
    label = gettext_lazy("Checkbox")
    salesforce_type = "boolean"
    formula_type = "boolean"
    operators = ("eq", "ne")
    control = "checkbox"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a boolean column that is false for the rows already there."""
        return {"": models.BooleanField(default=False, db_default=models.Value(value=False), null=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> bool:
        """Return True or False; empty is False."""
        return bool(truth(raw))

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a boolean."""
        return {"type": "boolean"}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return yes or no in words."""
        return _("Yes") if value else _("No")


class Slider(Kind):
    """Yes, no or not known yet: what a checkbox cannot say."""

    name = "slider"
    label = gettext_lazy("Slider (yes / no / not known yet)")
    salesforce_type = "boolean"
    formula_type = "boolean"
    operators = EQUALITY
    control = "slider"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable boolean column: NULL is not known yet."""
        return {"": models.BooleanField(null=True, blank=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> bool | None:
        """Return True, False, or None for not known yet."""
        return truth(raw)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable boolean."""
        return {"type": ["boolean", "null"]}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the position in words."""
        return _("Not known yet") if value is None else _("Yes") if value else _("No")
