"""The shapes of what is ready-made, and short words for the conditions it uses. Texts are English, translated when shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from essor.domain.reports.dashboards import Show

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ready:
    """One report: its key, which stays for good, its texts and its definition as JSON."""

    key: str
    name: str
    folder: str
    definition: Mapping[str, Any]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One tile of a ready-made dashboard: the key of its report, how it shows, its width in twelfths."""

    report: str
    show: Show = "chart"
    width: int = 6


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard."""

    key: str
    name: str
    text: str
    tiles: tuple[Place, ...]
    filters: Mapping[str, str] = field(default_factory=dict)


def equal(name: str, *values: Any) -> Json:
    """Return that a field has one of some values."""
    return {"field": name, "op": "eq" if len(values) == 1 else "in", "values": list(values)}


def empty(name: str) -> Json:
    """Return that a field is empty."""
    return {"field": name, "op": "null"}


def period(name: str, literal: str, n: int | None = None) -> Json:
    """Return that a date lies in a period."""
    return equal(name, {"date": literal} | ({} if n is None else {"n": n}))


def before_today(name: str) -> Json:
    """Return that a day is over."""
    return {"field": name, "op": "lt", "values": [{"date": "TODAY"}]}


def both(*conditions: Json) -> Json:
    """Return that all of some hold."""
    return {"all": list(conditions)}


def either(*conditions: Json) -> Json:
    """Return that at least one of some holds."""
    return {"any": list(conditions)}


OPEN, CLOSED, WON = equal("IsClosed", False), equal("IsClosed", True), equal("IsWon", True)
