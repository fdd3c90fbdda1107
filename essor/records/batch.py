"""The rows of one write on their way down the road, and what all of them share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.kinds import ParseContext
from essor.kernel.clock import moment_for
from essor.kernel.errors import Clash, FieldError, Suspect
from essor.records.change import Change, Source


@dataclass(slots=True)
class Row:
    """One record being written; values are stored values by outside field name."""

    index: int
    change: Change
    stored: dict[str, Any] = field(default_factory=dict)
    offered: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    id: int | None = None
    revision: int = 0
    suspects: list[Suspect] = field(default_factory=list)
    may_save: bool = False

    @property
    def is_new(self) -> bool:
        """Tell whether this write creates the record."""
        return self.change.id is None

    def get(self, name: str) -> Any:
        """Return the value as it will stand after the write."""
        return self.offered[name] if name in self.offered else self.stored.get(name)

    def prior(self, name: str) -> Any:
        """Return the value as it stood before the write, None for a new record."""
        return self.stored.get(name)

    def set(self, name: str, value: object) -> None:
        """Let a rule give a field its value."""
        self.offered[name] = value

    def changes(self, name: str) -> bool:
        """Tell whether the write changes the field; every non-empty value of a new record does."""
        return name in self.offered and self.offered[name] != self.stored.get(name)

    def refuse(
        self,
        field_name: str,
        message: str,
        code: str = "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        *,
        holder: int | None = None,
    ) -> None:
        """Add an error; the row will not be written. `holder` has a unique value already."""
        self.errors.append(FieldError(field_name, code, message, holder))

    def changed(self) -> tuple[str, ...]:
        """Return the outside names whose value is new."""
        return tuple(name for name in self.offered if self.changes(name))


@dataclass(slots=True)
class Batch:
    """The rows of one transaction with all that the steps share; `notes` are what a rule keeps for its later turn."""

    actor: Actor
    catalog: Catalog
    object: ObjectDef
    rows: list[Row]
    context: ParseContext
    source: Source
    now: datetime
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Return the day it is for whoever writes, which near midnight is not that of `now`."""
        return moment_for(self.actor.timezone, now=self.now).today

    def live(self) -> list[Row]:
        """Return the rows that nothing has refused so far."""
        return [row for row in self.rows if not row.errors]

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows that nothing has refused so far."""
        return iter(self.live())

    def creating(self) -> Iterable[Row]:
        """Return the live rows that create a record."""
        return (row for row in self.live() if row.is_new)

    def updating(self) -> Iterable[Row]:
        """Return the live rows that change a record."""
        return (row for row in self.live() if not row.is_new)
