"""Geolocation and address: compound fields whose parts are fields of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import EMPTY, Field
from essor.catalog.kinds.base import Kind, ParseContext, ParseError
from essor.catalog.kinds.numbers import Number
from essor.catalog.kinds.text import Text, TextArea

PARTS = (
    ("Street", "_street", TextArea(), gettext_lazy("Street"), 255),
    ("City", "_city", Text(), gettext_lazy("City"), 120),
    ("PostalCode", "_postal_code", Text(), gettext_lazy("Postal code"), 20),
    ("State", "_state", Text(), gettext_lazy("State or region"), 120),
    ("Country", "_country", Text(), gettext_lazy("Country"), 120),
)


class Compound(Kind):
    """A field that is only the sum of its parts."""

    operators = ()
    sortable = False
    formula_type = "none"

    def is_stored(self, field: Field) -> bool:
        """Tell that a compound has no column: its parts have."""
        return False

    def columns(self, field: Field) -> Mapping[str, models.Field[Any, Any]]:
        """Return no column."""
        return {}

    def parse(self, raw: object, field: Field, context: ParseContext) -> Any:
        """Refuse input on the whole: each part is written by its own name."""
        raise ParseError(_("Write to the parts of this field."), "INVALID_FIELD_FOR_INSERT_UPDATE")

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a read-only object."""
        return {"type": ["object", "null"], "readOnly": True}


class Address(Compound):
    """Street, city, postal code, state and country."""

    name = "address"
    label = gettext_lazy("Address")
    salesforce_type = "address"
    control = "address"

    def companions(self, field: Field) -> tuple[Field, ...]:
        """Return the five parts of a custom address; a standard one has them on its model."""
        if not field.custom:
            return ()
        stem = field.name.removesuffix("__c")
        return tuple(
            replace(
                field,
                name=f"{stem}__{part}__s",
                attr=f"{field.attr}{suffix}",
                kind=kind,
                label=f"{field.label}: {label}",
                required=False,
                options={"length": length},
                compound=field.name,
            )
            for part, suffix, kind, label, length in PARTS
        )

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return a mapping of parts as lines."""
        if not value:
            return ""
        town = " ".join(filter(None, (value.get("PostalCode"), value.get("City"))))
        return "\n".join(filter(None, (value.get("Street"), town, value.get("State"), value.get("Country"))))


class Degrees(Number):
    """A latitude or longitude in decimal degrees within ± `limit`."""

    name = "degrees"

    def parse(self, raw: object, field: Field, context: ParseContext) -> float | None:
        """Return the degrees; ParseError outside the globe."""
        value = super().parse(raw, field, context)
        if value is not None and abs(value) > field.options["limit"]:
            message = _("Degrees go from %(low)d to %(high)d.")
            raise ParseError(message % {"low": -field.options["limit"], "high": field.options["limit"]})
        return value

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable number within the globe."""
        limit = field.options["limit"]
        return {"type": ["number", "null"], "minimum": -limit, "maximum": limit}


class Geolocation(Compound):
    """A point on the globe."""

    name = "geolocation"
    label = gettext_lazy("Geolocation")
    salesforce_type = "location"
    control = "geolocation"

    def companions(self, field: Field) -> tuple[Field, ...]:
        """Return latitude and longitude."""
        stem = field.name.removesuffix("__c")
        return tuple(
            replace(
                field,
                name=f"{stem}__{part}__s",
                attr=f"{field.attr}_{part.lower()}",
                kind=Degrees(),
                label=f"{field.label}: {label}",
                required=False,
                options={**EMPTY, "scale": 6, "limit": limit},
                compound=field.name,
            )
            for part, label, limit in (("Latitude", _("Latitude"), 90), ("Longitude", _("Longitude"), 180))
        )
