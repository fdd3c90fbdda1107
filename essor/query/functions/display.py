"""toLabel and FORMAT: a value as a person reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Case, CharField, Q, Value, When
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from essor.query.environment import Env, refused
from essor.query.families.text import TextFamily
from essor.query.functions.base import Function, Inner, Reader, argument
from essor.query.operands import Operand
from essor.query.tree import Call


def label(call: Call, inner: Inner, env: Env) -> Operand:
    """Return a picklist value's label in the reader's language; other texts as they are."""
    operand = inner(argument(call))
    if operand.field is None or operand.family is None or not operand.family.textual:
        raise refused(_("toLabel() takes a picklist."), call.at, "INVALID_FIELD")
    whens = [
        When(Q(Exact(operand.expression, Value(choice.value))), then=Value(str(choice)))
        for choice in operand.field.choices
        if str(choice) != choice.value
    ]
    if not whens:
        return operand.computed(operand.expression, TextFamily())
    shown = Case(*whens, default=operand.expression, output_field=CharField())
    return operand.computed(shown, TextFamily())


def label_value(call: Call, record: Reader) -> Any:
    """Return the same label in memory."""
    value = record.value(argument(call))
    field = record.operand(argument(call)).field
    return value if value is None or field is None else str(field.choice(value) or value)


def formatted(call: Call, inner: Inner, env: Env) -> Operand:
    """Return the value to be shown in the reader's locale; it can be selected, not compared."""
    operand = inner(argument(call))
    field = operand.field
    if field is None:
        return replace(operand, family=None, finish=str)
    return replace(
        operand, family=None, finish=lambda value: field.kind.display(value, field, env.actor.locale)
    )


def same_value(call: Call, record: Reader) -> Any:
    """Return the value itself."""
    return record.value(argument(call))


FUNCTIONS = (
    Function("toLabel", label, label_value),
    Function("FORMAT", formatted, same_value),
)
