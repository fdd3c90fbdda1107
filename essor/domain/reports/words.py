"""Groups and figures as their reader's locale writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from babel import dates as babel_dates
from babel import numbers as babel_numbers
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog
from essor.domain.reports.tree import Group, ValueKind
from essor.kernel import formats
from essor.query import dates
from essor.query.names import names

Key = tuple[str, int]
CENTS_BELOW = 1_000


@dataclass(slots=True)
class Writer:
    """Writes for one reader; the names of records are read once, in one statement."""

    actor: Actor
    catalog: Catalog
    names: Mapping[Key, str] = field(default_factory=dict)

    def read_names(self, groups: Iterable[tuple[Group, Iterable[Any]]]) -> None:
        """Read the names of all records that groups are called after."""
        wanted = [
            key
            for group, values in groups
            if group.field.targets
            for one in values
            for key in self._records(group, one)
        ]
        self.names = names(self.actor, wanted) if wanted else {}

    def _records(self, group: Group, value: Any) -> list[Key]:
        """Return the records that a stored lookup value may name."""
        if value is None:
            return []
        if isinstance(value, tuple):
            obj = self.catalog.by_prefix.get(value[0])
            return [(obj.name, value[1])] if obj else []
        return [(name, value) for name in group.field.targets if self.catalog.has(name)]

    def group(self, group: Group, value: Any) -> str:
        """Return the name of a group."""
        if value is None:
            return str(_("(empty)"))
        if group.field.targets:
            found = (self.names.get(key) for key in self._records(group, value))
            return next((name for name in found if name), str(_("(not visible)")))
        if group.family in ("date", "datetime"):
            return self.period(group.grouping.unit, value)
        if group.family == "boolean":
            return str(_("Yes") if value else _("No"))
        if group.grouping.bands and group.family in ("number", "money"):
            return self.band(group, int(value))
        return group.field.kind.display(value, group.field, self.actor.locale) or str(_("(empty)"))

    def period(self, unit: str, start: date) -> str:
        """Return a period by its first day: “March 2026”, “Q1 2026”."""
        spoken = formats.worded(self.actor.locale, get_language() or "en")
        locale = formats.locale_of(spoken)
        if unit == "month":
            return str(babel_dates.format_date(start, "LLL yyyy", locale=locale))
        if unit == "quarter":
            return str(babel_dates.format_date(start, "QQQ yyyy", locale=locale))
        if unit == "year":
            return str(start.year)
        if unit in ("fiscal_year", "fiscal_quarter"):
            first = self.actor.company.fiscal_year_start_month
            begun = dates.start_of("fiscal_year", start, week_starts=0, fiscal_month=first)
            year = begun.year + (first > 1)
            quarter = ((start.year - begun.year) * 12 + start.month - begun.month) // 3 + 1
            words = {"year": year, "quarter": quarter}
            return (
                _("FY %(year)s") % words
                if unit == "fiscal_year"
                else _("Q%(quarter)d of FY %(year)s") % words
            )
        text = formats.day(start, spoken, "medium")
        return _("Week of %(day)s") % {"day": text} if unit == "week" else text

    def band(self, group: Group, place: int) -> str:
        """Return a band by its bounds."""
        bounds = [formats.number(bound, self.actor.locale) for bound in group.grouping.bands]
        if place == 0:
            return _("below %(bound)s") % {"bound": bounds[0]}
        if place >= len(bounds):
            return _("%(bound)s and more") % {"bound": bounds[-1]}
        return _("%(low)s to %(high)s") % {"low": bounds[place - 1], "high": bounds[place]}

    def together(self, value: Any, scale: int) -> str:
        """Return what sums in several currencies make in the company's; nothing where they are of one."""
        total = getattr(value, "total", None)
        return "" if total is None else f"≈\N{NO-BREAK SPACE}{self.money(total / 10**scale, '')}"

    def value(
        self, kind: ValueKind, value: Any, *, scale: int = 2, decimals: int | None = None, field: Any = None
    ) -> str:
        """Return a figure as text; sums in several currencies stand side by side, before what they make together."""
        locale = self.actor.locale
        if value is None:
            return "–"
        if kind == "money":
            parts = getattr(value, "sign", " + ").join(
                self.money(units / 10**scale, code) for code, units in value.items()
            )
            return f"{parts} {self.together(value, scale)}".rstrip()
        if kind == "percent":
            return formats.percent(round(value, 1), locale, scale=1 if decimals is None else decimals)
        if kind == "days":
            return formats.number(round(value, 1), locale)
        if kind == "other" and field is not None:
            return field.kind.display(value, field, locale)
        return formats.number(round(value, 2), locale)

    def money(self, amount: float, code: str) -> str:
        """Return an amount; cents are left out where they would only be noise."""
        whole = abs(amount) >= CENTS_BELOW or amount == int(amount)
        before, after = around(self.actor.locale, code or self.actor.company.currency, negative=amount < 0)
        digits = formats.number(
            round(abs(amount)) if whole else abs(amount), self.actor.locale, scale=0 if whole else 2
        )
        return f"{before}{digits}{after}"


@lru_cache(maxsize=256)
def around(locale: str, currency: str, *, negative: bool) -> tuple[str, str]:
    """Return what a locale writes before and after an amount: Babel takes long for each."""
    known = formats.locale_of(locale)
    pattern = str(known.currency_formats["standard"].pattern).replace(".00", "")
    text = babel_numbers.format_currency(
        -1 if negative else 1, currency, pattern, locale=known, currency_digits=False
    )
    before, _one, after = str(text).partition("1")
    return before, after


def end_of(unit: str, start: date) -> date:
    """Return the first day after a period."""
    months = dates.MONTHS.get(unit)
    if months is None:
        return start + timedelta(days=7 if unit == "week" else 1)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1)
