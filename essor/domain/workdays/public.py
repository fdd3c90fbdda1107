"""Public holidays of countries and their regions, as the library `holidays` (vacanza, MIT) knows them.

It is loaded when somebody first asks: most processes never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

BETWEEN = "; "  # two holidays on one day


@lru_cache(maxsize=64)
def of_year(country: str, region: str, year: int, language: str = "") -> Mapping[date, tuple[str, ...]]:
    """Return {day: names} of a year: as the country calls them, or in a language where the library has it.

    Empty for a country that it does not know; a region that it does not know adds nothing.
    """
    found = _kept(country, region, year, language)
    return {} if found is None else {day: tuple(names.split(BETWEEN)) for day, names in sorted(found.items())}


@lru_cache(maxsize=16)
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """Return the regions of a country with holidays of their own, as (code, name), by name."""
    plain = _kept(country, "", None, "")
    if plain is None:
        return ()
    # Aliases are names and shorter codes: the longest of them is the name.
    names: dict[str, str] = {}
    for alias, code in plain.subdivisions_aliases.items():
        names[code] = max(names.get(code, ""), alias, key=len)
    return tuple(sorted(((one, names.get(one, one)) for one in plain.subdivisions), key=lambda pair: pair[1]))


def _kept(country: str, region: str, year: int | None, language: str) -> HolidayBase | None:
    from holidays import country_holidays  # noqa: PLC0415 -- 10 MB that most processes do without

    try:
        plain = country_holidays(country)
    except NotImplementedError:  # how the library says that it does not know a country
        return None
    # Without one the library would take that of the machine, and the names by which holidays are kept would differ.
    words = next(
        (one for one in plain.supported_languages if one.split("_")[0] == language), plain.default_language
    )
    return country_holidays(
        country,
        subdiv=region if region in plain.subdivisions else None,
        years=year,
        expand=False,
        language=words,
    )
