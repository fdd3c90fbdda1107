"""From what a database driver hands back to stored Python values; None where they are the same already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import F

from essor.query.environment import Env
from essor.query.operands import Operand


def decoder(operand: Operand, env: Env) -> Callable[[Any], Any] | None:
    """Return what makes a stored value of a non-null column value."""
    family = operand.family.name if operand.family else ""
    plain = isinstance(operand.expression, F)
    if family == "money":
        return None if plain else whole
    if family == "number":
        return None if plain else number
    if env.sqlite:
        return SQLITE.get(family)
    return None


def whole(value: Any) -> Any:
    """Return minor units as an integer; an average may lie between two units."""
    return int(value) if int(value) == value else float(value)


def number(value: Any) -> Any:
    """Return a number without Decimal, which PostgreSQL's aggregates of integers bring."""
    return whole(value) if isinstance(value, Decimal) else value


def instant(value: Any) -> datetime:
    """Return an aware datetime of SQLite's text, which is in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def day(value: Any) -> date:
    """Return a date of SQLite's text."""
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def clock(value: Any) -> time:
    """Return a time of SQLite's text."""
    return time.fromisoformat(value) if isinstance(value, str) else value


SQLITE: dict[str, Callable[[Any], Any]] = {"datetime": instant, "date": day, "time": clock, "boolean": bool}
