"""Record ids as text in SQL: what `essor.kernel.ids.encode` does, digit by digit (see there for the format)."""

from __future__ import annotations

from essor.formula.operators.base import same
from essor.kernel import ids

GROUP = 5
FIRST_REACHED = next(place for place in range(ids.PREFIX, ids.SHORT) if 62 ** (ids.SHORT - 1 - place) < 2**63)


def capitals(prefix: str) -> float:
    """Return the bits that the capital letters of a key prefix put into the first group of the checksum."""
    return float(sum(1 << place for place, letter in enumerate(prefix) if letter.isupper()))


def _digit(place: int) -> str:
    return f"((CAST({{0}} AS bigint) / {62 ** (ids.SHORT - 1 - place)}) %% 62)"


def _letter(place: int) -> str:
    return f"SUBSTR('{ids.ALPHABET}', CAST({_digit(place)} AS integer) + 1, 1)"


def _check(group: int) -> str:
    places = range(max(group * GROUP, FIRST_REACHED), (group + 1) * GROUP)
    bits = [
        f"CASE WHEN {_digit(place)} BETWEEN 10 AND 35 THEN {1 << place - group * GROUP} ELSE 0 END"
        for place in places
    ]
    known = "CAST({2} AS integer)" if group == 0 else "0"
    return f"SUBSTR('{ids.CHECKSUM}', {' + '.join(['1', known, *bits])}, 1)"


_ZEROES = f"'{'0' * (FIRST_REACHED - ids.PREFIX)}'"
_LETTERS = [_letter(place) for place in range(FIRST_REACHED, ids.SHORT)]
_CHECKSUM = [_check(group) for group in range(ids.SHORT // GROUP)]

IDS = (
    same(
        "id_text",
        lambda key, prefix, _capitals: ids.encode(prefix, int(key)),
        f"({' || '.join(['{1}', _ZEROES, *_LETTERS, *_CHECKSUM])})",
    ),
)
