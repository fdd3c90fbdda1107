"""What a letter is made of: blocks from top to bottom, as the editor arranges them. Frozen values, see `codec` for JSON.

Every block has an `id` that the editor gave it, a `background` (#rrggbb, empty for the paper's) and a `space` above and
below. Texts may hold merge fields: `{{ FirstName or "customer" }}`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from essor.domain.marketing.letters.theme import Theme

Align = Literal["left", "center", "right"]
Space = Literal["none", "small", "normal", "large"]
Ratio = Literal["1-1", "1-2", "2-1", "1-1-1"]
Network = Literal["web", "mail", "linkedin", "facebook", "x", "instagram", "youtube"]
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What all blocks have."""

    id: str
    background: str = ""
    space: Space = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class RichText(Block):
    """Paragraphs, headings, lists and links, as HTML that is cleaned before anybody sees it."""

    html: str = ""
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Block):
    """A picture: `src` is an address of the library or of the web, `width` in percent of its column."""

    src: str = ""
    alt: str = ""
    href: str = ""
    width: int = 100
    align: Align = "center"
    decorative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Block):
    """A link that looks like a button; an empty `color` is the theme's accent."""

    label: str = ""
    href: str = ""
    align: Align = "center"
    color: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Divider(Block):
    """A line from side to side; an empty `color` follows the text."""

    color: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacer(Block):
    """Nothing, `height` pixels of it."""

    height: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Social(Block):
    """Round signs that lead to the company elsewhere: (network, address)."""

    links: tuple[tuple[Network, str], ...] = ()
    align: Align = "center"


@dataclass(frozen=True, slots=True, kw_only=True)
class Html(Block):
    """HTML written by hand; cleaned like everything else."""

    html: str = ""


Simple = RichText | Picture | Button | Divider | Spacer | Social | Html


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns(Block):
    """Two or three columns beside each other, below each other on a phone."""

    ratio: Ratio = "1-1"
    columns: tuple[tuple[Simple, ...], ...] = ((), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamic(Block):
    """Blocks that only members of a segment get; without a segment nobody does."""

    segment: int | None = None
    blocks: tuple[Simple | Columns, ...] = ()


AnyBlock = Simple | Columns | Dynamic


@dataclass(frozen=True, slots=True)
class Document:
    """A whole letter without its subject."""

    blocks: tuple[AnyBlock, ...] = ()
    theme: Theme = field(default_factory=Theme)


def inside(block: AnyBlock) -> tuple[AnyBlock, ...]:
    """Return the blocks that stand in a block."""
    if isinstance(block, Columns):
        return tuple(one for column in block.columns for one in column)
    return block.blocks if isinstance(block, Dynamic) else ()


def every(blocks: tuple[AnyBlock, ...]) -> list[AnyBlock]:
    """Return blocks and all that stand in them, in reading order."""
    return [found for block in blocks for found in (block, *every(inside(block)))]
