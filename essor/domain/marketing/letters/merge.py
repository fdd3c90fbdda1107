"""Puts what differs by person into a compiled letter; nothing that a field holds ever becomes markup."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from essor.domain.marketing.letters.compiled import Compiled, Place, Replacements, Slot, Text

PIXEL = '<img src="{}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">'
BREAKS = re.compile(r"\r\n|[\r\n\u2028\u2029\x0b\x0c\x85]")
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
FOLLOWED = ("http://", "https://", "mailto:", "tel:", "sms:")
SAFE = ";/?:@&=+$,#[]!~*'()%"
NOTHING = Replacements()


def join(text: Text, values: Mapping[str, str], replacements: Replacements = NOTHING) -> str:
    """Return a text for one person, given {path: value as shown}."""
    return "".join([part if isinstance(part, str) else filled(part, values, replacements) for part in text])


def filled(slot: Slot, values: Mapping[str, str], replacements: Replacements) -> str:
    """Return what stands in a slot for one person."""
    kind = slot.kind
    if kind == "field":
        return placed(values.get(slot.value) or slot.fallback, slot.place)
    if kind == "link":
        return _shown(replacements.links[int(slot.value)], html=slot.escape)
    if kind == "block":
        block = replacements.blocks[int(slot.value)] if replacements.blocks else None
        return "" if block is None else join(block.html if slot.escape else block.text, values, replacements)
    if kind == "open":
        return PIXEL.format(escape(replacements.open)) if replacements.open else ""
    return _shown(str(getattr(replacements, kind)), html=slot.escape)


def links(compiled: Compiled, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses of the links as the author wrote them, for one person."""
    return tuple(address(join(one, values)) for one in compiled.links)


def placed(value: str, place: Place) -> str:
    """Return a value so that it is only text in its place, whatever it holds."""
    value = UNSEEN.sub("", value)
    if place == "text":
        return BREAKS.sub("<br>", escape(value))
    if place == "attribute":
        return escape(BREAKS.sub(" ", value))
    if place == "line":
        return " ".join(value.split())
    if place == "query":
        return quote(value, safe="")
    return value if place == "plain" else address(value)


def address(value: str) -> str:
    """Return an address that may be followed: without a scheme it is a web site, with one nobody wants it is empty."""
    found = quote(UNSEEN.sub("", "".join(value.split())), safe=SAFE)
    if not found or found.lower().startswith(FOLLOWED):
        return found
    if SCHEME.match(found) or found.startswith(("#", "/", "\\")):
        return ""
    return f"https://{found}"


def _shown(found: str, *, html: bool) -> str:
    return escape(found) if html else found
