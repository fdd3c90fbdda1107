"""Is this a day on which the company works? Asked once for many days: `calendar` reads, what it returns only reckons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from essor.access.snapshot import Company
from essor.domain.workdays import public
from essor.domain.workdays.models import Closure, Habits


@dataclass(frozen=True, slots=True)
class Calendar:
    """The closed days of a company: public holidays on which it does not work, and days of its own (first, last)."""

    country: str = ""
    region: str = ""
    worked: frozenset[str] = frozenset()
    own: tuple[tuple[date, date], ...] = ()

    def is_closed(self, day: date) -> bool:
        """Tell whether the company is closed on a day, whichever day of the week it is."""
        return any(first <= day <= last for first, last in self.own) or self.is_kept(
            public.of_year(self.country, self.region, day.year).get(day, ())
        )

    def is_kept(self, names: Iterable[str]) -> bool:
        """Tell whether one of some holidays (names as the country calls them) is one on which the company is closed."""
        return any(name not in self.worked for name in names)


def calendar(company: Company) -> Calendar:
    """Return the closed days of the company: two queries."""
    row = habits()
    own = Closure.objects.values_list("first_day", "last_day")
    return Calendar(company.country, row.region, frozenset(row.worked), tuple(own))


def coming(company: Company, today: date, language: str, most: int) -> list[tuple[date, str]]:
    """Return the next closed days with their names, closures by their first day that is still to come: three queries."""
    kept = calendar(company)
    own = Closure.objects.filter(last_day__gte=today).values_list("first_day", "name")
    found = [(max(first, today), name) for first, name in own]
    for year in (today.year, today.year + 1):
        plain = public.of_year(kept.country, kept.region, year)
        words = public.of_year(kept.country, kept.region, year, language)
        found += [
            (day, ", ".join(words.get(day, names)))
            for day, names in plain.items()
            if day >= today and kept.is_kept(names)
        ]
    return sorted(found)[:most]


def habits() -> Habits:
    """Return what the company says of public holidays; a row of plain ones that is not stored where it says nothing."""
    return Habits.objects.filter(pk=1).first() or Habits()
