"""How a text is folded for searching: accents, case and punctuation gone, every writing of a number the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "’": " ", "'": " "})
NOT_SEARCHED = re.compile(r"[^\w@.+&-]+")
PHONE = re.compile(r"[+(]?[\d][\d\s().\-/]*")
LONGEST_QUERY = 80
FEWEST_DIGITS = 3


def fold(text: str) -> str:
    """Return `text` without accents, case and punctuation: “Café de l’Œuvre” is “cafe de l oeuvre”."""
    if not text.isascii():
        text = text.casefold().translate(LIGATURES)
        text = "".join(
            letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
        )
    return NOT_SEARCHED.sub(" ", text.lower().translate(LIGATURES)).strip()


def digits(text: str) -> str:
    """Return the digits that a written phone number and its E.164 form share: no +, 00 nor leading zero."""
    only = re.sub(r"\D", "", text.replace("(0)", ""))
    return only.lstrip("0")


@lru_cache(maxsize=1024)
def tokens(query: str) -> tuple[str, ...]:
    """Return the folded fragments that a record must all hold; a phone number in any writing is one fragment."""
    query = query[:LONGEST_QUERY].strip()
    if PHONE.fullmatch(query) and len(digits(query)) >= FEWEST_DIGITS:
        return (digits(query),)
    return tuple(dict.fromkeys(fold(query).split()))
