"""Record types as everybody reads them: variants of an object, and the pipelines that they make of its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from essor.catalog.definitions import Choice, Field, ObjectDef

RECORD_TYPE = "RecordTypeId"
PREFIX = "012"
COLUMN = "x_012_record_type"  # no field can be called so: a name starts with a letter


@dataclass(frozen=True, slots=True, eq=False)
class RecordTypeDef:
    """A variant of an object. `values` are what it leaves of picklists, in its own order: {field: values}.

    `profiles` may choose it (None: everybody); it is proposed to those of `default_for`, and to others if `default`.
    """

    id: str
    name: str
    label: str
    active: bool
    values: Mapping[str, tuple[str, ...]]
    profiles: frozenset[int] | None = None
    default_for: frozenset[int] = frozenset()
    default: bool = False

    def allows(self, profile_id: int | None) -> bool:
        """Tell whether people of a profile may choose it; the system (None) may choose any active one."""
        return self.active and (self.profiles is None or profile_id is None or profile_id in self.profiles)


@dataclass(frozen=True, slots=True, eq=False)
class StageEntry:
    """What a record needs to enter a stage, in one record type or (empty) in any.

    `required` are paths of fields, `formula` a condition that must be true, `message` what is said when it is not.
    """

    record_type: str
    stage: str
    required: tuple[str, ...] = ()
    formula: str = ""
    message: str = ""
    guidance: str = ""


def stage_field(obj: ObjectDef) -> Field | None:
    """Return the picklist whose order is the path of the object's records, None when it has no path."""
    field = obj.by_name.get(obj.path_field.lower()) if obj.path_field else None
    return field if field is not None and field.choices else None


def record_type(obj: ObjectDef, key: object) -> RecordTypeDef | None:
    """Return the record type with an 18-character id, None when there is none."""
    return next((one for one in obj.record_types if one.id == key), None) if key else None


def offered_types(obj: ObjectDef, profile_id: int | None) -> tuple[RecordTypeDef, ...]:
    """Return the record types that people of a profile may choose."""
    return tuple(one for one in obj.record_types if one.allows(profile_id))


def default_type(obj: ObjectDef, profile_id: int | None) -> RecordTypeDef | None:
    """Return the record type of a new record for which nobody has chosen one."""
    offered = offered_types(obj, profile_id)
    own = next((one for one in offered if profile_id is not None and profile_id in one.default_for), None)
    return own or next((one for one in offered if one.default), None)


def choices_of(obj: ObjectDef, field: Field, key: object) -> tuple[Choice, ...]:
    """Return the choices that a record type leaves of a picklist, in its order; all of them without a type."""
    kind = record_type(obj, key)
    wanted = kind.values.get(field.name) if kind else None
    if wanted is None:
        return field.choices
    found = {choice.value: choice for choice in field.choices}
    return tuple(found[value] for value in wanted if value in found)


def narrowed(obj: ObjectDef, field: Field, key: object, profile_id: int | None) -> Field:
    """Return a picklist as it is offered in a record of a type: its values, or the types that a profile may choose."""
    if not field.choices or not obj.record_types:
        return field
    if field.name == RECORD_TYPE:
        allowed = {one.id for one in offered_types(obj, profile_id)}
        return replace(
            field, choices=tuple(one for one in field.choices if one.value in allowed or one.value == key)
        )
    choices = choices_of(obj, field, key)
    return field if choices is field.choices else replace(field, choices=choices)


def pipeline(obj: ObjectDef, key: object) -> tuple[Choice, ...]:
    """Return the stages of a record type in their order; none when the object has no path."""
    field = stage_field(obj)
    return choices_of(obj, field, key) if field else ()


def first_stage(obj: ObjectDef, key: object) -> str | None:
    """Return the stage that a record of a type starts at: the usual one if there is one, else the first of its path."""
    stages = [one for one in pipeline(obj, key) if one.active]
    usual = next((one for one in stages if one.default), None)
    return usual.value if usual else next((one.value for one in stages), None)


@lru_cache(maxsize=2048)
def reached(obj: ObjectDef, key: str | None, stage: str | None) -> frozenset[str]:
    """Return the stages whose demands a record at `stage` must meet: the stage and the open ones before it.

    What was lost needs nothing but what its own stage asks: a deal may be given up at any time.
    """
    field = stage_field(obj)
    if field is None or stage is None:
        return frozenset()
    stages = pipeline(obj, key)
    at = next((place for place, choice in enumerate(stages) if choice.value == stage), None)
    if at is None:
        stages = field.choices
        at = next((place for place, choice in enumerate(stages) if choice.value == stage), -1)
    if at < 0 or is_lost(stages[at]):
        return frozenset({stage})
    return frozenset({stage, *(choice.value for choice in stages[:at] if not choice.facts.get("closed"))})


def is_lost(choice: Choice) -> bool:
    """Tell whether a stage ends the path without success."""
    return bool(choice.facts.get("closed")) and not choice.facts.get("won")


def entries_at(obj: ObjectDef, key: str | None, stage: str | None) -> tuple[StageEntry, ...]:
    """Return the criteria that a record of a type must meet at `stage`."""
    stages = reached(obj, key, stage)
    return tuple(
        one for one in obj.stage_entries if one.stage in stages and one.record_type in ("", key or "")
    )


def guidance(obj: ObjectDef, key: str | None, stage: str | None) -> str:
    """Return the advice for whoever has a record at `stage`: the record type's own words, else everybody's."""
    found = [one for one in obj.stage_entries if one.stage == stage and one.guidance]
    own = next((one for one in found if one.record_type and one.record_type == key), None)
    chosen = own or next((one for one in found if not one.record_type), None)
    return str(chosen.guidance) if chosen else ""
