"""One value inside JSON from outside, with the path that an error names and a count that bounds hostile input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any as Json
from typing import TypeVar

from django.utils.translation import gettext as _

from essor.kernel.errors import QueryRefused

T = TypeVar("T")

NAME = re.compile(r"[A-Za-z_]\w{0,79}", re.ASCII)
DEEPEST = 150
MOST_PARTS = 20_000
MOST_LEVELS = 5
LARGEST_WHOLE = 2**63 - 1


class Reader:
    """What is left to read before a hostile tree becomes a burden: counts every part of it."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.parts = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A JSON value, the path to it, and how deep it lies."""

    data: object
    path: str
    reader: Reader
    depth: int = 0
    level: int = 0

    def inner(self, data: object, step: str) -> Place:
        """Return the place of a part of this value."""
        self.reader.parts += 1
        inner = Place(data, f"{self.path}{step}".lstrip("."), self.reader, self.depth + 1, self.level)
        if inner.depth > DEEPEST or self.reader.parts > MOST_PARTS:
            raise inner.refused(_("This is nested too deeply or has too many parts."))
        return inner

    def nested(self) -> Place:
        """Return the same place one sub-select deeper; each becomes a query inside a query, so few are allowed."""
        if self.level == MOST_LEVELS:
            raise self.refused(_("Sub-selects go at most %(limit)s levels deep.") % {"limit": MOST_LEVELS})
        return replace(self, level=self.level + 1)

    def refused(self, message: str) -> QueryRefused:
        """Return the error about this value; its sentence begins with the path to it."""
        return QueryRefused(f"{self.path or '$'}: {message}")

    def object(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Json]:
        """Return the value as an object with these keys and no other."""
        if not isinstance(self.data, dict):
            raise self.refused(_("Expected an object."))
        needed, allowed = set(required), {*required, *optional}
        for key in self.data:
            if key not in allowed:
                raise self.refused(_("“%(key)s” is not known here.") % {"key": str(key)[:80]})
        for key in sorted(needed - set(self.data)):
            raise self.refused(_("“%(key)s” is missing.") % {"key": key})
        return self.data

    def key(self, name: str) -> Place:
        """Return the place of a key that is there."""
        assert isinstance(self.data, dict)  # noqa: S101 -- `object` was asked before
        return self.inner(self.data[name], f".{name}")

    def has(self, name: str) -> bool:
        """Tell whether the value is an object with this key."""
        return isinstance(self.data, dict) and name in self.data

    def each(self, read: Callable[[Place], T]) -> tuple[T, ...]:
        """Return every item of a list, read by `read`."""
        if not isinstance(self.data, (list, tuple)):
            raise self.refused(_("Expected a list."))
        return tuple(read(self.inner(item, f"[{index}]")) for index, item in enumerate(self.data))

    def optional(self, name: str, read: Callable[[Place], T], default: T) -> T:
        """Return what `read` makes of a key, `default` when the key is absent."""
        return read(self.key(name)) if self.has(name) else default

    def text(self, longest: int) -> str:
        """Read a text that a database can hold."""
        if not isinstance(self.data, str):
            raise self.refused(_("Expected a text."))
        if len(self.data) > longest:
            raise self.refused(_("This text has more than %(limit)s characters.") % {"limit": longest})
        if "\x00" in self.data or any("\ud800" <= character <= "\udfff" for character in self.data):
            raise self.refused(_("This text holds a character that no record can hold."))
        return self.data

    def name(self) -> str:
        """Read an object, field or relationship name."""
        if not isinstance(self.data, str) or not NAME.fullmatch(self.data):
            raise self.refused(_("Expected a name of letters, digits and underscores."))
        return self.data

    def whole(self) -> int:
        """Read a whole number that is not negative."""
        if (
            isinstance(self.data, bool)
            or not isinstance(self.data, int)
            or not 0 <= self.data <= LARGEST_WHOLE
        ):
            raise self.refused(_("Expected a whole number, zero or more."))
        return self.data

    def flag(self) -> bool:
        """Read true or false."""
        if not isinstance(self.data, bool):
            raise self.refused(_("Expected true or false."))
        return self.data

    def one_of(self, choices: tuple[T, ...]) -> T:
        """Return the choice that the value is."""
        for choice in choices:
            if isinstance(self.data, str) and self.data == choice:
                return choice
        listed = ", ".join(str(choice) for choice in choices if choice)
        raise self.refused(_("Expected one of %(choices)s.") % {"choices": listed})
