"""What a writer hands in and what it gets back: the same for a form, an API call, a CSV row and a flow step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from essor.kernel.errors import Clash, FieldError, Suspect


@dataclass(frozen=True, slots=True)
class Change:
    """Values by outside field name for one record; `id` None creates it.

    `revision` is the one the writer had read: fields that somebody changed since are a conflict, others merge.
    With `strict` any newer revision is a conflict (If-Match). `accept_duplicates`: save although it seems to be there.
    """

    object: str
    values: Mapping[str, Any]
    id: int | None = None
    revision: int | None = None
    strict: bool = False
    accept_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where a write comes from: the face, and the undoable batch it belongs to (None: not undoable as a whole).

    `assign` asks that rules say who owns the new records, or all that are written (see `assigning`).
    `cause` names what made a program write ("flow:5:2:own"); the events carry it on, so that no two run in circles.
    `unattended`: a stranger sent it and nobody is there to decide, so what seems to be there already is never refused.
    """

    name: str = "web"
    batch: UUID | None = None
    language: str = ""
    timezone: str = ""
    assign: Literal["", "new", "all"] = ""
    cause: str = ""
    unattended: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """A record as it stands after the write; `changed` are the outside names whose value is new."""

    id: int
    revision: int
    created: bool
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The fate of one row of a bulk write: `saved`, or the errors (and clashes) that refused it.

    `suspects` are the records that it seems to repeat; `may_save` tells that `accept_duplicates` would let it pass.
    """

    index: int
    saved: Saved | None = None
    errors: tuple[FieldError, ...] = ()
    clashes: tuple[Clash, ...] = field(default=())
    revision: int = 0
    suspects: tuple[Suspect, ...] = ()
    may_save: bool = False

    @property
    def ok(self) -> bool:
        """Tell whether the row was written."""
        return self.saved is not None
