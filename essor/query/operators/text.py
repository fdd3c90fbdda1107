"""Contains, starts with, ends with and LIKE, without case. A fixed start becomes a range, which an index answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q, Value
from django.db.models.lookups import GreaterThanOrEqual, IsNull, LessThan

from essor.query.families.base import Family, Literal, Point, Sql
from essor.query.folding import Folded, escape_like, fold, like_to_regex, spellings
from essor.query.operators.base import Clause, Test, any_of
from essor.query.sql import Infix

LAST_LETTER, SURROGATES, AFTER_SURROGATES = 0x10FFFF, 0xD800, 0xE000
STRAY_BACKSLASH = re.compile(r"\\(?![%_\\])")
PLAIN_START = re.compile(r"((?:[^%_\\]|\\.)*)(.*)", re.DOTALL)


class Like(Infix):
    r"""`text LIKE pattern ESCAPE '\'`."""

    template = r"(%(expressions)s ESCAPE '\')"
    arg_joiner = " LIKE "
    arity = 2


def patterned(wrap: Callable[[str], str]) -> Callable[[Family, Sequence[Literal]], Test]:
    """Return the builder of an operator whose pattern is `wrap(literal)`."""

    def build(family: Family, literals: Sequence[Literal]) -> Test:  # noqa: ARG001 -- all builders take a family
        texts = [str(literal.value) for literal in literals if isinstance(literal, Point)]
        patterns = list(dict.fromkeys(wrap(form) for text in texts for form in spellings(text)))
        regexes = [like_to_regex(pattern) for pattern in patterns]

        def sql(expression: Sql) -> Clause:
            return any_of([like(expression, pattern) for pattern in patterns])

        def python(value: Any) -> bool:
            folded = fold(str(value))
            return any(regex.fullmatch(folded) for regex in regexes)

        return Test(sql, python)

    return build


def like(expression: Sql, pattern: str) -> Clause:
    """Return the condition of one folded pattern: a range for its fixed start, LIKE for what else it asks."""
    found = PLAIN_START.fullmatch(pattern)
    start, rest = (found[1], found[2]) if found else ("", pattern)
    plain = re.sub(r"\\(.)", r"\1", start, flags=re.DOTALL)
    clause = Q()
    if plain:
        clause &= Q(GreaterThanOrEqual(Folded(expression), plain))
        after = next_text(plain)
        if after is not None:
            clause &= Q(LessThan(Folded(expression), after))
    if rest != "%":
        clause &= Q(Like(Folded(expression), Value(pattern)))
    return clause or Q(IsNull(expression, False))


def next_text(start: str) -> str | None:
    """Return the least folded text after all that begin with `start`, None when there is none."""
    code = ord(start[-1]) + 1
    if ord("A") <= code <= ord("Z"):  # folded texts have no capital A–Z, and a literal one would be folded
        code = ord("Z") + 1
    elif code == SURROGATES:
        code = AFTER_SURROGATES
    return start[:-1] + chr(code) if code <= LAST_LETTER else next_text(start[:-1]) if start[:-1] else None


contains = patterned(lambda text: f"%{escape_like(text)}%")
starts = patterned(lambda text: f"{escape_like(text)}%")
ends = patterned(lambda text: f"%{escape_like(text)}")
matches = patterned(lambda text: STRAY_BACKSLASH.sub(r"\\\\", text))
