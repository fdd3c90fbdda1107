"""The plain-text part: made from the blocks, or written by hand. Links of both parts are the same links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape

from essor.domain.marketing.letters.blocks import (
    AnyBlock,
    Button,
    Columns,
    Divider,
    Dynamic,
    Html,
    Picture,
    RichText,
    Social,
)
from essor.domain.marketing.letters.compiled import Slot, Text
from essor.domain.marketing.letters.marks import Marks
from essor.domain.marketing.letters.mjml import Frame, network_name
from essor.domain.marketing.letters.rich import cleaned
from essor.kernel.plain import of_html

LINE = "-" * 40
URL = re.compile(r"https?://(?:\{\{[^{}]*\}\}|[^\s<>\"{}])*(?:\{\{[^{}]*\}\}|[^\s<>\"{}.,;:!?)\]»])")


def of_blocks(blocks: Iterable[AnyBlock], frame: Frame) -> str:
    """Return the marked plain text of blocks; dynamic ones stand between their edges."""
    numbers = iter(range(len(frame.dynamic)))
    parts = (
        _dynamic(one, frame, next(numbers)) if isinstance(one, Dynamic) else _of(one, frame) for one in blocks
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _dynamic(block: Dynamic, frame: Frame, number: int) -> str:
    inner = "\n\n".join(part for part in (_of(one, frame) for one in block.blocks) if part)
    return f"{frame.edge(number, 'b')}{inner}{frame.edge(number, 'e')}"


def _of(block: AnyBlock, frame: Frame) -> str:
    marks, at = frame.marks, block.id
    if isinstance(block, RichText | Html):
        return of_html(_ways(cleaned(block.html, more=isinstance(block, Html)), marks, at))
    if isinstance(block, Picture):
        alt = marks.fields(block.alt, "plain", f"{at}/alt")
        return " ".join(part for part in (alt, _way(block.href, marks, at)) if part)
    if isinstance(block, Button):
        label = marks.fields(block.label, "plain", f"{at}/label")
        return f"{label} ({_way(block.href, marks, at)})" if block.href.strip() else label
    if isinstance(block, Social):
        return "\n".join(
            f"{network_name(name, frame.language)} ({_way(href, marks, at)})"
            for name, href in block.links
            if href.strip()
        )
    if isinstance(block, Columns):
        return "\n\n".join(
            part for one in block.columns for part in (_of(inner, frame) for inner in one) if part
        )
    return LINE if isinstance(block, Divider) else ""


def _ways(html: str, marks: Marks, at: str) -> str:
    """Return cleaned HTML with marks for its addresses and merge fields."""
    html = re.sub(
        r'(<a [^>]*?href=")([^"]*)(")',
        lambda m: f"{m[1]}{escape(_way(unescape(m[2]), marks, at))}{m[3]}",
        html,
    )
    return marks.fields(html, "plain", f"{at}/html", escaped=True) if "{{" in html else html


def _way(href: str, marks: Marks, at: str) -> str:
    return marks.link(href, f"{at}/href", html=False) if href.strip() else ""


def written(body: str, marks: Marks) -> Text:
    """Return a plain text that somebody wrote: addresses in it are links too."""
    found = []
    end = 0
    for match in URL.finditer(body):
        found.append(marks.fields(body[end : match.start()], "plain", "Body"))
        found.append(
            marks.mark(Slot("link", str(marks.number(match[0], "Body")), escape=False, place="plain"))
        )
        end = match.end()
    found.append(marks.fields(body[end:], "plain", "Body"))
    return marks.text("".join(found), "plain")
