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


_waiting: dict[str, Waiting] = {}


def register(object_name: str, waiting: Waiting) -> None:
    """Let records of an object wait for letters; rooms call it when their addresses are loaded."""
    _waiting[object_name] = waiting


def given(request: HttpRequest, letter: int) -> str:
    """Give a letter that was just made to the record that waits for it; return the address to go on with, empty without one."""
    record = _record(request)
    if record is None:
        return ""
    _waiting[record.object.name].give(record, letter)
    return f"?{PARAMETER}={record.id}"


def back(request: HttpRequest) -> Action | None:
    """Return the way back to the record that the letter is written for, None when it is written for nothing in particular."""
    record = _record(request)
    return None if record is None else _waiting[record.object.name].back(record)


def _record(request: HttpRequest) -> Loaded | None:
    found = request.POST.get(PARAMETER) or request.GET.get(PARAMETER) or ""
    if not found:
        return None
    try:
        return load(actor_of(request), found, of=tuple(_waiting))
    except (NotFound, Forbidden):
        return None
