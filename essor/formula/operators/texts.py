"""Text operators: counted in characters (code points), compared by code point, never null (blank is '')."""

from __future__ import annotations

import math

from essor.formula.operators.base import Operator, same
from essor.kernel import patterns
from essor.kernel.db.functions import lower, upper

MOST_CHARACTERS = 1_000_000_000
MOST_PADDING = 4_000


def left(text: str, count: float) -> str:
    """Return the first `count` characters."""
    return text[: _count(count)]


def right(text: str, count: float) -> str:
    """Return the last `count` characters."""
    return text[max(len(text) - _count(count), 0) :]


def middle(text: str, start: float, count: float) -> str:
    """Return `count` characters from the `start`-th on; a start before the first means the first."""
    first = max(_count(start), 1) - 1
    return text[first : first + _count(count)]


def find(wanted: str, text: str) -> float:
    """Return the place of `wanted` in `text`, 1 for the first character, 0 when it is absent or blank."""
    return float(text.find(wanted) + 1) if wanted else 0.0


def find_from(wanted: str, text: str, start: float) -> float:
    """Return the place of `wanted` in `text` from the `start`-th character on."""
    return float(text.find(wanted, max(_count(start), 1) - 1) + 1) if wanted else 0.0


def substituted(text: str, old: str, new: str) -> str:
    """Return `text` with every `old` replaced; unchanged when `old` is blank."""
    return text.replace(old, new) if old else text


def padded_left(text: str, count: float, padding: str) -> str:
    """Return `text` filled up on the left to `count` characters, cut when it is longer."""
    width = _count(count, MOST_PADDING)
    fill = width - len(text)
    return (padding * fill)[:fill] + text if fill > 0 else text[:width]


def padded_right(text: str, count: float, padding: str) -> str:
    """Return `text` filled up on the right to `count` characters, cut when it is longer."""
    width = _count(count, MOST_PADDING)
    return (text + padding * max(width - len(text), 0))[:width]


def _count(number: float, most: int = MOST_CHARACTERS) -> int:
    return max(min(math.trunc(number), most), 0)


def _integer(hole: int, most: int = MOST_CHARACTERS, least: int = 0) -> str:
    """Return PostgreSQL's integer of a number that may be of any size; 0 * x keeps a null."""
    return f"CAST(GREATEST(LEAST(TRUNC({{{hole}}}), {most}), {least}) + 0 * {{{hole}}} AS integer)"


def _count_sqlite(hole: int, most: int = MOST_CHARACTERS) -> str:
    """Return SQLite's integer of a number that may be of any size."""
    return f"MAX(MIN(CAST({{{hole}}} AS INTEGER), {most}), 0)"


_FIND = "CASE WHEN {{0}} = '' THEN 0.0 ELSE {place} END"
_FROM_SQLITE = f"MAX({_count_sqlite(2)}, 1)"
_FROM_POSTGRESQL = _integer(2, least=1)
_SHIFT = "CASE WHEN {{0}} = '' OR {instr} = 0 THEN 0.0 + 0 * {{2}} ELSE {cast} END"

TEXTS = (
    same("blank", lambda text: text or "", "COALESCE({0}, '')", total=True),
    same("concatenate", lambda a, b: a + b, "({0} || {1})"),
    Operator(
        "length",
        lambda text: float(len(text)),
        "CAST(LENGTH({0}) AS REAL)",
        "CAST(LENGTH({0}) AS double precision)",
    ),
    Operator(
        "left",
        left,
        f"SUBSTR({{0}}, 1, {_count_sqlite(1)})",
        f"LEFT({{0}}, {_integer(1)})",
    ),
    Operator(
        "right",
        right,
        f"CASE WHEN {{1}} < 1 THEN '' ELSE SUBSTR({{0}}, -{_count_sqlite(1)}) END",
        f"RIGHT({{0}}, {_integer(1)})",
    ),
    Operator(
        "middle",
        middle,
        f"SUBSTR({{0}}, MAX({_count_sqlite(1)}, 1), {_count_sqlite(2)})",
        f"SUBSTR({{0}}, {_integer(1, least=1)}, {_integer(2)})",
    ),
    Operator(
        "find",
        find,
        _FIND.format(place="CAST(INSTR({1}, {0}) AS REAL)"),
        _FIND.format(place="CAST(STRPOS({1}, {0}) AS double precision)"),
    ),
    Operator(
        "find_from",
        find_from,
        _SHIFT.format(
            instr=f"INSTR(SUBSTR({{1}}, {_FROM_SQLITE}), {{0}})",
            cast=f"CAST(INSTR(SUBSTR({{1}}, {_FROM_SQLITE}), {{0}}) + {_FROM_SQLITE} - 1 AS REAL)",
        ),
        _SHIFT.format(
            instr=f"STRPOS(SUBSTR({{1}}, {_FROM_POSTGRESQL}), {{0}})",
            cast=f"CAST(STRPOS(SUBSTR({{1}}, {_FROM_POSTGRESQL}), {{0}}) + {_FROM_POSTGRESQL} - 1 AS double precision)",
        ),
    ),
    Operator("contains", lambda text, part: part in text, "(INSTR({0}, {1}) > 0)", "(STRPOS({0}, {1}) > 0)"),
    Operator(
        "begins",
        str.startswith,
        "(SUBSTR({0}, 1, LENGTH({1})) = {1})",
        "STARTS_WITH({0}, {1})",
    ),
    same("substitute", substituted, "REPLACE({0}, {1}, {2})"),
    Operator("upper", upper, "ESSOR_UPPER({0})", "UPPER({0})"),
    Operator("lower", lower, "ESSOR_LOWER({0})", "LOWER({0})"),
    Operator("trim", lambda text: text.strip(" \t"), "TRIM({0}, ' ' || CHAR(9))", "BTRIM({0}, E' \\t')"),
    Operator(
        "lpad",
        padded_left,
        f"LPAD({{0}}, {_count_sqlite(1, MOST_PADDING)}, {{2}})",
        f"LPAD({{0}}, {_integer(1, MOST_PADDING)}, {{2}})",
    ),
    Operator(
        "rpad",
        padded_right,
        f"RPAD({{0}}, {_count_sqlite(1, MOST_PADDING)}, {{2}})",
        f"RPAD({{0}}, {_integer(1, MOST_PADDING)}, {{2}})",
    ),
    Operator(
        "matches",
        lambda text, pattern: patterns.compiled(pattern).matches(text),
        "ESSOR_MATCHES({0}, {1})",
        "({0} ~ {1})",
    ),
    Operator(
        "includes",
        lambda values, wanted: f";{wanted};" in values,
        "(INSTR({0}, ';' || {1} || ';') > 0)",
        "(STRPOS({0}, ';' || {1} || ';') > 0)",
    ),
)
