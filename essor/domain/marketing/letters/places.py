"""How a value is written in its place, so that it stays a value: in words, in attributes, in addresses, in subjects."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote

from essor.domain.marketing.letters.compiled import Place

BREAKS = re.compile(r"\r\n|[\r\n\u2028\u2029\x0b\x0c\x85]")
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
FOLLOWED = ("http://", "https://", "mailto:", "tel:", "sms:")
SAFE = ";/?:@&=+$,#[]!~*'()%"


def placed(value: str, place: Place, *, html: bool = False) -> str:
    """Return a value so that it is only text in its place, whatever it holds; `html` counts for addresses."""
    value = UNSEEN.sub("", value)
    if place == "text":
        return BREAKS.sub("<br>", escape(value))
    if place == "attribute":
        return escape(BREAKS.sub(" ", value))
    if place == "line":
        return re.sub(r"[ \t]+", " ", BREAKS.sub(" ", value)).strip()
    if place == "query":
        return quote(value, safe="")
    return value if place == "plain" else (escape(address(value)) if html else address(value))


def address(value: str) -> str:
    """Return an address that may be followed: without a scheme it is a web site, with one nobody wants it is empty."""
    found = quote(UNSEEN.sub("", "".join(value.split())), safe=SAFE)
    if not found or found.lower().startswith(FOLLOWED):
        return found
    if SCHEME.match(found) or found.startswith(("#", "/", "\\")):
        return ""
    return f"https://{found}"
