"""Text compared without regard to case: one index-friendly rule that SQLite, PostgreSQL and Python agree on.

Only A–Z are folded by the database (both do it fast, in any locale); other letters are folded in the literal,
by trying each of its spellings. See docs/decisions/text-without-case.md.
"""

from __future__ import annotations

import re
from itertools import product
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func
from django.db.models.sql.compiler import SQLCompiler

MOST_SPELLINGS = 16
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


class Folded(Func):
    """A text ready for =, <, IN, LIKE 'abc%' and ORDER BY without case; the form that indexes hold too."""

    template = "(%(expressions)s) COLLATE NOCASE"
    arity = 1
    output_field = CharField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        """Fold by the C locale: A–Z only, compared by code point, at the speed of bytes."""
        return self.as_sql(compiler, connection, template='LOWER((%(expressions)s) COLLATE "C")', **extra)


def fold(text: str) -> str:
    """Return `text` as the database folds it: A–Z in lower case, everything else as it is."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def spellings(text: str) -> tuple[str, ...]:
    """Return the folded forms that count as equal to `text`: É and é each way.

    A text with many letters outside A–Z is tried as typed, in lower, upper and title case.
    """
    if text.isascii():
        return (text.lower(),)
    choices = [_cases(letter) for letter in text]
    total = 1
    for choice in choices:
        total *= len(choice)
    if total > MOST_SPELLINGS:
        return tuple(dict.fromkeys(fold(form) for form in (text, text.lower(), text.upper(), text.title())))
    return tuple("".join(letters) for letters in product(*choices))


def _cases(letter: str) -> tuple[str, ...]:
    if letter.isascii():
        return (letter.lower(),)
    forms = (letter, letter.lower(), letter.upper())
    return tuple(dict.fromkeys(form for form in forms if len(form) == 1 and not form.isascii()))


def like_to_regex(pattern: str) -> re.Pattern[str]:
    r"""Return the regular expression of a LIKE pattern (% and _, escaped by \) for texts that went through `fold`."""
    parts: list[str] = []
    letters = iter(pattern)
    for letter in letters:
        if letter == "\\":
            parts.append(re.escape(next(letters, "\\")))
        else:
            parts.append({"%": ".*", "_": "."}.get(letter) or re.escape(letter))
    return re.compile("".join(parts), re.DOTALL)


def escape_like(text: str) -> str:
    r"""Return `text` as a LIKE pattern that means itself."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
