"""What a conversion is asked for, what became of each lead, and a lead on its way through the steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from essor.access.actor import Actor
from essor.catalog.definitions import EMPTY
from essor.kernel.errors import FieldError
from essor.records.change import Source


@dataclass(frozen=True, slots=True)
class Ask:
    """One lead to convert: into new records, or into an account and a contact that are there (keys).

    `owner` gets the new records (the lead's owner otherwise); `values` are raw values by object and outside name that
    win over what the mapping gives; an empty `status` is the first that says “converted”.
    """

    lead: int
    account: int | None = None
    contact: int | None = None
    opportunity: bool = True
    owner: int | None = None
    status: str = ""
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one lead became, or why it was refused: errors name the field as “Account.Name”, “Lead.Status”."""

    lead: int
    account: int | None = None
    contact: int | None = None
    opportunity: int | None = None
    errors: tuple[FieldError, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether the lead was converted."""
        return not self.errors


@dataclass(slots=True)
class Work:
    """One lead on its way."""

    ask: Ask
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    owner: int | None = None
    account: int | None = None
    contact: int | None = None
    opportunity: int | None = None

    def refuse(self, name: str, message: str, code: str = "FIELD_INTEGRITY_EXCEPTION") -> None:
        """Note an error of one field: “Account.Name”."""
        self.errors.append(FieldError(name, code, message))


@dataclass(frozen=True, slots=True)
class Run:
    """What all steps of one conversion share; `batch` is that of `source`."""

    actor: Actor
    source: Source
    batch: UUID
    lines: Mapping[str, Mapping[str, str]]
