"""The words of HTML, for mails and wherever else only plain text can stand."""

from __future__ import annotations

import re
from html.parser import HTMLParser

BLOCKS_OF_TEXT = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "div", "table", "tr", "pre"}
)


class Words(HTMLParser):
    """Reads the words of HTML: paragraphs apart, items with a dash, links behind their words."""

    def __init__(self) -> None:
        """Begin."""
        super().__init__()
        self.parts: list[str] = []
        self.href: list[tuple[str, int]] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin lines, items and links."""
        if tag in ("style", "script", "title", "head"):
            self.skipped += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in BLOCKS_OF_TEXT:
            self.parts.append("\n\n")
        elif tag == "a":
            self.href.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """End paragraphs; say where a link leads."""
        if tag in ("style", "script", "title", "head"):
            self.skipped = max(0, self.skipped - 1)
        elif tag in BLOCKS_OF_TEXT:
            self.parts.append("\n\n")
        elif tag == "a" and self.href:
            href, start = self.href.pop()
            words = "".join(self.parts[start:]).strip()
            if href and words != href:
                self.parts.append(f" ({href})" if words else href)

    def handle_data(self, data: str) -> None:
        """Keep the words; line breaks of the source are blanks."""
        if not self.skipped:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))

    def text(self) -> str:
        """Return the words."""
        found = "".join(self.parts).replace("\xa0", " ")
        found = "\n".join(line.strip(" ") for line in found.split("\n"))
        return re.sub(r"\n{3,}", "\n\n", found).strip()


def of_html(html: str) -> str:
    """Return the words of HTML; merge fields and other marks in it stay as they are."""
    words = Words()
    words.feed(html)
    words.close()
    return words.text()
