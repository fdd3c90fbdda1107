"""Links inside a formula's text, written as Salesforce's API writes them, read back for pages to show safely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPENING, SEPARATOR = "_HL_ENCODED_", "_HL_"
_LINK = re.compile(r"_HL_ENCODED_(.*?)_HL_(.*?)_HL_(.*?)_HL_", re.DOTALL)
_SAFE = re.compile(r"(?:https?://|mailto:|tel:|/(?![/\\]))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link: `url` is empty when it is not one that a page may offer (javascript: and the like)."""

    url: str
    label: str
    target: str = ""


def pieces(text: str) -> Iterator[str | Link]:
    """Yield the plain texts and the links of a formula's text in their order; a page escapes both as always."""
    at = 0
    for found in _LINK.finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        yield Link(_safe(found[1]), found[2], found[3])
        at = found.end()
    if at < len(text):
        yield text[at:]


def plain(text: str) -> str:
    """Return a formula's text with the label in place of each link."""
    return _LINK.sub(lambda found: found[2], text)


def _safe(url: str) -> str:
    url = url.strip()
    if url.lower().startswith("www."):
        url = f"https://{url}"
    return url if _SAFE.match(url) and not re.search(r"[\x00-\x20]", url) else ""
