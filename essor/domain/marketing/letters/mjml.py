"""Blocks as MJML. People's words never pass through it: marks stand for them, so that no text can change the frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from essor.domain.marketing.letters import rich
from essor.domain.marketing.letters.blocks import (
    AnyBlock,
    Button,
    Columns,
    Divider,
    Document,
    Dynamic,
    Html,
    Picture,
    RichText,
    Simple,
    Social,
    Spacer,
)
from essor.domain.marketing.letters.marks import Marks
from essor.domain.marketing.letters.rich import LIBRARY, source_of
from essor.domain.marketing.letters.theme import RADIUS, Theme, font_of

SPACE = {"none": 0, "small": 8, "normal": 16, "large": 32}  # pixels above and below
SIDE, GUTTER, SIGN = 32, 12, 20  # pixels
RATIO = {"1-1": (50, 50), "1-2": (33.33, 66.67), "2-1": (66.67, 33.33), "1-1-1": (33.33, 33.33, 33.34)}
NETWORKS = {
    "web": _("Web site"),
    "mail": _("E-mail"),
    "linkedin": "LinkedIn",
    "facebook": "Facebook",
    "x": "X",
    "instagram": "Instagram",
    "youtube": "YouTube",
}


@dataclass(slots=True)
class Frame:
    """A letter on its way to HTML: the marks of words, and what they stand for."""

    marks: Marks
    theme: Theme
    language: str = "fr"
    words: dict[str, str] = field(default_factory=dict)
    dynamic: list[Dynamic] = field(default_factory=list)

    def put(self, html: str) -> str:
        """Return what stands for HTML until MJML has made the frame."""
        key = self.marks.form.format(f"w{len(self.words)}")
        self.words[key] = html
        return key

    def edge(self, number: int, name: str) -> str:
        """Return the mark of where a dynamic block begins or ends."""
        return self.marks.form.format(f"{name}{number}")


def network_name(network: str, language: str) -> str:
    """Return the name of a network in the language of those who read the letter, whoever writes it."""
    with translation.override(language):
        return str(NETWORKS[network])


def written(letter: Document, frame: Frame, subject: str, preheader: str, language: str) -> str:
    """Return the MJML of a letter."""
    theme = letter.theme
    head = (
        f"<mj-title>{subject}</mj-title><mj-preview>{preheader}</mj-preview>"
        f'<mj-attributes><mj-all font-family="{font_of(theme.font)}" />'
        f'<mj-text font-size="16px" line-height="1.55" color="{theme.text}" padding="0 {SIDE}px" /></mj-attributes>'
        '<mj-breakpoint width="480px" />'
    )
    body = "".join(_part(one, frame) for one in letter.blocks)
    opened = frame.put(frame.marks.opened())
    return (
        f'<mjml lang="{escape(language)}"><mj-head>{head}</mj-head>'
        f'<mj-body width="{theme.width}px" background-color="{theme.background}">{_logo(theme)}{body}'
        f'<mj-section padding="12px"><mj-column><mj-text padding="0" font-size="1px" line-height="1px">{opened}</mj-text>'
        "</mj-column></mj-section></mj-body></mjml>"
    )


def _part(block: AnyBlock, frame: Frame) -> str:
    """Return the sections of a block at the letter's own level."""
    if isinstance(block, Dynamic):
        number = len(frame.dynamic)
        frame.dynamic.append(block)
        inner = "".join(_part(one, frame) for one in block.blocks)
        begin, end = frame.edge(number, "b"), frame.edge(number, "e")
        return f"<mj-raw>{begin}</mj-raw>{inner}<mj-raw>{end}</mj-raw>"
    width = frame.theme.width
    if isinstance(block, Columns):
        shares = RATIO[block.ratio]
        inner = "".join(
            f'<mj-column width="{share}%">{"".join(_one(one, frame, width * share / 100, GUTTER) for one in column)}</mj-column>'
            for share, column in zip(shares, block.columns, strict=True)
        )
        return _section(block, frame, inner, f" {SIDE - GUTTER}px")
    bleeds = isinstance(block, Picture) and block.width == 100  # noqa: PLR2004 -- percent
    inner = f"<mj-column>{_one(block, frame, width, 0 if bleeds else SIDE)}</mj-column>"
    return _section(block, frame, inner)


def _section(block: AnyBlock, frame: Frame, inner: str, sides: str = " 0") -> str:
    space = 0 if isinstance(block, Spacer) else SPACE[block.space]
    color = block.background or frame.theme.paper
    return f'<mj-section background-color="{color}" padding="{space}px{sides}">{inner}</mj-section>'


def _one(block: Simple, frame: Frame, width: float, side: int) -> str:
    """Return one block in a column of `width` pixels, with `side` pixels free at its sides."""
    theme, at = frame.theme, block.id
    gap = f"{SPACE['small']}px {side}px" if side == GUTTER else f"0 {side}px"
    if isinstance(block, RichText | Html):
        more = isinstance(block, Html)
        words = frame.put(rich.marked(block.html, frame.marks, theme, f"{at}/html", more=more))
        align = "" if isinstance(block, Html) else f' align="{block.align}"'
        return f'<mj-text{align} padding="{gap}">{words}</mj-text>'
    if isinstance(block, Picture):
        return _picture(block, frame, width, side, gap)
    if isinstance(block, Button):
        return _button(block, frame, gap)
    if isinstance(block, Divider):
        color = block.color or mixed(theme.text, block.background or theme.paper, 0.18)
        return f'<mj-divider border-width="1px" border-color="{color}" padding="{gap}" />'
    if isinstance(block, Social):
        return f'<mj-text align="{block.align}" padding="{gap}">{frame.put(_signs(block, frame))}</mj-text>'
    return f'<mj-spacer height="{block.height}px" />'


def _picture(block: Picture, frame: Frame, width: float, side: int, gap: str) -> str:
    if not block.src:
        return f'<mj-spacer height="{SPACE["small"]}px" />'
    marks = frame.marks
    pixels = round((width - 2 * side) * block.width / 100)
    alt = frame.put(escape(marks.fields(block.alt, "attribute", f"{block.id}/alt")))
    href = f' href="{frame.put(marks.link(block.href, f"{block.id}/href"))}"' if block.href.strip() else ""
    return (
        f'<mj-image src="{escape(source_of(block.src, f"{block.id}/src"))}" alt="{alt}" width="{pixels}px" '
        f'align="{block.align}" padding="{gap}" color="{frame.theme.text}"{href} />'
    )


def _button(block: Button, frame: Frame, gap: str) -> str:
    marks, theme = frame.marks, frame.theme
    label = frame.put(escape(marks.fields(block.label, "text", f"{block.id}/label")))
    href = f' href="{frame.put(marks.link(block.href, f"{block.id}/href"))}"' if block.href.strip() else ""
    wide = ' width="100%"' if block.wide else ""
    return (
        f'<mj-button{href}{wide} align="{block.align}" background-color="{block.color or theme.accent}" '
        f'color="{theme.on_accent}" border-radius="{RADIUS[theme.corners]}px" font-size="16px" font-weight="600" '
        f'inner-padding="13px 28px" padding="{gap}">{label}</mj-button>'
    )


def _signs(block: Social, frame: Frame) -> str:
    """Return the signs as a row of round links."""
    cells = []
    for number, (network, href) in enumerate(block.links):
        way = frame.marks.link(href, f"{block.id}/links/{number}")
        if not way:
            continue
        name = escape(network_name(network, frame.language))
        image = (
            f'<img src="{settings.SITE_URL}{LIBRARY}signs/{network}.png" width="{SIGN}" height="{SIGN}" alt="{name}" '
            'style="display:block;border:0;margin:8px">'
        )
        cells.append(
            '<td style="padding:0 5px"><table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>'
            f'<td style="background:{frame.theme.accent};border-radius:18px;width:36px;height:36px">'
            f'<a href="{way}" target="_blank">{image}</a></td></tr></table></td>'
        )
    margin = {"left": "0", "center": "0 auto", "right": "0 0 0 auto"}[block.align]
    return (
        f'<table role="presentation" cellpadding="0" cellspacing="0" border="0" align="{block.align}" style="margin:{margin}">'
        f"<tr>{''.join(cells)}</tr></table>"
    )


def _logo(theme: Theme) -> str:
    if not theme.logo:
        return ""
    return (
        '<mj-section padding="24px 0 16px"><mj-column>'
        f'<mj-image src="{escape(source_of(theme.logo, "theme/logo"))}" alt="" width="160px" padding="0" />'
        "</mj-column></mj-section>"
    )


def mixed(color: str, paper: str, share: float) -> str:
    """Return `share` of a color on another one."""
    pairs = zip(bytes.fromhex(color[1:]), bytes.fromhex(paper[1:]), strict=True)
    return "#" + bytes(round(one * share + other * (1 - share)) for one, other in pairs).hex()
