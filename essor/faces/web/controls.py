"""What a form control starts with: a stored value as text to edit, or what was typed and refused, untouched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from babel.dates import get_day_names
from django.utils import timezone

from essor.catalog.kinds import recurrence
from essor.catalog.kinds.choices import JOKER, split
from essor.catalog.kinds.recurrence import Rule
from essor.faces.web import formatting
from essor.kernel import formats

if TYPE_CHECKING:
    from essor.catalog.definitions import Choice, Field

SEARCHABLE_ABOVE = 8


def typed(field: Field, value: Any) -> str:
    """Return `value` as the control of `field` takes it; text is what somebody typed and comes back unchanged."""
    match value:
        case None:
            text = ""
        case str():
            text = value
        case bool():
            text = "true" if value else "false"
        case datetime():
            text = timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
        case date():
            text = value.isoformat()
        case time():
            text = value.strftime("%H:%M")
        case _:
            text = _number(field, value)
    return text


def _number(field: Field, value: float) -> str:
    if field.kind.name == "money":
        scale = int(field.options.get("scale", 2))
        whole, rest = divmod(abs(int(value)), 10**scale)
        exact = f"{'-' if value < 0 else ''}{whole}" + (f".{rest:0{scale}d}" if rest else "")
        return exact.replace(".", formatting.decimal_sign())
    if field.kind.control in {"number", "percent"}:
        return formatting.input_number(value)
    return str(field.kind.to_json(value, field))


def picked(value: str | Iterable[str] | None) -> frozenset[str]:
    """Return the values ticked in a multi-select: stored text or the list that a form sent."""
    return frozenset(split(value) if isinstance(value, str) else value or ())


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice that a control offers, and whether it is the one that is set."""

    value: str
    label: str
    chosen: bool
    joker: bool = False


def offers(field: Field, value: Any) -> tuple[Offer, ...]:
    """Return the choices of a picklist or multi-select: the active ones, and those the record already has."""
    chosen = picked(value) if field.kind.name == "multiselect" else frozenset({value} if value else ())
    known = {choice.value for choice in field.choices}
    strays = sorted(str(one) for one in chosen - known)
    listed = [
        _offer(choice, chosen, field) for choice in field.choices if choice.active or choice.value in chosen
    ]
    return (*listed, *(Offer(stray, stray, chosen=True) for stray in strays))


def _offer(choice: Choice, chosen: frozenset[str], field: Field) -> Offer:
    joker = choice.value == JOKER and bool(field.options.get("other"))
    return Offer(choice.value, str(choice), choice.value in chosen, joker)


def joker_field(field: Field) -> Field | None:
    """Return the field that holds the comment of the “Other” joker, when `field` has one."""
    companions = field.kind.companions(field) if field.kind.name == "multiselect" else ()
    return companions[0] if companions else None


def lookup_label(field: Field, values: Mapping[str, Any]) -> str:
    """Return the name beside a lookup's value: what was typed, else the parent's name in the row."""
    return str(values.get(f"{field.name}.label") or values.get(f"{field.relationship}.Name") or "")


OFTEN = {"DAILY": range(1, 31), "WEEKLY": range(1, 13), "MONTHLY": range(1, 13), "YEARLY": range(1, 6)}


@dataclass(frozen=True, slots=True)
class Repeats:
    """A rule of recurrence as its control shows it; `special` is one that has no place in it and stays as text."""

    text: str
    rule: Rule
    special: bool = False
    words: str = ""

    @property
    def until(self) -> str:
        """Return the last day as a date input takes it."""
        return self.rule.until.isoformat() if self.rule.until else ""

    @property
    def place(self) -> tuple[str, str]:
        """Return when in the month it is, as the control offers it, and the day of the week where that has one."""
        if self.rule.every != "MONTHLY":
            return "", ""
        if self.rule.working_place:
            return f"work{self.rule.working_place}", ""
        if self.rule.dates:
            return ("end" if self.rule.dates[0] < 0 else "date"), ""
        return (str(self.rule.days[0][0]), self.rule.days[0][1]) if self.rule.days else ("", "")

    def intervals(self, unit: str) -> list[tuple[int, str]]:
        """Return how often on offer: (2, “Every 2 weeks”); the rule's own is always among them."""
        own = {self.rule.interval} if self.rule.every == unit else set()
        return [(one, recurrence.every(unit, one)) for one in sorted({*OFTEN[unit], *own})]


def repeats(value: object) -> Repeats:
    """Return a rule, stored or typed, for its control."""
    text = str(value or "").strip()
    if not text:
        return Repeats("", Rule())
    try:
        rule = recurrence.read(text)
    except (ValueError, IndexError):
        return Repeats(text, Rule(), special=True)
    locale = formatting.reader_locale()
    return Repeats(text, rule, special=not rule.plain, words=recurrence.words(text, locale))


def weekdays() -> list[tuple[str, str, str]]:
    """Return the days of the week for the reader: (“MO”, short name, name)."""
    locale = formats.locale_of(formatting.reader_locale())
    short, wide = get_day_names("abbreviated", locale=locale), get_day_names("wide", locale=locale)
    return [(code, short[place], wide[place]) for place, code in enumerate(recurrence.DAYS)]


def company_currency() -> str:
    """Return the currency of amounts that are in no other."""
    return formatting.reader().currency
