"""Finds out in which encoding a text file was written: by its mark, by its zeros, by what its letters look like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from essor.kernel.errors import EssorError

SAMPLE = 256 * 1024
MOST_JUDGED = 4_000
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Those that an export from a French or English office comes in; the likelier first.
WESTERN = ("cp1252", "mac_roman", "cp850")
OFFERED = (
    "utf-8",
    "cp1252",
    "iso8859_15",
    "mac_roman",
    "cp850",
    "utf-16",
    "cp1250",
    "cp1251",
    "shift_jis",
    "gb18030",
)
USUAL = frozenset("éèêëàâäîïôöùûüçœæÉÈÊËÀÂÄÎÏÔÖÙÛÜÇŒÆñáíóúßøåÑÅØ«»’‘“”–—…€°²№®©\u00a0\u202f")
UNREADABLE = re.compile("[\udc80-\udcff]")


class BadTable(EssorError):
    """The file cannot be read as a table; the text says why and what to do."""

    code = "INVALID_BATCH"


def sniff(path: Path) -> str:
    """Return the encoding: by its mark, else UTF-8 when all bytes agree, else the likeliest; BadTable for no text."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if _wide(head):
        return "utf-16-le" if head[1:2] == b"\x00" else "utf-16-be"
    if b"\x00" in head:
        raise BadTable(_("This is not a text file. Save it as CSV or XLSX and try again."))
    return "utf-8" if _is_utf8(path) else _likeliest(path)


def _wide(head: bytes) -> bool:
    """Tell whether every other byte of the beginning is zero: UTF-16 without its mark."""
    return len(head) > 3 and (not any(head[1:40:2]) or not any(head[0:40:2]))  # noqa: PLR2004 -- two letters


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="strict") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _likeliest(path: Path) -> str:
    """Return the encoding in which the lines with other letters than a–z look most like something people write."""
    text = b"".join(_telling_lines(path))
    read = text.decode("utf-8", "replace")
    broken = read.count("\ufffd")
    if sum(not letter.isascii() for letter in read) > 2 * broken:  # no other encoding looks so by chance
        return "utf-8"
    scores = {name: _look(text, name) for name in WESTERN}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] > 0:
        return best
    found = from_bytes(text).best()
    return found.encoding if found else WESTERN[0]


def _telling_lines(path: Path) -> Iterable[bytes]:
    size = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                size += len(line)
                yield line
            if size > SAMPLE:
                return


def _look(text: bytes, encoding: str) -> float:
    """Return how usual the letters outside ASCII are in this reading, from -2 (none) to 1 (all)."""
    read = text.decode(encoding, "replace")
    letters = [
        (before, letter) for before, letter in zip(f" {read}", read, strict=False) if not letter.isascii()
    ][:MOST_JUDGED]
    if not letters:
        return 0.0
    return sum(_worth(before, letter) for before, letter in letters) / len(letters)


def _worth(before: str, letter: str) -> float:
    if letter not in USUAL:
        return 0.0 if letter.isalpha() else -2.0
    # A capital amid small letters, a sign amid a word: somebody else's é.
    amid = before.islower() and (letter.isupper() or not letter.isalpha())
    return 0.2 if amid and letter not in "’\u00a0\u202f" else 1.0


def readable(text: str) -> str:
    """Return `text` with a mark for each byte that its encoding does not know."""
    return text if text.isascii() else UNREADABLE.sub("\ufffd", text)


def is_unreadable(text: str) -> bool:
    """Tell whether `text` holds bytes that its encoding does not know."""
    return not text.isascii() and UNREADABLE.search(text) is not None
