"""What record types and stages demand of a record: values of its pipeline, fields to be filled, conditions to be met.

Checked set-wise and for every way in: the parents of a whole batch are read in one query per relationship.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from essor.access.view import catalog_for
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.pipelines import (
    RECORD_TYPE,
    choices_of,
    entries_at,
    record_type,
    stage_field,
)
from essor.formula import evaluate
from essor.kernel.clock import moment_for
from essor.records.batch import Batch, Row
from essor.records.criteria import Demand
from essor.records.parents import Parents

MISSING = "REQUIRED_FIELD_MISSING"
NOT_YET = "STAGE_CRITERIA_NOT_MET"
NOT_IN_TYPE = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def check(batch: Batch, demands: Sequence[Demand]) -> None:
    """Refuse the rows whose values their record type does not have, and those that may not enter their stage yet."""
    if batch.object.record_types:
        for row in batch.live():
            _check_type(batch, row)
    stage = stage_field(batch.object)
    if stage is None or not demands:
        return
    asked = [(row, found) for row in batch.live() if (found := _asked(batch.object, row, stage, demands))]
    if not asked:
        return
    paths = {path for _row, found in asked for one in found for path in one.paths}
    paths |= {path for _row, found in asked for one in found if one.formula for path in one.formula.paths}
    parents = Parents(batch, paths)
    for row, found in asked:
        entering = _enters(row, stage)
        for one in found:
            _check_filled(batch, row, one, parents, entering=entering)
        for one in found:
            if entering and not row.errors:
                _check_condition(batch, row, one, parents)


def _check_type(batch: Batch, row: Row) -> None:
    """Refuse a record type that the writer may not choose, and values that it does not have."""
    key = row.get(RECORD_TYPE)
    kind = record_type(batch.object, key)
    if kind is None:
        return
    chosen = row.changes(RECORD_TYPE)
    if chosen and not kind.allows(batch.actor.profile_id):
        row.refuse(RECORD_TYPE, _("You may not choose “%(name)s”.") % {"name": kind.label}, NOT_IN_TYPE)
    for name in kind.values:
        field = batch.object.by_name.get(name.lower())
        if field is None or not (chosen or row.changes(name)):
            continue
        left = choices_of(batch.object, field, key)
        for value in _values(row.get(field.name), field):
            if value not in {choice.value for choice in left}:
                message = _("“%(value)s” is not among the values of “%(type)s” (%(known)s).") % {
                    "value": field.choice(value) or value,
                    "type": kind.label,
                    "known": ", ".join(str(choice) for choice in left[:12] if choice.active),
                }
                row.refuse(field.name, message, NOT_IN_TYPE)


def _values(value: str | None, field: Field) -> list[str]:
    if not value:
        return []
    return [one for one in value.split(";") if one] if field.kind.name == "multiselect" else [value]


def _enters(row: Row, stage: Field) -> bool:
    return row.is_new or row.changes(stage.name) or row.changes(RECORD_TYPE)


def _asked(obj: ObjectDef, row: Row, stage: Field, demands: Sequence[Demand]) -> list[Demand]:
    """Return the criteria to look at: all of the stage when it is entered, else those of a field being emptied."""
    entries = entries_at(obj, row.get(RECORD_TYPE), row.get(stage.name))
    if not entries:
        return []
    found = [one for one in demands if one.entry in entries]
    if _enters(row, stage):
        return found
    emptied = {name for name, value in row.offered.items() if value is None and row.changes(name)}
    return [one for one in found if any(path[0] in emptied for path in one.paths)] if emptied else []


def _check_filled(batch: Batch, row: Row, demand: Demand, parents: Parents, *, entering: bool) -> None:
    """Refuse a row for each empty field; when nothing is entered only for those that this write empties."""
    read = parents.reader(row)
    told = {error.field for error in row.errors}
    for path in demand.paths:
        name = ".".join(path)
        if not entering and (len(path) > 1 or not row.changes(path[0])):
            continue
        value = read(path)
        if value not in (None, "") or name in told:
            continue
        way = batch.object.by_relationship.get(path[0].lower()) if len(path) > 1 else None
        if way is not None and row.get(way.name) is None:
            name, path = way.name, (way.name,)  # noqa: PLW2901 -- the parent itself is missing
            if name in {error.field for error in row.errors}:
                continue
        _refuse(batch, row, demand, name, path)


def _refuse(batch: Batch, row: Row, demand: Demand, name: str, path: tuple[str, ...]) -> None:
    """Say which field is missing; of one that the writer may not see only that something is."""
    stage = stage_field(batch.object)
    words = {"stage": (stage.choice(demand.entry.stage) if stage else None) or demand.entry.stage}
    label = _label(batch, path)
    if label is None:
        message = _("“%(stage)s” needs a field that you may not see. Ask somebody who may fill it.") % words
        row.refuse("", message, NOT_YET)
        return
    message = _("“%(field)s” is required from the stage “%(stage)s” on.") % {**words, "field": label}
    row.refuse(name, message, MISSING)


def _label(batch: Batch, path: tuple[str, ...]) -> str | None:
    """Return how a path is called, None when the writer may not see its end."""
    seen = catalog_for(batch.actor)
    obj = seen.object(batch.object.name)
    words = []
    for step in path[:-1]:
        way = obj.by_relationship.get(step.lower())
        if way is None or not way.targets:
            return None
        words.append(str(way.label))
        obj = seen.object(way.targets[0])
    field = obj.by_name.get(path[-1].lower())
    return " › ".join((*words, str(field.label))) if field else None


def _check_condition(batch: Batch, row: Row, demand: Demand, parents: Parents) -> None:
    if demand.formula is None:
        return
    moment = moment_for(batch.context.timezone)
    holds = evaluate(
        demand.formula, parents.reader(row), moment=moment, prior=parents.prior_reader(row), is_new=row.is_new
    )
    if holds is not True:
        row.refuse(_beside(batch, demand), str(demand.entry.message), NOT_YET)


def _beside(batch: Batch, demand: Demand) -> str:
    """Return the field that mends a condition: the only one that it reads and people fill, else the stage."""
    paths = demand.formula.paths if demand.formula else ()
    own = [batch.object.field(path[0]) for path in paths if len(path) == 1]
    filled = [field for field in own if field.updateable]
    stage = stage_field(batch.object)
    return filled[0].name if len(paths) == len(filled) == 1 else stage.name if stage else ""
