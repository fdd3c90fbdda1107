"""Formulas over a report's figures, in the formula language: Won / Deals. Figures are numbers, named by their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog import current, kinds
from essor.catalog.definitions import Field, ObjectDef
from essor.domain.reports.cells import ALL, Sums, beside
from essor.domain.reports.definition import Derived
from essor.domain.reports.tree import Amounts, Figure
from essor.formula import Formula, FormulaError, compile_formula, evaluate
from essor.kernel.clock import moment_for
from essor.kernel.errors import QueryRefused

NAME = "Report"
HUNDRED = 100


def compiled(one: Derived, figures: Sequence[Figure]) -> Formula:
    """Return a formula over some figures; QueryRefused says what is wrong with it."""
    number = kinds.kind("number")
    fields = tuple(Field(NAME, each.measure.key, each.measure.key, number, each.label) for each in figures)
    catalog = current.get()
    obj = ObjectDef(NAME, NAME, NAME, "", catalog.object("User").model, fields)
    try:
        formula = compile_formula(one.text, obj, catalog, blanks="zero")
    except FormulaError as error:
        names = {"name": one.label or one.key, "reason": str(error)}
        raise QueryRefused(_("The formula “%(name)s” is wrong: %(reason)s") % names) from error
    if formula.type != "number":
        raise QueryRefused(_("The formula “%(name)s” gives no number.") % {"name": one.label or one.key})
    return formula


def worked_out(
    actor: Actor,
    one: Derived,
    formula: Formula,
    values: Mapping[str, Any],
    sums: Sums,
    figures: Sequence[Figure],
) -> Any:
    """Return a formula's value for one group: percent in points, money by currency; None when it cannot be told.

    A formula is worked out for each currency of the group, of the records in that currency, and for all of them
    together where rates are known: neither sums nor numbers of several currencies are mixed otherwise.
    """
    read = [
        each
        for each in figures
        if any(path[-1].lower() == each.measure.key.lower() for path in formula.paths)
    ]
    monies = [values[each.measure.key] for each in read if each.kind == "money"]
    codes = sorted({code for money in monies for code in (money or {})})
    moment = moment_for(actor.timezone)

    def value_in(figure: Figure, code: str) -> Any:
        value = values[figure.measure.key]
        if figure.kind == "money" or len(codes) <= 1 or code == ALL:
            return value
        return beside(figure, sums, code)

    def in_currency(code: str) -> float | None:
        known = {each.measure.key.lower(): _number(each, value_in(each, code), code) for each in read}
        found = evaluate(formula, lambda path: known.get(path[-1].lower()), moment=moment)
        return None if found is None else float(found)

    together = ALL if any(getattr(money, "total", None) is not None for money in monies) else ""
    if one.shown == "money":
        found = {code: in_currency(code) for code in codes}
        amounts = Amounts(
            {code: round(number * HUNDRED) for code, number in found.items() if number is not None}
        )
        whole = in_currency(together) if together else None
        amounts.total = None if whole is None else round(whole * HUNDRED)
        return amounts or None
    if len(codes) > 1 and not together:
        return None
    number = in_currency(together or (codes[0] if codes else ""))
    return number * HUNDRED if number is not None and one.shown == "percent" else number


def _number(figure: Figure, value: Any, code: str) -> float | None:
    """Return a figure's value as formulas see it: money in major units."""
    if figure.kind == "money":
        units = _together(figure, value) if code == ALL else (value or {}).get(code)
        return None if units is None else units / 10**figure.scale
    return float(value) if isinstance(value, (int, float)) else None


def _together(figure: Figure, value: Amounts | None) -> float | None:
    """Return an amount in the company's currency: converted, or as it is where it is in that currency already."""
    if value is None or figure.conversion is None or value.total is not None:
        return value.total if value is not None else None
    return value.get(figure.conversion.home)
