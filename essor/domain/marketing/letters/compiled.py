"""A letter ready to be merged: literal pieces, and slots for what differs by person.

Everything that is the same for everybody was worked out once; what is left for each person is to put the slots in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

SlotKind = Literal[
    "field",
    "link",
    "open",
    "unsubscribe",
    "preferences",
    "browser",
    "accept",
    "decline",
    "block",
    "source",
]
ADDRESSES = ("unsubscribe", "preferences", "browser", "accept", "decline")
"""What an author writes for addresses of the person's own, as `{{ accept }}`."""
Place = Literal["text", "attribute", "line", "plain", "query", "address"]
"""Where a value lands: `text` and `attribute` of HTML, one `line` (a subject), `plain` text with its line breaks,
inside an address behind its host (`query`), or as a whole `address`."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that differs by person.

    `field`: `value` is a path of the person's object ("FirstName", "Account.Name"), `fallback` stands for an empty
    value. `link`: `value` is the index in `Compiled.links`. `ADDRESSES` are those of the person (`accept` and `decline`
    answer an invitation), `open` is the invisible picture. `block`: `value` is the index in `Compiled.blocks`. `source`:
    `value` is source of an expert, rendered for each person in the sandbox, with the slots that stand in it (`inner`).
    `escape` says that the slot stands in HTML. `written` is what an expert typed for a `link`, to the byte: it stands
    where nobody counts.
    """

    kind: SlotKind
    value: str = ""
    fallback: str = ""
    escape: bool = True
    place: Place = "text"
    inner: tuple[Slot, ...] = ()
    written: tuple[str | Slot, ...] = ()


Text = tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A part that only members of a segment get; `text` is what it says in the plain-text part."""

    segment: int
    html: Text
    text: Text = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A whole letter; `paths` names every field that any part needs, in the order of `merge.values`."""

    subject: Text
    html: Text
    text: Text
    links: tuple[Text, ...] = ()
    paths: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    language: str = "fr"


def with_slots(compiled: Compiled, change: Callable[[Slot], Slot]) -> Compiled:
    """Return a letter with each slot of its bodies as `change` returns it, those inside experts' sources too."""
    blocks = tuple(
        replace(one, html=_changed(one.html, change), text=_changed(one.text, change))
        for one in compiled.blocks
    )
    html, text = _changed(compiled.html, change), _changed(compiled.text, change)
    return replace(compiled, html=html, text=text, blocks=blocks)


def _changed(text: Text, change: Callable[[Slot], Slot]) -> Text:
    return tuple(one if isinstance(one, str) else _slot(one, change) for one in text)


def _slot(slot: Slot, change: Callable[[Slot], Slot]) -> Slot:
    return change(replace(slot, inner=tuple(_slot(one, change) for one in slot.inner)))


@dataclass(frozen=True, slots=True)
class Replacements:
    """What one person's letter gets besides the values of fields; all addresses are plain, `merge` escapes them.

    `links` holds an address for each of `Compiled.links` (`merge.links` gives them as the author wrote them), `blocks`
    the blocks of this person and None in the place of the others. An empty `open` leaves the invisible picture out.
    `as_written` lets the links of experts stand as they typed them: nobody counts who follows them.
    """

    links: Sequence[str] = ()
    unsubscribe: str = ""
    preferences: str = ""
    browser: str = ""
    accept: str = ""
    decline: str = ""
    open: str = ""
    blocks: Sequence[Block | None] = ()
    as_written: bool = False
