"""Letters as JSON, in and out. What comes in is a stranger's: anything unexpected is refused with the place it stands at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, get_args

import orjson
from django.utils.translation import gettext as _

from essor.domain.marketing.letters import blocks as kinds
from essor.domain.marketing.letters.blocks import AnyBlock, Document
from essor.domain.marketing.letters.theme import FONTS, NARROWEST, RADIUS, WIDEST, Theme
from essor.kernel.errors import FieldError, ValidationFailed

MOST_BLOCKS, LONGEST, LONGEST_ADDRESS, LARGEST = 200, 50_000, 2000, 130_000
SOURCE = "HtmlValue"  # the field that holds own source
ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
COLOR = re.compile(r"#[0-9a-f]{6}")
NAMES: dict[str, type[Any]] = {
    "text": kinds.RichText,
    "picture": kinds.Picture,
    "button": kinds.Button,
    "divider": kinds.Divider,
    "spacer": kinds.Spacer,
    "social": kinds.Social,
    "html": kinds.Html,
    "columns": kinds.Columns,
    "dynamic": kinds.Dynamic,
}
KIND_OF = {kind: name for name, kind in NAMES.items()}
SIMPLE = frozenset(NAMES) - {"columns", "dynamic"}
Reader = Callable[[Any, str], Any]


def read(source: str | None) -> Document:
    """Return a letter from its JSON, an empty one from nothing; ValidationFailed names the place of what is wrong."""
    if not source:
        return Document()
    if len(source) > LARGEST:
        raise refused("", _("This e-mail is too long. Put long texts on a page and link to it."))
    try:
        raw = orjson.loads(source)
    except ValueError:
        raise refused("", _("This is no JSON.")) from None
    return document(raw)


def document(raw: Any) -> Document:
    """Return a letter from its JSON value."""
    found = _object(raw, "", {"version", "theme", "blocks"})
    if found.get("version") != kinds.VERSION:
        raise refused("version", _("Only version %(num)d is known.") % {"num": kinds.VERSION})
    made = Document(
        _blocks(found.get("blocks", []), "blocks", frozenset(NAMES)), theme(found.get("theme", {}), "theme")
    )
    every = kinds.every(made.blocks)
    if len(every) > MOST_BLOCKS:
        raise refused("blocks", _("At most %(num)d blocks.") % {"num": MOST_BLOCKS})
    if len({one.id for one in every}) != len(every):
        raise refused("blocks", _("Two blocks have the same id."))
    return made


def theme(raw: Any, place: str = "") -> Theme:
    """Return a theme from its JSON value."""
    found = _object(raw, place, set(THEME))
    return Theme(**{name: THEME[name](value, f"{place}/{name}") for name, value in found.items()})


def block(raw: Any, place: str = "") -> AnyBlock:
    """Return one block from its JSON value."""
    return _block(raw, place, frozenset(NAMES))


def write(letter: Document) -> str:
    """Return a letter as JSON."""
    return orjson.dumps(as_json(letter)).decode()


def as_json(letter: Document) -> dict[str, Any]:
    """Return a letter as JSON values."""
    blocks = [block_as_json(one) for one in letter.blocks]
    return {"version": kinds.VERSION, "theme": theme_as_json(letter.theme), "blocks": blocks}


def theme_as_json(one: Theme) -> dict[str, Any]:
    """Return a theme as JSON values."""
    return {item.name: getattr(one, item.name) for item in fields(one)}


def block_as_json(one: AnyBlock) -> dict[str, Any]:
    """Return a block as JSON values."""
    found: dict[str, Any] = {"kind": KIND_OF[type(one)]}
    for item in fields(one):
        value = getattr(one, item.name)
        if item.name == "columns":
            value = [[block_as_json(child) for child in column] for column in value]
        elif item.name == "blocks":
            value = [block_as_json(child) for child in value]
        found[item.name] = value
    return found


def refused(place: str, message: str) -> ValidationFailed:
    """Return the refusal of what stands at a place ("blocks/2/href"); own source is the whole e-mail and no place in it."""
    told = message if place in ("", SOURCE) else f"{place}: {message}"
    return ValidationFailed([FieldError(place, "INVALID_CONTENT", told)])


def _object(raw: Any, place: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise refused(place, _("Expected an object."))
    strange = next((name for name in raw if name not in known), None)
    if strange is not None:
        raise refused(place, _("“%(name)s” is not known here.") % {"name": str(strange)[:80]})
    return raw


def _list(raw: Any, place: str, most: int) -> list[Any]:
    if not isinstance(raw, list) or len(raw) > most:
        raise refused(place, _("Expected a list of at most %(num)d.") % {"num": most})
    return raw


def _blocks(raw: Any, place: str, allowed: frozenset[str]) -> tuple[Any, ...]:
    items = _list(raw, place, MOST_BLOCKS)
    return tuple(_block(one, f"{place}/{number}", allowed) for number, one in enumerate(items))


def _block(raw: Any, place: str, allowed: frozenset[str]) -> Any:
    name = raw.get("kind") if isinstance(raw, dict) else None
    if not isinstance(name, str) or name not in allowed:
        raise refused(place, _("Such a block cannot stand here."))
    readers = {**COMMON, **OWN[name]}
    found = _object(raw, place, {"kind", *readers})
    if "id" not in found:
        raise refused(place, _("A block needs an id."))
    values = {key: readers[key](value, f"{place}/{key}") for key, value in found.items() if key != "kind"}
    made = NAMES[name](**values)
    if name == "columns" and len(made.columns) != len(made.ratio.split("-")):
        raise refused(f"{place}/columns", _("The columns do not fit the ratio."))
    return made


def _text(longest: int) -> Reader:
    def reader(raw: Any, place: str) -> str:
        if not isinstance(raw, str):
            raise refused(place, _("Expected a text."))
        if len(raw) > longest:
            raise refused(place, _("At most %(num)d characters.") % {"num": longest})
        try:
            raw.encode()
        except UnicodeError:
            raise refused(place, _("Expected a text.")) from None
        return raw.replace("\x00", "")

    return reader


def _matching(pattern: re.Pattern[str], *, empty: bool = False) -> Reader:
    def reader(raw: Any, place: str) -> str:
        if (empty and raw == "") or (isinstance(raw, str) and pattern.fullmatch(raw)):
            return str(raw)
        raise refused(place, _("This value is not possible here."))

    return reader


def _one_of(*values: str) -> Reader:
    def reader(raw: Any, place: str) -> str:
        if not isinstance(raw, str) or raw not in values:
            raise refused(place, _("This value is not possible here."))
        return raw

    return reader


def _whole(lowest: int, highest: int) -> Reader:
    def reader(raw: Any, place: str) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not lowest <= raw <= highest:
            message = _("Expected a whole number from %(lowest)d to %(highest)d.")
            raise refused(place, message % {"lowest": lowest, "highest": highest})
        return raw

    return reader


def _flag(raw: Any, place: str) -> bool:
    if not isinstance(raw, bool):
        raise refused(place, _("Expected yes or no."))
    return raw


def _segment(raw: Any, place: str) -> int | None:
    return None if raw is None else int(_whole(1, 2**63 - 1)(raw, place))


def _links(raw: Any, place: str) -> tuple[tuple[str, str], ...]:
    found = []
    for number, one in enumerate(_list(raw, place, 12)):
        if not isinstance(one, (list, tuple)) or len(one) != 2:  # noqa: PLR2004 -- a pair
            raise refused(f"{place}/{number}", _("Expected a network and an address."))
        found.append((_network(one[0], f"{place}/{number}"), _address(one[1], f"{place}/{number}")))
    return tuple(found)


def _columns(raw: Any, place: str) -> tuple[tuple[Any, ...], ...]:
    items = _list(raw, place, 3)
    return tuple(_blocks(one, f"{place}/{number}", SIMPLE) for number, one in enumerate(items))


def _children(raw: Any, place: str) -> tuple[Any, ...]:
    return _blocks(raw, place, SIMPLE | {"columns"})


_align, _network = _one_of(*get_args(kinds.Align)), _one_of(*get_args(kinds.Network))
_color, _paint = _matching(COLOR), _matching(COLOR, empty=True)
_address, _long, _line = _text(LONGEST_ADDRESS), _text(LONGEST), _text(500)
COMMON: dict[str, Reader] = {
    "id": _matching(ID),
    "background": _paint,
    "space": _one_of(*get_args(kinds.Space)),
}
OWN: dict[str, dict[str, Reader]] = {
    "text": {"html": _long, "align": _align},
    "picture": {
        "src": _address,
        "alt": _line,
        "href": _address,
        "width": _whole(5, 100),
        "align": _align,
        "decorative": _flag,
    },
    "button": {"label": _line, "href": _address, "align": _align, "color": _paint, "wide": _flag},
    "divider": {"color": _paint},
    "spacer": {"height": _whole(4, 200)},
    "social": {"links": _links, "align": _align},
    "html": {"html": _long},
    "columns": {"ratio": _one_of(*get_args(kinds.Ratio)), "columns": _columns},
    "dynamic": {"segment": _segment, "blocks": _children},
}
THEME: dict[str, Reader] = {
    **dict.fromkeys(("background", "paper", "text", "heading", "accent", "on_accent"), _color),
    "font": _one_of(*FONTS),
    "heading_font": _one_of(*FONTS),
    "corners": _one_of(*RADIUS),
    "width": _whole(NARROWEST, WIDEST),
    "logo": _address,
}
