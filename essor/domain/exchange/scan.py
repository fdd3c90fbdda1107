"""Reads a table once to learn what its columns hold: which words, how long, of which kind they could all be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from essor.domain.exchange.encodings import readable
from essor.domain.exchange.table import Table, rows
from essor.kernel import formats

LOOKED_AT = 100_000
MOST_WORDS = 200
TRUTHS = (
    frozenset({"yes", "no"}),
    frozenset({"oui", "non"}),
    frozenset({"true", "false"}),
    frozenset({"vrai", "faux"}),
    frozenset({"y", "n"}),
    frozenset({"o", "n"}),
    frozenset({"0", "1"}),
)
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
PHONE = re.compile(r"(\+|00|0)[\d\s().\-/]{8,20}")
ZEROS = re.compile(r"0\d+")


@dataclass(slots=True)
class Column:
    """What stands in one column: `words` {cell: how often} until there are too many, and the kinds it could be."""

    header: str
    filled: int = 0
    longest: int = 0
    decimals: int = 0
    lines: bool = False
    words: dict[str, int] = field(default_factory=dict)
    many: bool = False
    kinds: list[str] = field(default_factory=lambda: list(_FITS))

    def see(self, cell: str, language: str) -> None:
        """Take one cell into account."""
        cell = cell.strip()
        if not cell:
            return
        self.filled += 1
        self.longest = max(self.longest, len(cell))
        self.lines = self.lines or "\n" in cell
        new = cell not in self.words
        if not self.many:
            self.words[cell] = self.words.get(cell, 0) + 1
            self.many = len(self.words) > MOST_WORDS
        if new:
            self._narrow(cell, language)

    def _narrow(self, cell: str, language: str) -> None:
        """Drop the kinds that this cell could not be."""
        self.kinds = [kind for kind in self.kinds if _FITS[kind](cell, language)]
        if "number" in self.kinds:
            tail = re.split(r"[.,]", cell)[-1] if re.search(r"[.,]", cell) else ""
            self.decimals = max(self.decimals, len(tail.rstrip("0")))

    @property
    def is_truth(self) -> bool:
        """Tell whether all words say yes or no in one way."""
        words = {word.lower() for word in self.words}
        return bool(words) and not self.many and any(words <= pair for pair in TRUTHS)


def _number(cell: str, language: str) -> bool:
    if ZEROS.fullmatch(cell) or len(cell) > 20:  # noqa: PLR2004 -- codes keep their zeros; no quantity has more digits
        return False
    try:
        formats.parse_number(cell, language)
    except (ValueError, OverflowError):
        return False
    return True


def _date(cell: str, language: str) -> bool:
    try:
        formats.parse_date(cell, language)
    except ValueError:
        return False
    return ":" not in cell


def _moment(cell: str, language: str) -> bool:
    try:
        formats.parse_moment(cell, language, "UTC")
    except (ValueError, OverflowError):
        return False
    return ":" in cell


_FITS: dict[str, Callable[[str, str], bool]] = {
    "number": _number,
    "date": _date,
    "datetime": _moment,
    "email": lambda cell, _language: EMAIL.fullmatch(cell) is not None,
    "url": lambda cell, _language: URL.fullmatch(cell) is not None,
    "phone": lambda cell, _language: PHONE.fullmatch(cell) is not None,
}


def columns(path: Path, shape: Table, *, language: str, most: int = LOOKED_AT) -> dict[str, Column]:
    """Return {header: what its column holds}, from at most `most` rows."""
    found = [Column(header) for header in shape.headers]
    with rows(path, encoding=shape.encoding, separator=shape.separator, sheet=shape.sheet, skip=1) as lines:
        for line in islice(lines, most):
            for column, cell in zip(found, line, strict=False):
                column.see(readable(cell), language)
    return {column.header: column for column in found}
