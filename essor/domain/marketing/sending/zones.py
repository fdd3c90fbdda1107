"""Where people live by the clock: the time zone of a country as it is written in an address."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel import Locale

from essor.kernel.clock import zone_named
from essor.query.folding import fold

LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")


def zone_of(country: str | None, company: ZoneInfo) -> ZoneInfo:
    """Return the zone of the largest part of a country (its code, or its name in some language), else the company's."""
    if not country:
        return company
    code = _codes().get(fold(country.strip()).casefold())
    name = _zones().get(code or "")
    return zone_named(name) if name else company


def wakes(now: datetime, zone: ZoneInfo, quiet_from: int, quiet_until: int) -> datetime | None:
    """Return when the quiet hours end that a person is in just now, None when it may be written to.

    The hours are local, `quiet_from` included, `quiet_until` not; 20 and 8 are a night.
    """
    local = now.astimezone(zone)
    if not quiet(local.hour, quiet_from, quiet_until):
        return None
    day = local.date() + timedelta(days=1 if local.hour >= quiet_until else 0)
    return datetime.combine(day, time(quiet_until), zone)


def quiet(hour: int, quiet_from: int, quiet_until: int) -> bool:
    """Tell whether an hour is a quiet one."""
    if quiet_from <= quiet_until:
        return quiet_from <= hour < quiet_until
    return hour >= quiet_from or hour < quiet_until


@cache
def _codes() -> dict[str, str]:
    """Return {name or code, without case: ISO code}."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():  # noqa: PLR2004 -- ISO 3166
                found.setdefault(fold(name).casefold(), code)
                found[code.casefold()] = code
    return found


@cache
def _zones() -> dict[str, str]:
    """Return {ISO code: zone}; the table names the zone with most people first."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    found: dict[str, str] = {}
    for row in csv.reader((line for line in table.splitlines() if not line.startswith("#")), delimiter="\t"):
        found.setdefault(row[0], row[2])
    return found
