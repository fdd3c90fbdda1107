"""Turns the cells of a row into values by field: the mapped columns, the words of lists, what the file lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.definitions import ObjectDef
from essor.domain.exchange.encodings import is_unreadable
from essor.domain.exchange.models import Import
from essor.domain.exchange.parents import Missing, Parents

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets run, or pass over to what they run


@dataclass(slots=True)
class Line:
    """One data row of the file with what became of it; `met` are (object, key) of the records that it collides with.

    `waiting`: it names a parent that the same file may still bring. `again`: in a trial, its record was made above.
    """

    number: int
    cells: Sequence[str]
    values: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    met: list[tuple[str, int]] = field(default_factory=list)
    id: int | None = None
    waiting: bool = False
    again: bool = False

    def cell(self, place: int) -> str:
        """Return a cell without the space around it; a row may be too short."""
        return self.cells[place].strip() if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A mapped column: where it stands, its header, where it goes; `words` are the list's values for the file's."""

    at: int
    header: str
    target: str
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """What turns a line of the file into values: the columns that are mapped, and the values for what is empty."""

    headers: tuple[str, ...]
    fields: tuple[Place, ...]
    parents: tuple[Place, ...]
    constants: Mapping[str, str]
    constant_parents: Mapping[str, str]


def reader_of(work: Import, obj: ObjectDef, headers: Sequence[str]) -> Reader:
    """Split the mapped columns into the object's own and those that name a parent."""
    fields, parents = [], []
    for at, header in enumerate(headers):
        target = work.mapping.get(header, "")
        if "." in target:
            parents.append(Place(at, header, target))
        elif target:
            words = {spelled(word): value for word, value in work.words.get(header, {}).items()}
            fields.append(Place(at, header, obj.field(target).name, words))
    own = {target: value for target, value in work.constants.items() if "." not in target}
    further = {target: value for target, value in work.constants.items() if "." in target}
    return Reader(tuple(headers), tuple(fields), tuple(parents), own, further)


def spelled(word: str) -> str:
    """Return what tells two words of a file apart: neither case nor space around them."""
    return word.strip().casefold()


def read(reader: Reader, parents: Parents, lines: Sequence[Line]) -> None:
    """Fill the values of the lines; an empty cell gives none, so that defaults apply and nothing is erased."""
    for place in reader.parents:
        parents.resolve(place.target, (line.cell(place.at) for line in lines))
    for target, value in reader.constant_parents.items():
        parents.resolve(target, (value,))
    for line in lines:
        for place in reader.fields:
            _read_cell(line, place)
        for place in reader.parents:
            _read_parent(line, parents, place.header, place.target, line.cell(place.at))
        for name, value in reader.constants.items():
            if line.values.get(name) in (None, ""):
                line.values[name] = value
        for target, value in reader.constant_parents.items():
            if line.values.get(parents.way(target).name) is None:
                _read_parent(line, parents, "", target, value)


def _read_cell(line: Line, place: Place) -> None:
    cell = line.cell(place.at)
    if is_unreadable(cell):
        line.reasons[place.header] = _("This cell holds bytes that the chosen encoding does not know.")
        return
    if place.words:
        cell = place.words.get(spelled(cell), cell)
    line.values[place.target] = unguard(cell)


def _read_parent(line: Line, parents: Parents, header: str, target: str, value: str) -> None:
    found = parents.key_of(target, value)
    if isinstance(found, Missing):
        line.reasons[header] = found.reason
        line.waiting = line.waiting or found.may_come
    else:
        line.values[parents.way(target).name] = found


def unguard(cell: str) -> str:
    """Return a cell without the apostrophe that an export puts before what a spreadsheet would run as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_SIGNS else cell


def offered(line: Line, *, erase: bool) -> dict[str, Any]:
    """Return the values to write: empty ones only where they shall erase what an existing record holds."""
    if erase and line.id is not None:
        return line.values
    return {name: value for name, value in line.values.items() if value not in (None, "")}
