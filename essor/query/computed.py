"""Fields without a column: formulas, and roll-ups whose filter moves with the date, as SQL over the record's row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.formula import Formula, FormulaError, compile_field, to_sql
from essor.query import conditions, converting, decode, functions, related
from essor.query.converting import CURRENCY
from essor.query.environment import Env, refused, system_eyes
from essor.query.families.base import Sql
from essor.query.operands import Operand, Pair
from essor.query.sql import VALUE, CountAll, Reduce, Whole
from essor.query.tree import Path

_known: tuple[Catalog | None, dict[tuple[str, str], Formula]] = (None, {})


def formula_of(field: Field, obj: ObjectDef, catalog: Catalog) -> Formula:
    """Return a formula field's formula, compiled once for each state of the catalog."""
    global _known  # noqa: PLW0603 -- replaced whole, so threads see the old or the new
    if _known[0] is not catalog:
        _known = (catalog, {})
    formulas = _known[1]
    key = (obj.name, field.name)
    if key not in formulas:
        formulas[key] = compile_field(field, obj, catalog)
    return formulas[key]


def formula(field: Field, obj: ObjectDef, env: Env, resolve: Callable[[Sequence[str]], Operand]) -> Sql:
    """Return a formula's value in the formula language's own units; `resolve` gives what stands at a path."""
    try:
        compiled = formula_of(field, env.full.object(obj.name), env.full)
    except FormulaError as error:
        message = _("The formula of “%(field)s” cannot be computed any more.") % {"field": field.name}
        raise refused(message, code="INVALID_FIELD") from error
    found: Sql = to_sql(compiled, lambda path: column(resolve(path)), moment=env.moment)
    return found


def column(operand: Operand) -> Sql:
    """Return an operand as a formula reads it."""
    if operand.raw is not None:
        return operand.raw
    return operand.expression.key if isinstance(operand.expression, Pair) else operand.expression


def roll_up(field: Field, obj: ObjectDef, prefix: str, env: Env) -> Sql:
    """Return a roll-up over living children as one correlated sub-select, in the eyes of its author.

    Money is gathered in the currency of the record; it is empty when the rate of one child's currency is not known.
    """
    eyes = system_eyes(env)
    child, link = related.child_of(obj, str(field.options["relationship"]), eyes)
    rows = child_rows(field, child, eyes).filter(related.link_to(obj, link, OuterRef(f"{prefix}pk")))
    function = str(field.options["function"]).upper()
    if function == "COUNT":
        return Subquery(rows.annotate(**{VALUE: CountAll()}).values(VALUE))
    source = functions.operand(Path((str(field.options["field"]),)), child, eyes)
    if source.currency is not None:
        code = OuterRef(f"{prefix}{obj.field(CURRENCY).attr}") if obj.has(CURRENCY) else None
        whole = Whole(source.expression, converting.into(source, code, eyes), function=function)
        return Subquery(rows.annotate(**{VALUE: whole}).values(VALUE))
    reduced = Subquery(rows.annotate(**{VALUE: Reduce(source.expression, function=function)}).values(VALUE))
    return Coalesce(reduced, Value(0)) if function == "SUM" else reduced


def child_rows(field: Field, child: ObjectDef, eyes: Env) -> Any:
    """Return the children that a roll-up gathers: those outside the recycle bin that pass its filter."""
    rows = child.model._base_manager.using(eyes.using).order_by()
    if hasattr(child.model, "is_deleted"):
        rows = rows.filter(is_deleted=False)
    where = field.options.get("where")
    if not where:
        return rows
    clause = conditions.clause(decode.condition(where), conditions.Scope(child, eyes))
    return rows if clause is True else rows.filter(conditions.as_q(clause))
