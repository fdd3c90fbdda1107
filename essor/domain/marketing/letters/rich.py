"""What people write into a letter: cleaned, its links and merge fields marked, its headings dressed in the theme."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape

import css_inline
import nh3
from django.conf import settings
from django.utils.translation import gettext as _

from essor.domain.marketing.letters.codec import refused
from essor.domain.marketing.letters.marks import BRACES, Marks
from essor.domain.marketing.letters.theme import Theme, font_of

LIBRARY = "/pictures/"
SCHEMES = {"http", "https", "mailto", "tel", "sms"}
WORDS = {
    "p", "br", "b", "strong", "i", "em", "u", "s", "a", "ul", "ol", "li", "h1", "h2", "h3", "blockquote", "span", "sub",
    "sup", "code", "small",
}  # fmt: skip
MORE = WORDS | {
    "div", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "img", "hr", "h4", "h5", "h6", "center", "font",
    "pre",
}  # fmt: skip
STYLES = {
    "color", "background-color", "background", "font-size", "font-weight", "font-style", "font-family", "line-height",
    "text-align", "text-decoration", "letter-spacing", "text-transform", "padding", "padding-top", "padding-right",
    "padding-bottom", "padding-left", "margin", "margin-top", "margin-right", "margin-bottom", "margin-left", "border",
    "border-top", "border-right", "border-bottom", "border-left", "border-radius", "border-collapse", "width", "max-width",
    "height", "display", "vertical-align",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "style"}, "*": {"style", "align", "dir", "lang"}, "ol": {"start"},
    "img": {"src", "alt", "width", "height"}, "td": {"width", "height", "valign", "colspan", "rowspan", "bgcolor"},
    "th": {"width", "height", "valign", "colspan", "rowspan", "bgcolor", "scope"},
    "table": {"width", "cellpadding", "cellspacing", "border", "bgcolor", "role"}, "font": {"color", "face", "size"},
}  # fmt: skip
TAG = re.compile(r'<([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"]*")*)>')
ATTRIBUTE = re.compile(r'\s+([a-z-]+)="([^"]*)"')


def cleaned(html: str, *, more: bool = False) -> str:
    """Return HTML without anything that runs, loads or escapes its block; `more` lets tables and pictures stand."""
    return nh3.clean(
        html, tags=MORE if more else WORDS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None,
        filter_style_properties=STYLES if more else {"color", "background-color", "text-align", "font-size"},
    )  # fmt: skip


def marked(html: str, marks: Marks, theme: Theme, at: str, *, more: bool = False) -> str:
    """Return cleaned HTML with marks for links and fields, its look written into the tags."""
    found = TAG.split(_dressed(cleaned(html, more=more), theme))
    parts: list[str] = []
    for number in range(0, len(found), 3):
        parts.append(_words(found[number], marks, at))
        if number + 2 < len(found):
            name, attributes = found[number + 1], found[number + 2]
            parts.append(f"<{name}{_attributes(name, attributes, marks, at)}>")
    return "".join(parts)


def _words(text: str, marks: Marks, at: str) -> str:
    """Return what stands between two opening tags, with its merge fields marked."""
    return marks.fields(text, "text", at, escaped=True) if "{" in text or "}" in text else text


def _attributes(name: str, text: str, marks: Marks, at: str) -> str:
    found = []
    for key, raw in ATTRIBUTE.findall(text):
        value = unescape(raw)
        if key == "href":
            shown = marks.link(value, at)
        elif key == "src":
            shown = escape(source_of(value, at))
        else:
            shown = escape(marks.fields(value, "attribute", at))
        if (shown or key == "alt") and not (key == "style" and BRACES.search(value)):
            found.append(f' {key}="{shown}"')
    if name == "a":
        found.append(' target="_blank"')
    return "".join(found)


def source_of(src: str, at: str) -> str:
    """Return a picture's address as a mail program must have it; ValidationFailed for anything else than the web's."""
    src = src.strip()
    if src.startswith(LIBRARY) and not set(src) & set(" \"'<>\\"):
        return f"{settings.SITE_URL}{src}"
    if src.startswith(("https://", "http://")) and not set(src) & set(" \"'<>\\{}\n\r"):
        return src
    raise refused(at, _("A picture comes from the library, or from an address that begins with https://."))


def _dressed(html: str, theme: Theme) -> str:
    """Return HTML with the theme in style attributes: mail programs drop style sheets."""
    return _inliner(theme).inline_fragment(html, "") if html.strip() else ""


@lru_cache(maxsize=64)
def _inliner(theme: Theme) -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, extra_css=sheet(theme))


def sheet(theme: Theme, scope: str = "") -> str:
    """Return the style sheet of texts; the editor shows them by it too, below `scope`."""
    font, heading = font_of(theme.font), font_of(theme.heading_font)
    return "\n".join(
        f"{scope}{line}"
        for line in (
            "p{margin:0 0 12px;}",
            f"h1{{margin:0 0 14px;font-family:{heading};font-size:28px;line-height:1.2;font-weight:700;color:{theme.heading};}}",
            f"h2{{margin:0 0 10px;font-family:{heading};font-size:21px;line-height:1.3;font-weight:700;color:{theme.heading};}}",
            f"h3{{margin:0 0 8px;font-family:{heading};font-size:17px;line-height:1.35;font-weight:700;color:{theme.heading};}}",
            "ul{margin:0 0 12px;padding-left:24px;}",
            "ol{margin:0 0 12px;padding-left:24px;}",
            "li{margin:0 0 6px;}",
            f"a{{color:{theme.accent};text-decoration:underline;}}",
            f"blockquote{{margin:0 0 12px;padding:2px 0 2px 16px;border-left:3px solid {theme.accent};font-family:{font};}}",
            "small{font-size:12px;line-height:1.5;}",
        )
    )
