"""The field kinds as an administrator chooses them: in groups, each with an icon and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.catalog.kinds import ADDABLE, Kind, kind

GROUPS: tuple[tuple[Promise, tuple[tuple[str, str, Promise], ...]], ...] = (
    (
        _("Text"),
        (
            ("text", "letter-case", _("One line, at most 255 characters.")),
            ("textarea", "file-text", _("Several lines.")),
            ("richtext", "bold", _("Several lines with headings, lists and links.")),
            ("email", "mail", _("Checked, with one click to write to it.")),
            ("phone", "phone", _("As typed, and in a format that can be dialled.")),
            ("url", "link", _("A web address; LinkedIn gets its own button.")),
        ),
    ),
    (
        _("Numbers and dates"),
        (
            ("number", "hash", _("With as many decimals as you want.")),
            ("percent", "percentage", _("50 is a half.")),
            ("money", "currency-euro", _("An amount in the record's currency.")),
            ("date", "calendar", _("A day.")),
            ("datetime", "calendar-event", _("A day and an hour, in each reader's time zone.")),
            ("time", "clock", _("An hour of the day.")),
        ),
    ),
    (
        _("Choices"),
        (
            ("checkbox", "checkbox", _("Yes or no.")),
            ("slider", "adjustments", _("Yes, no, or not known yet: one click for any of them.")),
            ("picklist", "list", _("One value of a list.")),
            (
                "multiselect",
                "list-check",
                _("Several values, with an “Other” that demands a comment if you want."),
            ),
        ),
    ),
    (
        _("Links and places"),
        (
            ("lookup", "link", _("Another record.")),
            ("masterdetail", "hierarchy", _("A record that this one cannot exist without.")),
            ("file", "paperclip", _("A stored file.")),
            ("address", "map-pin", _("Street, postal code, city, region, country.")),
            ("geolocation", "target", _("Latitude and longitude.")),
        ),
    ),
    (
        _("Automatic"),
        (
            ("formula", "function", _("Computed from other fields whenever it is read; filters and sorts.")),
            ("rollup", "sum", _("Count, sum, least or greatest over related records.")),
            ("autonumber", "list-numbers", _("A running number.")),
        ),
    ),
)
ICONS = {name: icon for _label, cards in GROUPS for name, icon, _hint in cards}


@dataclass(frozen=True, slots=True)
class Card:
    """One kind to choose."""

    kind: Kind
    icon: str
    hint: str | Promise


def groups() -> Iterator[tuple[str | Promise, list[Card]]]:
    """Yield the groups with their cards; kinds that no group names come last, so that none is ever missing."""
    for label, cards in GROUPS:
        yield label, [Card(kind(name), icon, hint) for name, icon, hint in cards]
    others = [Card(one, "puzzle", "") for one in ADDABLE if one.name not in ICONS]
    if others:
        yield _("Others"), others
