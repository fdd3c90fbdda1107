"""The currency of a record in its form: those in use, and nothing to choose where there is only one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from essor.access.actor import Actor
from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.domain.currencies.rates import active

CURRENCY = "CurrencyIsoCode"


def currency_field(actor: Actor, obj: ObjectDef, values: Mapping[str, Any]) -> Field | None:
    """Return the field with the currencies in use and the record's own; None where there is no choice."""
    if not obj.has(CURRENCY):
        return None
    home, own = actor.company.currency, str(values.get(CURRENCY) or "")
    codes = dict.fromkeys(filter(None, (home, own, *active(home))))
    if len(codes) == 1:
        return None
    return replace(obj.field(CURRENCY), choices=tuple(Choice(code) for code in codes))
