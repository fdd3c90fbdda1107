"""What an administrator asks for; faces fill these in and hand them to the actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from essor.catalog.definitions import EMPTY, OnDelete


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A field to add to `object`. `name` may lack its `__c`; one label is enough.

    `kind` with a `formula` is the kind of the formula's result. Options may come as text, as from a command line.
    `choices` are values, or mappings with value, label, label_fr, active, default, facts.
    """

    object: str
    name: str
    kind: str
    label: str = ""
    label_fr: str = ""
    help: str = ""
    help_fr: str = ""
    required: bool = False
    unique: bool = False
    external_id: bool = False
    history: bool = True
    options: Mapping[str, Any] = EMPTY
    choices: Sequence[str | Mapping[str, Any]] = ()
    target: str = ""
    child_relationship: str = ""
    on_delete: OnDelete = "set_null"
    formula: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSpec:
    """An object to add. Records are named by a text, or numbered when `name_format` is such as `S-{0000}`."""

    name: str
    label: str = ""
    label_fr: str = ""
    plural: str = ""
    plural_fr: str = ""
    description: str = ""
    icon: str = "table"
    name_label: str = ""
    name_label_fr: str = ""
    name_format: str = ""
    tab: bool = True
    activities: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """A validation rule to add or replace: `formula` is true for a record that must not be saved."""

    object: str
    name: str
    formula: str
    message: str
    message_fr: str = ""
    field: str = ""
    active: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTypeSpec:
    """A record type to add or replace; `values` are the picklist values that it leaves, in order: {field: [values]}.

    `profiles` (ids; None: all) may choose it; it is proposed to `default_for`, and to all others with `default`.
    """

    object: str
    name: str
    label: str = ""
    label_fr: str = ""
    description: str = ""
    active: bool = True
    values: Mapping[str, Sequence[str]] = EMPTY
    profiles: Sequence[int] | None = None
    default_for: Sequence[int] = ()
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSpec:
    """The criteria of a stage to set; `record_type` is a name, empty for any. Nothing said takes them away."""

    object: str
    stage: str
    record_type: str = ""
    required: Sequence[str] = ()
    formula: str = ""
    message: str = ""
    message_fr: str = ""
    guidance: str = ""
    guidance_fr: str = ""
