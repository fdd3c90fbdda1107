"""Recurrence rules of RFC 5545 (“FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10”): taken apart, and told in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from babel.dates import get_day_names, get_month_names
from babel.lists import format_list
from dateutil.rrule import rrulestr
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import EQUALITY, Kind, ParseContext, ParseError, clean_text
from essor.catalog.kinds.text import too_long
from essor.kernel import formats

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING = frozenset(DAYS[:5])
LATEST = 31
PLACES = {
    1: gettext_lazy("first"),
    2: gettext_lazy("second"),
    3: gettext_lazy("third"),
    4: gettext_lazy("fourth"),
    5: gettext_lazy("fifth"),
    -1: gettext_lazy("last"),
    -2: gettext_lazy("last but one"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule taken apart: `days` are (place in the month or 0, “MO”), `rest` are the parts that have no place here."""

    every: str = ""
    interval: int = 1
    days: tuple[tuple[int, str], ...] = ()
    dates: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None
    rest: tuple[str, ...] = ()
    plain: bool = True

    @property
    def weekdays(self) -> frozenset[str]:
        """Return the days of the week, wherever in the month they are."""
        return frozenset(day for _place, day in self.days)

    @property
    def every_working_day(self) -> bool:
        """Tell whether it says “every working day”."""
        return self.every == "WEEKLY" and self.interval == 1 and self.weekdays == WORKING and not self.places

    @property
    def working_place(self) -> int:
        """Return 1 for “the first working day of the month”, -1 for the last one, 0 for all else."""
        whole = self.every == "MONTHLY" and not self.dates and all(place == 0 for place, _day in self.days)
        ends = self.places in ((1,), (-1,))
        return self.places[0] if whole and ends and self.weekdays == WORKING else 0


def read(text: str) -> Rule:
    """Take a rule apart; ValueError for what is none. `plain` is one that the control can show whole."""
    parts = dict(one.split("=", 1) for one in text.strip().upper().removeprefix("RRULE:").split(";") if one)
    if "FREQ" not in parts:
        raise ValueError(text)
    days = tuple(_day(one) for one in _listed(parts, "BYDAY"))
    dates, months, places = (
        tuple(map(int, _listed(parts, name))) for name in ("BYMONTHDAY", "BYMONTH", "BYSETPOS")
    )
    until = parts.get("UNTIL", "")
    known = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
    rule = Rule(
        parts["FREQ"],
        int(parts.get("INTERVAL", 1)),
        days,
        dates,
        months,
        places,
        int(parts["COUNT"]) if "COUNT" in parts else None,
        date(int(until[:4]), int(until[4:6]), int(until[6:8])) if until else None,
        tuple(f"{name}={value}" for name, value in parts.items() if name not in known),
    )
    return replace(rule, plain=_fits(rule) and not rule.rest and not rule.months)


def _fits(rule: Rule) -> bool:
    """Tell whether the control has a place for each part."""
    if rule.places:
        return bool(rule.working_place)
    if rule.every == "WEEKLY":
        return not rule.dates and all(place == 0 for place, _day in rule.days)
    if rule.every == "MONTHLY" and rule.days:
        return len(rule.days) == 1 and rule.days[0][0] in (1, 2, 3, 4, -1) and not rule.dates
    if rule.every == "MONTHLY":
        return len(rule.dates) <= 1 and all(one in (-1, *range(1, LATEST + 1)) for one in rule.dates)
    return rule.every in ("DAILY", "YEARLY") and not rule.days and not rule.dates


def _listed(parts: dict[str, str], name: str) -> list[str]:
    return [one for one in parts.get(name, "").split(",") if one]


def _day(text: str) -> tuple[int, str]:
    day = text[-2:]
    if day not in DAYS:
        raise ValueError(text)
    return int(text[:-2] or 0), day


def words(text: str, locale: str) -> str:
    """Return what a rule says, in the language of the moment and the date format of `locale`; the text if it is none."""
    try:
        rule = read(text)
        return "".join(_told(rule, locale))
    except (ValueError, IndexError):
        return text


def _told(rule: Rule, locale: str) -> Iterator[str]:
    named = [_name_of(place, day, locale) for place, day in rule.days]
    if rule.every_working_day:
        yield _("Every working day")
    elif rule.working_place:
        ends = _("first working day") if rule.working_place == 1 else _("last working day")
        yield every(rule.every, rule.interval) + _(": %(days)s") % {"days": ends}
    else:
        yield every(rule.every, rule.interval)
        named += [_("day %(num)d") % {"num": one} if one > 0 else _("last day") for one in rule.dates]
        if named:
            yield _(": %(days)s") % {"days": _joined(named, locale)}
    if rule.places and not rule.working_place:
        yield _(", of these the %(places)s") % {
            "places": _joined([_place(one) for one in rule.places], locale)
        }
    if rule.months:
        names = get_month_names("wide", locale=formats.locale_of(locale))
        yield _(", in %(months)s") % {"months": _joined([names[one] for one in rule.months], locale)}
    yield from (f", {one}" for one in rule.rest)
    if rule.count is not None:
        yield ngettext(", once", ", %(num)d times", rule.count) % {"num": rule.count}
    if rule.until is not None:
        yield _(", until %(day)s") % {"day": formats.day(rule.until, locale, "medium")}


def every(unit: str, interval: int) -> str:
    """Return “Every week”, “Every 2 weeks”; ValueError for a unit such as SECONDLY."""
    once, often = {
        "DAILY": (_("Every day"), _("Every %(num)d days")),
        "WEEKLY": (_("Every week"), _("Every %(num)d weeks")),
        "MONTHLY": (_("Every month"), _("Every %(num)d months")),
        "YEARLY": (_("Every year"), _("Every %(num)d years")),
    }.get(unit, ("", ""))
    if not once:
        raise ValueError(unit)
    return once if interval == 1 else often % {"num": interval}


def _place(place: int) -> str:
    return str(PLACES[place]) if place in PLACES else str(place)


def _name_of(place: int, day: str, locale: str) -> str:
    name = get_day_names("wide", locale=formats.locale_of(locale))[DAYS.index(day)]
    return f"{_place(place)} {name}" if place else name


def _joined(names: list[str], locale: str) -> str:
    return str(format_list(names, locale=formats.locale_of(locale)))


class Recurrence(Kind):
    """When something repeats: a rule of RFC 5545, shown in words."""

    name = "recurrence"
    label = gettext_lazy("Recurrence")
    operators: ClassVar[tuple[str, ...]] = (*EQUALITY, "contains", "ncontains")
    control = "recurrence"
    limit: ClassVar[int] = 512

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable character column."""
        return {"": models.CharField(max_length=self.limit, null=True, blank=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> str | None:
        """Return the rule in capitals without its “RRULE:”; ParseError for what is none."""
        text = clean_text(raw)
        if text is None:
            return None
        if len(text) > self.limit:
            raise too_long(len(text), self.limit)
        bare = text.upper().removeprefix("RRULE:")
        try:
            read(bare)
            rrulestr(bare.replace("Z", ""))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
            message = _("“%(rule)s” is not a rule of recurrence.") % {"rule": text[:80]}
            raise ParseError(message) from None
        return bare

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable string of bounded length."""
        return {"type": ["string", "null"], "maxLength": self.limit}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the rule in words."""
        return words(value, locale) if value else ""
