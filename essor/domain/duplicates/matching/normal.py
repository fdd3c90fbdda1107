"""Normal forms: what is left of a value when case, accents, punctuation and conventions of writing are taken away."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from essor.catalog.kinds.contact import e164
from essor.domain.duplicates.matching import words
from essor.query.search.words import fold

_NO_WORD = re.compile(r"[^a-z0-9]+")
_SPELT = re.compile(r"\b(?:[a-z] ){1,5}[a-z]\b")
_DIGITS = re.compile(r"\d+")
_COMPACT_DATE = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")
FEWEST_DIGITS = 6


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return letters a–z and digits in words with one space between: “Œuvre & Cie.” is “oeuvre cie”."""
    return _NO_WORD.sub(" ", fold(text)).strip()


@lru_cache(maxsize=8192)
def company(text: str) -> tuple[str, ...]:
    """Return the words of a company's name without its legal form; all of them when nothing else is left."""
    said = _SPELT.sub(lambda found: found.group().replace(" ", ""), plain(text))
    tokens = said.split()
    telling = [one for one in tokens if one not in words.LEGAL_FORMS and one not in words.COMPANY_FILLERS]
    return tuple(telling or tokens)


@lru_cache(maxsize=8192)
def person(text: str) -> tuple[str, ...]:
    """Return the words of a person's name without titles and particles."""
    tokens = plain(text).split()
    telling = [one for one in tokens if one not in words.TITLES and one not in words.PARTICLES]
    return tuple(telling or tokens)


@lru_cache(maxsize=8192)
def address(text: str) -> tuple[str, ...]:
    """Return the words of an address with abbreviations written out."""
    return tuple(words.STREETS.get(one, one) for one in plain(text).split())


@lru_cache(maxsize=8192)
def email(text: str) -> str:
    """Return an address in lower case without what follows a plus sign; empty for what is none."""
    local, at, domain = text.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if at and local and domain else ""


@lru_cache(maxsize=8192)
def domain(text: str) -> str:
    """Return the company's domain in a web or e-mail address; empty for those of everybody's mail."""
    said = text.strip().casefold()
    if "@" in said:
        host = said.rpartition("@")[2]
    else:
        try:
            host = urlsplit(said if "//" in said else f"//{said}").hostname or ""
        except ValueError:
            host = ""
    host = re.sub(r"^www\d?\.", "", host)
    return "" if host in words.FREE_MAIL or "." not in host else host


@lru_cache(maxsize=8192)
def phone(text: str, region: str) -> str:
    """Return a number in E.164 form; of one that cannot be read, its digits; empty for too few."""
    digits = "".join(_DIGITS.findall(text))
    if len(digits) < FEWEST_DIGITS:
        return ""
    return e164(text, region) or digits


def day(value: Any) -> str:
    """Return a date as eight digits, empty for what is none."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    found = _COMPACT_DATE.match(str(value).strip())
    return "".join(found.groups()) if found else ""


_SOUNDS = str.maketrans("bfpvcgjkqsxzdtlmnr", "111122222222334556")
_ENDINGS = re.compile(r"(?<=..)(?:e?s|e|t|d|x)$")
_SAME_SOUND = (
    ("ph", "f"),
    ("eau", "o"),
    ("au", "o"),
    ("ck", "k"),
    ("qu", "k"),
    ("th", "t"),
    ("y", "i"),
    ("ou", "u"),
)


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """Return a Soundex of four after French and English spellings of one sound were made one and mute ends cut."""
    if not word or not word[0].isalpha():
        return word[:6]
    for spelling, letter in _SAME_SOUND:
        word = word.replace(spelling, letter)
    word = _ENDINGS.sub("", word)
    codes = word.translate(_SOUNDS)
    found, last = word[0], codes[0]
    for code in codes[1:]:
        if code.isdigit() and code != last:
            found += code
        if code not in "hw":
            last = code
    return found[:4].ljust(4, "0")
