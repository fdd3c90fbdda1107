"""Many things, a piece at a time: keys that fit one statement, rows that fit the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 1000  # keys that one statement takes on every database


def pieces(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Yield `items` in lists of at most `size`; nothing is read before its piece is asked for."""
    source = iter(items)
    while some := list(islice(source, size)):
        yield some
