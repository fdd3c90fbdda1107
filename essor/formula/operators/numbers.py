"""Arithmetic on IEEE doubles, the same to the last bit in Python, SQLite and PostgreSQL.

PostgreSQL refuses (the whole query) what overflows or underflows; the guards below turn that into null or 0 first.
A number that misses a whole number by a few units of its 16th digit counts as whole where numbers are cut or
rounded: 1.005 rounds to 1.01, and FLOOR(2.9999999999999996) is 3.
"""

from __future__ import annotations

import math

from essor.formula.operators.base import Operator, same
from essor.kernel.db.functions import number_text, text_number

UP = 1 + 2.0**-51
DOWN = 1 - 2.0**-51
EXACT = 1e15  # from here on a double has no decimals worth speaking of


def divided(a: float, b: float) -> float | None:
    """Return a / b, null for a division by zero."""
    return None if b == 0 else a / b


def limited(number: float, quantum: float, largest: float) -> float | None:
    """Return `number` in steps of about 1e-16 × `quantum`, null from `largest` on."""
    number = (number + quantum) - quantum
    return number if abs(number) < largest else None


def rounded(number: float, factor: float, nudge: float, largest: float) -> float:
    """Return `number` rounded half away from zero to multiples of 1 / factor."""
    return math.floor(number * factor * nudge + 0.5) / factor if abs(number) < largest else number


def rounded_coarse(number: float, factor: float, nudge: float, largest: float) -> float:
    """Return `number` rounded half away from zero to multiples of factor."""
    return math.floor(number / factor * nudge + 0.5) * factor if abs(number) < largest else number


def rounded_by(number: float, up: float, down: float, nudge: float) -> float:
    """Return `number` rounded to multiples of down / up, the powers of ten of a computed number of digits."""
    if abs(number) * up < EXACT * down:
        return math.floor(number * up / down * nudge + 0.5) / up * down
    return number


def power_of_ten(digits: float) -> float:
    """Return 10 to the whole part of `digits`, 1 for negative ones, 10**15 at most."""
    return math.pow(10.0, max(min(math.trunc(digits), 15), 0))


def truncated(number: float, nudge: float) -> float:
    """Return the whole part (Salesforce's FLOOR goes toward zero)."""
    return float(math.trunc(number * nudge)) if abs(number) < EXACT else number


def away(number: float, nudge: float) -> float:
    """Return the next whole number away from zero (Salesforce's CEILING)."""
    if not abs(number) < EXACT:
        return number
    return float(math.floor(number * nudge) if number < 0 else math.ceil(number * nudge))


def below(number: float, up: float, down: float) -> float:
    """Return the next whole number toward minus infinity (Salesforce's MFLOOR)."""
    return float(math.floor(number * (down if number < 0 else up))) if abs(number) < EXACT else number


def above(number: float, up: float, down: float) -> float:
    """Return the next whole number toward plus infinity (Salesforce's MCEILING)."""
    return float(math.ceil(number * (up if number < 0 else down))) if abs(number) < EXACT else number


def remainder(a: float, b: float, nudge: float) -> float | None:
    """Return what is left of a after whole times b, with the sign of a; null when that cannot be told."""
    if b == 0 or not abs(a / b) < EXACT:
        return None
    return a - b * float(math.trunc(a / b * nudge))


def power(a: float, b: float) -> float | None:
    """Return a to the power of b; null where there is no real number or none below 1e150."""
    if a == 0:
        return 0.0 if b > 0 else 1.0 if b == 0 else None
    if a < 0 and b != math.trunc(b):
        return None
    exponent = b * math.log(abs(a))
    if abs(exponent) < MOST_EXPONENT:
        return math.pow(a, b)
    return 0.0 if exponent < 0 else None


def whole_units(number: float) -> int | None:
    """Return the nearest 64-bit integer, half away from zero; null when it does not fit."""
    if not abs(number) < LARGEST_UNITS:
        return None
    return -math.floor(0.5 - number) if number < 0 else math.floor(number + 0.5)


MOST_EXPONENT = 345.0
LARGEST_UNITS = 9.2e18

_GUARD = "NULLIF(NULLIF({most}({least}((({{0}} + {{1}}) - {{1}}), {{2}}), -{{2}}), {{2}}), -{{2}})"
_ROUND = "CASE WHEN ABS({0}) < {3} THEN FLOOR({0} * {1} * {2} + 0.5) / {1} ELSE {0} END"
_COARSE = "CASE WHEN ABS({0}) < {3} THEN FLOOR({0} / {1} * {2} + 0.5) * {1} ELSE {0} END"
_ROUND_BY = (
    "CASE WHEN ABS({0}) * {1} < 1e15 * {2} THEN FLOOR({0} * {1} / {2} * {3} + 0.5) / {1} * {2}"
    " ELSE {0} + 0 * {1} END"
)
_AWAY = "CASE WHEN ABS({0}) >= 1e15 THEN {0} WHEN {0} < 0 THEN FLOOR({0} * {1}) ELSE CEILING({0} * {1}) END"
_BELOW = "CASE WHEN ABS({0}) >= 1e15 THEN {0} WHEN {0} < 0 THEN FLOOR({0} * {2}) ELSE FLOOR({0} * {1}) END"
_ABOVE = (
    "CASE WHEN ABS({0}) >= 1e15 THEN {0} WHEN {0} < 0 THEN CEILING({0} * {1}) ELSE CEILING({0} * {2}) END"
)
_REMAINDER = "CASE WHEN ABS({{0}} / NULLIF({{1}}, 0)) < 1e15 THEN {{0}} - {{1}} * {whole} END"
_POWER = (
    "CASE WHEN {{0}} = 0 THEN CASE WHEN {{1}} > 0 THEN 0.0 WHEN {{1}} = 0 THEN 1.0 END"
    " WHEN {{0}} < 0 AND {{1}} <> {whole} THEN NULL"
    " WHEN ABS({{1}} * LN(ABS({{0}}))) < 345 THEN POWER({{0}}, {{1}})"
    " WHEN {{1}} * LN(ABS({{0}})) < 0 THEN 0.0 END"
)
# Beyond 64 bits SQLite's cast to an integer stops growing; such numbers are whole anyway.
_WHOLE_SQLITE = "CASE WHEN ABS({1}) < 1e18 THEN CAST({1} AS INTEGER) ELSE {1} END"
_DIGITS = r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?"

NUMBERS = (
    same("add", lambda a, b: a + b, "({0} + {1})"),
    same("subtract", lambda a, b: a - b, "({0} - {1})"),
    same("multiply", lambda a, b: a * b, "({0} * {1})"),
    same("divide", divided, "({0} / NULLIF({1}, 0))", partial=True),
    same("negate", lambda a: 0.0 - a, "(0 - {0})"),
    same("absolute", abs, "ABS({0})"),
    Operator(
        "guard",
        limited,
        _GUARD.format(most="MAX", least="MIN"),
        _GUARD.format(most="GREATEST", least="LEAST"),
        partial=True,
    ),
    same("round", rounded, _ROUND),
    same("round_coarse", rounded_coarse, _COARSE),
    same("round_by", rounded_by, _ROUND_BY),
    Operator(
        "power_of_ten",
        power_of_ten,
        "POWER(10.0, MAX(MIN(CAST({0} AS INTEGER), 15), 0))",
        "(POWER(CAST(10 AS double precision), GREATEST(LEAST(TRUNC({0}), 15), 0)) + 0 * {0})",
    ),
    Operator(
        "truncate",
        truncated,
        "CASE WHEN ABS({0}) < 1e15 THEN CAST(CAST({0} * {1} AS INTEGER) AS REAL) ELSE {0} END",
        "CASE WHEN ABS({0}) < 1e15 THEN TRUNC({0} * {1}) ELSE {0} END",
    ),
    same("away", away, _AWAY),
    same("below", below, _BELOW),
    same("above", above, _ABOVE),
    Operator(
        "remainder",
        remainder,
        _REMAINDER.format(whole="CAST({0} / NULLIF({1}, 0) * {2} AS INTEGER)"),
        _REMAINDER.format(whole="TRUNC({0} / NULLIF({1}, 0) * {2})"),
        partial=True,
    ),
    Operator(
        "root",
        lambda a, _small: math.sqrt(a) if a >= 0 else None,
        "SQRT({0})",
        "SQRT(NULLIF(GREATEST({0}, -{1}), -{1}))",
        partial=True,
    ),
    Operator(
        "logarithm",
        lambda a: math.log(a) if a > 0 else None,
        "LN(NULLIF(MAX({0}, 0), 0))",
        "LN(NULLIF(GREATEST({0}, 0), 0))",
        partial=True,
    ),
    Operator(
        "logarithm10",
        lambda a: math.log10(a) if a > 0 else None,
        "ESSOR_LOG10({0})",
        "LOG(NULLIF(GREATEST({0}, 0), 0))",
        partial=True,
    ),
    Operator(
        "exponential",
        lambda a: math.exp(max(min(a, 346.0), -346.0)),
        "EXP(MAX(MIN({0}, 346), -346))",
        "(EXP(GREATEST(LEAST({0}, 346), -346)) + 0 * {0})",
    ),
    same("raise", math.pow, "POWER({0}, {1})"),
    Operator(
        "power", power, _POWER.format(whole=_WHOLE_SQLITE), _POWER.format(whole="TRUNC({1})"), partial=True
    ),
    same(
        "units",
        whole_units,
        "CASE WHEN ABS({0}) < 9.2e18 THEN"
        " CAST(CASE WHEN {0} < 0 THEN 0 - FLOOR(0.5 - {0}) ELSE FLOOR({0} + 0.5) END AS bigint) END",
        partial=True,
    ),
    Operator(
        "number_text",
        number_text,
        "CASE WHEN ABS({0}) < 1e15 AND {0} = CAST({0} AS INTEGER)"
        " THEN CAST(CAST({0} AS INTEGER) AS TEXT) ELSE ESSOR_NUMBER_TEXT({0}) END",
        "CAST(TRIM_SCALE(CAST({0} AS numeric)) AS text)",
    ),
    Operator(
        "text_number",
        text_number,
        "ESSOR_TEXT_NUMBER({0})",
        f"CAST(SUBSTRING({{0}} FROM '^ *({_DIGITS}) *$') AS double precision)",
        partial=True,
    ),
)
