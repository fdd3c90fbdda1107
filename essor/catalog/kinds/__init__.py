"""All field kinds by name; a new one is a class in this folder and a line here."""

from __future__ import annotations

from essor.catalog.kinds.base import Kind, ParseContext, ParseError
from essor.catalog.kinds.choices import MultiSelect, Picklist
from essor.catalog.kinds.computed import AutoNumber, Formula, RollUp
from essor.catalog.kinds.contact import Email, Phone, Url
from essor.catalog.kinds.links import File, Id, Lookup, MasterDetail
from essor.catalog.kinds.moments import Date, DateTime, Time
from essor.catalog.kinds.numbers import Money, Number, Percent
from essor.catalog.kinds.places import Address, Degrees, Geolocation
from essor.catalog.kinds.recurrence import Recurrence
from essor.catalog.kinds.text import RichText, Text, TextArea
from essor.catalog.kinds.truth import Checkbox, Slider

__all__ = ["ADDABLE", "KINDS", "Kind", "ParseContext", "ParseError", "kind"]

ADDABLE: tuple[Kind, ...] = (
    Text(),
    TextArea(),
    RichText(),
    Number(),
    Percent(),
    Money(),
    Date(),
    DateTime(),
    Time(),
    Checkbox(),
    Picklist(),
    MultiSelect(),
    Slider(),
    Email(),
    Phone(),
    Url(),
    Lookup(),
    MasterDetail(),
    AutoNumber(),
    Formula(),
    RollUp(),
    Geolocation(),
    Address(),
    File(),
)

KINDS: dict[str, Kind] = {one.name: one for one in (*ADDABLE, Id(), Degrees(), Recurrence())}


def kind(name: str) -> Kind:
    """Return the kind called `name`; KeyError when there is none."""
    return KINDS[name]
