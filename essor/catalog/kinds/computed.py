"""Auto-number, formula and roll-up summary: fields that nobody types into."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import EQUALITY, ORDER, TEXTUAL, Kind, ParseContext, ParseError
from essor.catalog.kinds.hyperlinks import plain

FORMAT = re.compile(r"\{(0+)\}")


class AutoNumber(Kind):
    """A running number in a pattern such as `C-{0000}`, given once at creation."""

    name = "autonumber"
    label = gettext_lazy("Auto-number")
    salesforce_type = "string"
    operators = (*EQUALITY, *ORDER, *TEXTUAL)
    control = "none"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable character column."""
        return {"": models.CharField(max_length=60, null=True, blank=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> Any:
        """Refuse any input: the number is given, not typed."""
        raise ParseError(_("This field is filled by itself."), "INVALID_FIELD_FOR_INSERT_UPDATE")

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a read-only string."""
        return {"type": ["string", "null"], "readOnly": True}


def numbered(pattern: str, number: int) -> str:
    """Return `number` in `pattern`: `C-{0000}` and 12 give `C-0012`."""
    return FORMAT.sub(lambda found: str(number).zfill(len(found[1])), pattern, count=1)


class Computed(Kind):
    """A field whose value has the kind of its result: `options["returns"]`."""

    control = "none"

    def result(self, field: Field) -> Kind:
        """Return the kind of the result."""
        from essor.catalog.kinds import kind  # noqa: PLC0415 -- the registry imports this module

        return kind(str(field.options.get("returns", "text")))

    def columns(self, field: Field) -> Mapping[str, models.Field[Any, Any]]:
        """Return the result's own column when the value is stored, none otherwise."""
        if not self.is_stored(field):
            return {}
        return {"": self.result(field).columns(field)[""]}

    def parse(self, raw: object, field: Field, context: ParseContext) -> Any:
        """Refuse any input: the value is computed."""
        raise ParseError(_("This field is computed."), "INVALID_FIELD_FOR_INSERT_UPDATE")

    def to_json(self, value: Any, field: Field) -> Any:
        """Return the value as its result's kind does."""
        return self.result(field).to_json(value, field)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return the result's schema, read only."""
        return {**self.result(field).json_schema(field), "readOnly": True}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the value as its result's kind shows it."""
        return self.result(field).display(value, field, locale)


def result_kind(field: Field) -> Kind:
    """Return the kind of the field's values: a formula's or a roll-up's result, else the field's own kind."""
    return field.kind.result(field) if isinstance(field.kind, Computed) else field.kind


class Formula(Computed):
    """A value computed by SQL whenever it is read, so that it filters, sorts and follows the date."""

    name = "formula"
    label = gettext_lazy("Formula")

    def is_stored(self, field: Field) -> bool:
        """Tell that a formula has no column."""
        return False

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the value as its result's kind shows it, of a link its label."""
        return plain(super().display(value, field, locale))


class RollUp(Computed):
    """Count, sum, least or greatest over child records with a filter; stored unless its filter moves with the date."""

    name = "rollup"
    label = gettext_lazy("Roll-up summary")

    def is_stored(self, field: Field) -> bool:
        """Tell whether the value sits in a column: not when the filter is `live`."""
        return not field.options.get("live", False)
