"""How raw rows become nested records: a tree of levels, written out as one Python expression and compiled.

An answer holds thousands of records of one shape; a literal with everything in its place builds them three times
faster than a loop over columns does. No text of a user's gets into the expression but as a quoted literal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

Json = dict[str, Any]
Convert = Callable[..., Any]
Build = Callable[[Sequence[Sequence[Any]]], list[Any]]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a record: its name, its places in the raw row, what converts it, whether it is the record's id."""

    name: str
    places: tuple[int, ...]
    convert: Convert | None = None
    is_id: bool = False


@dataclass(slots=True)
class Level:
    """One level of nesting. `attributes` makes the attributes of what stands at `places`; the key comes first.

    With `url` instead, the attributes are `type` and an address that ends in the key as `encode` writes it.
    """

    type: str = ""
    url: str = ""
    places: tuple[int, ...] = ()
    encode: Convert | None = None
    attributes: Convert | None = None
    values: list[Value] = field(default_factory=list)
    parents: dict[str, Level] = field(default_factory=dict)


class Writer:
    """Writes the expression of a tree and collects the functions that it calls."""

    def __init__(self) -> None:
        """Start without any."""
        self.names: dict[str, Convert] = {}
        self.levels = 0

    def function(self, convert: Convert) -> str:
        """Return the name of a function inside the expression."""
        name = f"c{len(self.names)}"
        self.names[name] = convert
        return name

    def level(self, level: Level) -> str:
        """Return the literal of one level; None where its key is missing."""
        key = f"k{self.levels}"
        self.levels += 1
        parts = [f"'attributes': {self.attributes(level, key)}"]
        parts += [f"{value.name!r}: {self.value(value, level, key)}" for value in level.values]
        for name, parent in level.parents.items():
            parts.append(f"{name!r}: (None if r{parent.places[0]} is None else {self.level(parent)})")
        return "{" + ", ".join(parts) + "}"

    def attributes(self, level: Level, key: str) -> str:
        """Return the literal of a level's attributes; the encoded key is kept for the record's Id."""
        if level.attributes is not None:
            return f"{self.function(level.attributes)}({_raw(level.places)})"
        if level.encode is None:
            return f"{{'type': {level.type!r}}}"
        encoded = f"({key} := {self.function(level.encode)}(r{level.places[0]}))"
        return f"{{'type': {level.type!r}, 'url': {level.url!r} + {encoded}}}"

    def value(self, value: Value, level: Level, key: str) -> str:
        """Return the expression of one value."""
        if value.is_id and level.encode is not None:
            return key
        if value.convert is None:
            return f"r{value.places[0]}"
        call = f"{self.function(value.convert)}({_raw(value.places)})"
        return call if len(value.places) > 1 else f"(None if r{value.places[0]} is None else {call})"


def builder(root: Level, width: int) -> Build:
    """Return the function that makes the records of raw rows of `width` columns."""
    writer = Writer()
    literal = writer.level(root)
    row = ", ".join(f"r{place}" for place in range(width))
    code = _code(f"lambda rows: [{literal} for {row}, in rows]")
    found: Build = eval(code, {"__builtins__": {}, **writer.names})  # noqa: S307 -- our own expression, see above
    return found


@lru_cache(maxsize=512)
def _code(source: str) -> CodeType:
    return compile(source, "<records>", "eval")


def _raw(places: Sequence[int]) -> str:
    return ", ".join(f"r{place}" for place in places)
