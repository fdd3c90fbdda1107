"""The checks of a whole record: required fields, what each kind demands, unique values, validation rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.layouts import PageLayout, layout_for, required_at
from essor.catalog.pipelines import RECORD_TYPE, stage_field
from essor.formula import evaluate
from essor.kernel.clock import Moment, moment_for
from essor.records import demands, held
from essor.records.batch import Batch, Row
from essor.records.parents import Parents
from essor.records.plan import CheckRule, Plan


def check(batch: Batch, plan: Plan) -> None:
    """Refuse the rows that break a rule; each row collects all of its errors."""
    layout = layout_for(batch.object, batch.actor.profile_id, batch.catalog.version)
    for row in batch.rows:
        if _is_known(row):
            _required(row, plan.required)
    for row in batch.live():
        _required_from(row, layout, batch.object)
        for field in plan.checked:
            error = field.kind.check(row.get, field)
            if error:
                row.errors.append(error)
    for field in plan.unique:
        _unique(batch, field)
    demands.check(batch, plan.demands)
    held.check(batch, plan.holds)
    if plan.rules:
        _rules(batch, plan)


def _is_known(row: Row) -> bool:
    """Tell whether only single values of the row are wrong so far: what is missing is told along with them."""
    return (row.is_new or row.id is not None) and all(error.field for error in row.errors)


def _required(row: Row, fields: tuple[Field, ...]) -> None:
    told = {error.field for error in row.errors}
    for field in fields:
        if field.name in told:
            continue
        if row.get(field.name) is None and (row.is_new or field.name in row.offered):
            refuse_missing(row, field)


def _required_from(row: Row, layout: PageLayout, obj: ObjectDef) -> None:
    """Refuse a row that has reached a stage without the fields that its writer's layout requires from there on."""
    stage = stage_field(obj)
    if stage is None or not any(item.required_from for item in layout.items):
        return
    for name in required_at(layout, obj, row.get(stage.name), row.get(RECORD_TYPE)):
        field = obj.field(name)
        if row.get(name) is None and not field.required:
            refuse_missing(row, field)


def refuse_missing(row: Row, field: Field) -> None:
    """Refuse a row for an empty field that must be filled."""
    row.refuse(field.name, _("“%(field)s” is required.") % {"field": field.label}, "REQUIRED_FIELD_MISSING")


def _unique(batch: Batch, field: Field) -> None:
    """Look for each value among the stored records and among the rows before it."""
    rows = [row for row in batch if row.offered.get(field.name) is not None and row.changes(field.name)]
    if not rows:
        return
    holders: dict[Any, list[int]] = defaultdict(list)
    query = batch.object.model._default_manager.filter(
        **{f"{field.attr}__in": {row.offered[field.name] for row in rows}}, is_deleted=False
    )
    for key, value in query.values_list("pk", field.attr):
        holders[value].append(key)
    first: dict[Any, int] = {}
    for row in rows:
        value = row.offered[field.name]
        holder = next((key for key in holders[value] if key != row.id), None)
        if holder is not None or first.setdefault(value, row.index) != row.index:
            message = _("Another record already has this “%(field)s”.") % {"field": field.label}
            row.refuse(field.name, message, "DUPLICATE_VALUE", holder=holder)


def _rules(batch: Batch, plan: Plan) -> None:
    moment = moment_for(batch.context.timezone)
    parents = Parents(batch, [path for rule in plan.rules for path in rule.formula.paths])
    for row in batch.live():
        for rule in plan.rules:
            _rule(row, rule, parents, moment)


def _rule(row: Row, rule: CheckRule, parents: Parents, moment: Moment) -> None:
    value_of = parents.reader(row)
    prior: Callable[[tuple[str, ...]], Any] = parents.prior_reader(row)
    if evaluate(rule.formula, value_of, moment=moment, prior=prior, is_new=row.is_new) is True:
        row.refuse(rule.field, str(rule.message))
