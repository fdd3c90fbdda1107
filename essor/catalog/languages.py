"""Words that an administrator wrote in one or two languages, shown in the reader's."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language


def in_reader_language(english: str, french: str) -> str:
    """Return the words in the active language, in the other one when they were not written in it."""
    first, second = (french, english) if (get_language() or "").startswith("fr") else (english, french)
    return first or second


_lazily = lazy(in_reader_language, str)


def two_languages(english: str, french: str) -> str:
    """Return words that choose their language when they are read: a catalog serves readers of both."""
    if not french or not english or english == french:
        return english or french
    return _lazily(english, french)
