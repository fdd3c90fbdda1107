"""Record ids as Salesforce writes them: three characters of key prefix, twelve of base 62, three of checksum."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHORT, LONG, PREFIX = 15, 18, 3
_DIGIT = {character: value for value, character in enumerate(ALPHABET)}
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)
# The bits of the last checksum character that the capitals of the first pair and of the second give.
_FIRST_CAPITALS = tuple((pair[0].isupper() | pair[1].isupper() << 1) << 1 for pair in _PAIRS)
_SECOND_CAPITALS = tuple(bits << 2 for bits in _FIRST_CAPITALS)


def encode(prefix: str, key: int) -> str:
    """Return the 18-character id of integer `key` (0 ≤ key < 62**12) of the object with `prefix`."""
    return encoder(prefix)(key)


@lru_cache(maxsize=1024)
def encoder(prefix: str) -> Callable[[int], str]:
    """Return `encode` for one prefix; keys below 62**4 take two look-ups, as an answer holds thousands of ids."""
    head = prefix + "0" * (SHORT - PREFIX - 4)
    tail = checksum(head.ljust(SHORT, "0"))[:2]
    pairs, first, second = _PAIRS, _FIRST_CAPITALS, _SECOND_CAPITALS

    def encoded(key: int) -> str:
        high = key // len(pairs)
        if not 0 <= high < len(pairs):
            return _encode(prefix, key)
        low = key % len(pairs)
        return f"{head}{pairs[high]}{pairs[low]}{tail}{CHECKSUM[first[high] | second[low]]}"

    return encoded


def _encode(prefix: str, key: int) -> str:
    if key < 0:
        message = f"a record key is never negative: {key}"
        raise ValueError(message)
    digits = []
    while key:
        key, rest = divmod(key, 62)
        digits.append(ALPHABET[rest])
    short = prefix + "".join(reversed(digits)).rjust(SHORT - PREFIX, "0")
    return short + checksum(short)


def checksum(short: str) -> str:
    """Return the three characters that tell the case of the 15 before them (five bits each)."""
    return "".join(
        CHECKSUM[sum(1 << bit for bit in range(5) if "A" <= short[start + bit] <= "Z")]
        for start in (0, 5, 10)
    )


def decode(text: str) -> tuple[str, int]:
    """Return (prefix, integer key) of a 15- or 18-character id; ValueError when it is not one.

    The case of an 18-character id is restored from its checksum, as clients such as spreadsheets lose it.
    """
    if len(text) not in (SHORT, LONG) or not text.isascii() or not text.isalnum():
        message = f"not a record id: {text!r}"
        raise ValueError(message)
    short = text[:SHORT]
    if len(text) == LONG and checksum(short) != text[SHORT:].upper():
        short = _recase(short, text[SHORT:].upper())
    key = 0
    for character in short[PREFIX:]:
        key = key * 62 + _DIGIT[character]
    return short[:PREFIX], key


def parts(text: str) -> tuple[str, int]:
    """Return (prefix, integer key) as `decode` does, ("", 0) for what is no id: no object has that prefix."""
    try:
        return decode(text)
    except ValueError:
        return "", 0


def key_in(text: str, prefix: str) -> int | None:
    """Return the integer key in an id of the object with `prefix`; None for any other text."""
    found, key = parts(text)
    return key if found == prefix else None


def _recase(short: str, suffix: str) -> str:
    """Give every letter the case that the checksum recorded; ValueError when that cannot be."""
    letters = []
    for position, character in enumerate(short):
        try:
            upper = CHECKSUM.index(suffix[position // 5]) >> (position % 5) & 1
        except ValueError:
            message = f"not a record id checksum: {suffix!r}"
            raise ValueError(message) from None
        letters.append(character.upper() if upper else character.lower())
    restored = "".join(letters)
    if checksum(restored) != suffix:
        message = f"the checksum of the record id does not match: {short}{suffix}"
        raise ValueError(message)
    return restored
