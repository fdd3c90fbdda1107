"""Amounts as people type them and as forecasts count them: minor units of the scale that deals have."""

from __future__ import annotations

from typing import cast

from essor.access.actor import Actor
from essor.catalog import current
from essor.catalog.definitions import Field
from essor.catalog.kinds import ParseContext
from essor.domain.currencies import rates
from essor.domain.forecasts import scope


def amount_field() -> Field:
    """Return the field that says how deals count money."""
    return current.get().object(scope.DEALS).field("Amount")


def scale() -> int:
    """Return how many decimals an amount has."""
    return int(amount_field().options.get("scale", 2))


def read(actor: Actor, raw: object) -> int | None:
    """Return what was typed in minor units, None for nothing; ParseError for what is no amount."""
    if isinstance(raw, str) and not raw.strip():
        return None
    field = amount_field()
    context = ParseContext(
        language=actor.locale or actor.language, timezone=actor.timezone, region=actor.company.phone_region
    )
    return cast("int | None", field.kind.parse(raw, field, context))


def currencies(home: str) -> tuple[str, ...]:
    """Return the currencies to set quotas in: those in use, all that deals may have where no rates are kept."""
    used = rates.active(home)
    if len(used) > 1:
        return used
    every = current.get().object(scope.DEALS).field("CurrencyIsoCode").choices
    return tuple(dict.fromkeys((home, *(one.value for one in every))))
