"""Blocks as a web page shows them: plain HTML in the page's own look, on any width, light and dark; nobody's name in it.

Merge fields show what is written behind their “or”, blocks for members of a segment are left out: whoever holds the
address may look.
"""

from __future__ import annotations

import re
from html import escape

import nh3

from essor.domain.marketing.letters import rich
from essor.domain.marketing.letters.blocks import (
    AnyBlock,
    Button,
    Columns,
    Divider,
    Document,
    Html,
    Picture,
    RichText,
    Social,
)
from essor.domain.marketing.letters.compiled import ADDRESSES
from essor.domain.marketing.letters.marks import FIELD
from essor.domain.marketing.letters.mjml import NETWORKS
from essor.domain.marketing.letters.places import address
from essor.kernel.errors import ValidationFailed

UNREAD = re.compile(r"\{\{[^{}]*\}\}")
SCHEMES = {"http", "https", "mailto", "tel"}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}


def rendered(letter: Document) -> str:
    """Return the blocks of a letter as HTML without classes of strangers, scripts, styles or forms."""
    return "".join(_one(block) for block in letter.blocks)


def look(letter: Document) -> str:
    """Return the style sheet with the letter's own colours."""
    return f":root{{--page-accent:{letter.theme.accent};--page-on-accent:{letter.theme.on_accent}}}"


def plain(text: str) -> str:
    """Return a text with the fallbacks of its merge fields; what cannot be read as one is left out."""
    return UNREAD.sub("", FIELD.sub(lambda match: match["double"] or match["single"] or "", text))


def _one(block: AnyBlock) -> str:
    html = ""
    match block:
        case RichText() | Html():
            html = _words(block.html, more=isinstance(block, Html), align=getattr(block, "align", "left"))
        case Picture():
            html = _picture(block)
        case Button() if href := _href(block.href):
            html = f'<a class="pg-button" href="{href}">{escape(plain(block.label))}</a>'
            html = f'<p class="pg-{block.align}">{html}</p>'
        case Columns():
            inside = "".join(f"<div>{''.join(_one(one) for one in column)}</div>" for column in block.columns)
            html = f'<div class="pg-columns pg-{block.ratio}">{inside}</div>'
        case Divider():
            html = "<hr>"
        case Social():
            links = [(NETWORKS[network], _href(href)) for network, href in block.links]
            shown = " ".join(f'<a href="{href}">{escape(str(name))}</a>' for name, href in links if href)
            html = f'<p class="pg-social pg-{block.align}">{shown}</p>'
    return html


def _words(html: str, *, more: bool, align: str) -> str:
    tags = rich.MORE - {"font", "center"} if more else rich.WORDS
    found = nh3.clean(
        plain(rich.cleaned(html, more=more)),
        tags=tags,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return f'<div class="pg-text pg-{align}">{found}</div>'


def _picture(block: Picture) -> str:
    try:
        src = escape(rich.source_of(block.src, block.id))
    except ValidationFailed:  # the picture is still to be chosen
        return ""
    alt = "" if block.decorative else escape(plain(block.alt))
    shown = f'<img src="{src}" alt="{alt}" loading="lazy">'
    href = _href(block.href)
    inside = f'<a href="{href}">{shown}</a>' if href else shown
    return f'<p class="pg-{block.align} pg-picture">{inside}</p>'


def _href(href: str) -> str:
    only = FIELD.fullmatch(href.strip())
    return "" if only and only["path"] in ADDRESSES else escape(address(plain(href)))
