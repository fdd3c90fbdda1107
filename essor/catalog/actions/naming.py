"""Names that administrators give, and the names of tables and columns that follow from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from itertools import count, islice, product

from django.utils.translation import gettext as _

from essor.catalog.kinds import ParseError
from essor.kernel.ids import ALPHABET

LONGEST = 40
LONGEST_STEM = 48  # leaves room for suffixes such as _postal_code within PostgreSQL's 63
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTERS = [letter for letter in ALPHABET if letter.islower()]


def bare(raw: str, suffix: str = "__c") -> str:
    """Return the name without its suffix; ParseError tells how a name is made."""
    name = raw.strip()
    if name.lower().endswith(suffix):
        name = name[: -len(suffix)]
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        message = _(
            "“%(name)s” cannot be a name: at most 40 letters, digits and single underscores, a letter first,"
            " no underscore last."
        )
        raise ParseError(message % {"name": raw[:80]}, "INVALID_NAME")
    return name


def custom(raw: str) -> str:
    """Return the outside name of a field or object made at run time: `Score` and `score__C` end in `__c`."""
    return f"{bare(raw)}__c"


def stem(name: str) -> str:
    """Return the beginning of a table's or column's name: `LastWon` is `x_last_won`."""
    return f"x_{_HUMP.sub('_', name).lower()}"[:LONGEST_STEM].rstrip("_")


def free_stem(name: str, taken: Collection[str], follow: Callable[[str], Iterable[str]]) -> str:
    """Return the stem of `name`, numbered if need be, so that no name that follows from it is `taken`."""
    first = stem(name)
    for number in count(1):
        candidate = first if number == 1 else f"{first}_{number}"
        if not any(one in taken for one in follow(candidate)):
            return candidate
    raise AssertionError


def free_prefix(taken: Collection[str]) -> str:
    """Return the next key prefix of a custom object: a00, a01 … a0Z, a0a … zzz, but none that is `taken`."""
    prefixes = ("".join(three) for three in product(_LETTERS, ALPHABET, ALPHABET))
    return next(prefix for prefix in prefixes if prefix not in taken)


def free_name(wanted: str, taken: Iterable[str], suffix: str = "") -> str:
    """Return `wanted` + suffix, numbered if need be, so that it differs from all `taken` in any case."""
    low = {name.lower() for name in taken}
    numbered = (
        f"{wanted}{'' if number == 1 else number}{suffix}" for number in islice(count(1), len(low) + 1)
    )
    return next(name for name in numbered if name.lower() not in low)
