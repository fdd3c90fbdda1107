"""Whole numbers as addresses and forms send them: a number that no database holds is none, however many digits it has."""

from __future__ import annotations

from collections.abc import Iterable

LARGEST = 2**63 - 1  # what a column of keys holds
_DIGITS = len(str(LARGEST))


def whole(text: str, most: int = LARGEST) -> int | None:
    """Return the number from 0 to `most` that `text` writes in ASCII digits; None when it writes none."""
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
        return None
    number = int(text)
    return number if number <= most else None


def wholes(texts: Iterable[str]) -> list[int]:
    """Return the numbers among `texts`, in their order."""
    return [number for number in map(whole, texts) if number is not None]
