"""Marks: what stands for a slot while a letter passes through MJML, cleaning and CSS.

A mark is plain letters and digits, so that nothing escapes or changes it, and holds a number drawn for this one letter,
so that no text can imitate it. Merge fields are written `{{ FirstName or "customer" }}`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from html import escape, unescape
from typing import cast

from django.utils.translation import gettext as _

from essor.domain.marketing.letters.codec import refused
from essor.domain.marketing.letters.compiled import ADDRESSES, Place, Slot, SlotKind, Text

GAP = r"(?:\s|&nbsp;)"
FIELD = re.compile(
    r"\{\{" + GAP + r"*(?P<path>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)"
    r"(?:"
    + GAP
    + r"+or"
    + GAP
    + r"+(?:\"(?P<double>(?:[^\"\\<]|\\.)*)\"|'(?P<single>(?:[^'\\<]|\\.)*)'))?"
    + GAP
    + r"*\}\}",
    re.ASCII,
)
BRACES = re.compile(r"\{\{|\}\}")
UNCOUNTED = ("mailto:", "tel:", "sms:", "#")
HTML_PLACES = frozenset({"text", "attribute"})
Known = Callable[[str, str, str], bool]
"""Tells whether a person's object has the path (its fallback, and where it stands, come along); refuses what nobody has."""


class Marks:
    """The slots of one letter in the making, and its links."""

    def __init__(self, known: Known) -> None:
        """Begin a letter whose paths `known` looks at."""
        nonce = secrets.token_hex(12)
        self.form = f"q{nonce}x{{}}z"
        self.pattern = re.compile(f"q{nonce}x([0-9]+)z")
        self.known = known
        self.slots: list[Slot] = []
        self.links: list[Text] = []
        self.paths: dict[str, str] = {}

    def mark(self, slot: Slot) -> str:
        """Return the mark of a slot."""
        self.slots.append(slot)
        return self.form.format(len(self.slots) - 1)

    def fields(
        self, text: str, place: Place, at: str, *, escaped: bool = False, html: bool | None = None
    ) -> str:
        """Return a text with marks for its merge fields; `escaped` says that it is HTML already.

        `html` says whether the values come to stand in HTML; left out, their place says it.
        """

        def put(match: re.Match[str]) -> str:
            fallback = match["double"] if match["double"] is not None else match["single"] or ""
            fallback = re.sub(r"\\(.)", r"\1", fallback)
            return self.field(
                match["path"], unescape(fallback) if escaped else fallback, place, at, html=html
            )

        marked = FIELD.sub(put, text)
        left = BRACES.search(marked)
        if left:
            message = _('“%(text)s” cannot be read. A merge field is written {{ FirstName or "customer" }}.')
            shown = unescape(marked) if escaped else marked
            start = max(shown.find("{{"), 0) if "{{" in shown else max(shown.find("}}") - 20, 0)
            raise refused(at, message % {"text": shown[start : start + 40]})
        return marked

    def field(self, path: str, fallback: str, place: Place, at: str, *, html: bool | None = None) -> str:
        """Return the mark of a field, or the fallback itself where this object has no such field."""
        html = place in HTML_PLACES if html is None else html
        if path in ADDRESSES:
            return self.mark(
                Slot(cast("SlotKind", path), escape=html, place="attribute" if html else "plain")
            )
        if not self.known(path, fallback, at):
            slot = Slot("field", "", fallback, escape=html, place=place)
        else:
            slot = Slot(
                "field", self.paths.setdefault(path.lower(), path), fallback, escape=html, place=place
            )
        return self.mark(slot)

    def link(self, href: str, at: str, *, html: bool = True, written: Text = ()) -> str:
        """Return what stands for an address: a mark where the way there may be counted, otherwise the address.

        `written` is the address as it was typed, for where nobody counts.
        """
        href = href.strip()
        only = FIELD.fullmatch(href)
        if only and only["path"] in ADDRESSES:
            return self.mark(Slot(cast("SlotKind", only["path"]), escape=html, place="attribute"))
        if href.lower().startswith(UNCOUNTED):
            marked = self.fields(href, "query", at)
            return escape(marked) if html else marked
        return (
            self.mark(
                Slot("link", str(self.number(href, at)), escape=html, place="attribute", written=written)
            )
            if href
            else ""
        )

    def opened(self) -> str:
        """Return the mark of the invisible picture."""
        return self.mark(Slot("open", escape=False))

    def number(self, href: str, at: str) -> int:
        """Return the number of a link, a new one unless the letter leads there already."""
        found = self.address(href, at)
        if found not in self.links:
            self.links.append(found)
        return self.links.index(found)

    def address(self, href: str, at: str) -> Text:
        """Return an address with its merge fields: whole ones, or parts behind the host."""
        only = FIELD.fullmatch(href)
        marked = self.fields(href, "address" if only else "query", at)
        host = re.match(r"\s*[a-z]+:/*[^/?#]*", marked, re.IGNORECASE)
        if not only and ((host and self.pattern.search(host[0])) or self.pattern.match(marked)):
            raise refused(
                at, _("A merge field may be the whole address, or stand behind the name of the site.")
            )
        return self.text(marked)

    def text(self, marked: str, place: Place | None = None) -> Text:
        """Return literal pieces and slots of a marked text; with `place` all fields land there, outside HTML."""
        found: list[str | Slot] = []
        for number, part in enumerate(self.pattern.split(marked)):
            if number % 2:
                slot = self.slots[int(part)]
                found.append(slot if place is None else outside(slot, place))
            elif part:
                found.append(part)
        return tuple(found)


def outside(slot: Slot, place: Place = "plain") -> Slot:
    """Return a slot as it stands outside HTML."""
    return replace(slot, escape=False, place=place if slot.kind == "field" else "plain", written=())
