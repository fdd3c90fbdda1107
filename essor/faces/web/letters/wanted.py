"""What waits for a letter: whoever writes one for it (`?for=` in the address) gives it over, and is led back to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.kernel.errors import Forbidden, NotFound

PARAMETER = "for"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kind of record that waits for letters: `give` hands it the key of one, `back` leads to where it is used."""

    give: Callable[[Loaded, int], None]
    back: Callable[[Loaded], Action]


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that waits for a letter: `give` hands it the key of one, `back` leads to where it is used."""

    give: Callable[[int], None]
    back: Action


# What is no record is found by its room: {first word of the address' “<word>:<rest>”: function of request and rest}.
Finder = Callable[[HttpRequest, str], Place | None]
_waiting: dict[str, Waiting] = {}
_finders: dict[str, Finder] = {}


def register(object_name: str, waiting: Waiting) -> None:
    """Let records of an object wait for letters; rooms call it when their addresses are loaded."""
    _waiting[object_name] = waiting


def finder(word: str, find: Finder) -> None:
    """Let what is no record wait for letters, as `?for=<word>:<rest>`; `find` gives None for what is not there."""
    _finders[word] = find


def given(request: HttpRequest, letter: int) -> str:
    """Give a letter that was just made to what waits for it; return the address to go on with, empty without any."""
    place = _place(request)
    if place is None:
        return ""
    place.give(letter)
    return f"?{PARAMETER}={_asked(request)}"


def back(request: HttpRequest) -> Action | None:
    """Return the way back to what the letter is written for, None when it is written for nothing in particular."""
    place = _place(request)
    return None if place is None else place.back


def _asked(request: HttpRequest) -> str:
    return request.POST.get(PARAMETER) or request.GET.get(PARAMETER) or ""


def _place(request: HttpRequest) -> Place | None:
    found = _asked(request)
    word, colon, rest = found.partition(":")
    try:
        if colon:
            return _finders[word](request, rest) if word in _finders else None
        if not found:
            return None
        record = load(actor_of(request), found, of=tuple(_waiting))
    except (NotFound, Forbidden):
        return None
    waiting = _waiting[record.object.name]
    return Place(lambda letter: waiting.give(record, letter), waiting.back(record))
