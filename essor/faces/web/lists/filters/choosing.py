"""What a criterion may be about: the object's own fields, those of its parents, and what hangs below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.layouts import SYSTEM_FIELDS
from essor.faces.web.lists.filters import operators
from essor.faces.web.lists.filters.drawing import relationship_label
from essor.query.search.words import fold

SHOWN = 60
DEEPEST = 4
QUIET = frozenset({"SystemModstamp", "IsDeleted"})
KEPT_BY_US = frozenset({*SYSTEM_FIELDS, "Id", "CurrencyIsoCode"}) - {"OwnerId"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: `path` is a field path, “>Opportunities” a relationship, “Account.” a way further up."""

    path: str
    label: str
    detail: str = ""
    icon: str = ""


def offer(catalog: Catalog, obj: ObjectDef, typed: str, below: str = "") -> list[Choice]:
    """Return the choices for what was typed; `below` is a path of parents (“Account.Owner.”) to look behind."""
    here, trail = behind(catalog, obj, below)
    words = fold(typed).split()
    own = [choice for choice in _own(here, below) if _fits(choice, words)]
    ways = [choice for choice in _ways(catalog, here, below) if _fits(choice, words)]
    down = [choice for choice in _down(catalog, obj) if not below and _fits(choice, words)]
    deeper = list(_deeper(catalog, here, below, words)) if words else []
    named = [Choice(one.path, f"{trail}{one.label}", one.detail, one.icon) for one in own] if trail else own
    return [*named, *down, *ways, *deeper][:SHOWN]


def behind(catalog: Catalog, obj: ObjectDef, below: str) -> tuple[ObjectDef, str]:
    """Return the object at the end of a path of parents, and the words that lead there."""
    trail = ""
    for step in [one for one in below.split(".") if one]:
        link = obj.by_relationship.get(step.lower())
        target = next((one for one in link.targets if catalog.has(one)), "") if link else ""
        if link is None or not target:
            return obj, trail
        obj, trail = catalog.object(target), f"{trail}{link.label} › "
    return obj, trail


def _own(obj: ObjectDef, below: str) -> Iterator[Choice]:
    for field in sorted(obj.fields, key=lambda one: _rank(one, obj)):
        if comparable(field):
            yield Choice(
                f"{below}{field.name}", str(field.label), icon=ICONS.get(field.kind.name, "letter-case")
            )


def _rank(field: Field, obj: ObjectDef) -> int:
    """Return 0 for the name, 1 for what people enter, 2 for what the program keeps."""
    return 0 if field.name == obj.name_field else 2 if field.name in KEPT_BY_US else 1


def _ways(catalog: Catalog, obj: ObjectDef, below: str) -> Iterator[Choice]:
    """Yield the ways up, as far as paths may go."""
    if below.count(".") >= DEEPEST:
        return
    for field in obj.fields:
        if field.relationship and not field.hidden and any(catalog.has(one) for one in field.targets):
            yield Choice(f"{below}{field.relationship}.", f"{field.label} ›", _("its fields"), "arrow-up")


def _down(catalog: Catalog, obj: ObjectDef) -> Iterator[Choice]:
    for way in obj.children:
        if way.name and catalog.has(way.object_name):
            label = relationship_label(obj, way.name, catalog)
            yield Choice(f">{way.name}", label, _("has, has no …"), "hierarchy")


def _deeper(catalog: Catalog, obj: ObjectDef, below: str, words: list[str]) -> Iterator[Choice]:
    """Yield fields of parents that fit what was typed."""
    for way in _ways(catalog, obj, below):
        parent, trail = behind(catalog, obj, way.path.removeprefix(below))
        for field in parent.fields:
            label = f"{trail}{field.label}"
            found = Choice(f"{way.path}{field.name}", label, icon=ICONS.get(field.kind.name, "letter-case"))
            if comparable(field) and _fits(found, words):
                yield found


def comparable(field: Field) -> bool:
    """Tell whether a reader may filter by a field."""
    return not field.hidden and field.name not in QUIET and bool(operators.words_of(field))


def _fits(choice: Choice, words: list[str]) -> bool:
    """Tell whether every word begins a word of the label, or is a part of the name that integrators know."""
    text, name = f" {fold(choice.label)}", choice.path.lower()
    return all(f" {word}" in text or word in name for word in words)


ICONS = {
    "lookup": "link",
    "masterdetail": "link",
    "date": "calendar",
    "datetime": "calendar-event",
    "time": "clock",
    "number": "hash",
    "money": "currency-euro",
    "percent": "percentage",
    "checkbox": "checkbox",
    "slider": "toggle-left",
    "picklist": "tag",
    "multiselect": "tags",
    "email": "mail",
    "phone": "phone",
    "url": "world",
    "formula": "math-function",
    "rollup": "sum",
    "id": "fingerprint",
}
