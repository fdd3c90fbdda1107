"""What formulas, roll-up filters and validation rules must fulfil before the catalog takes them.

The catalog does not know these languages: the checks here are registered with it when the program starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import system_actor
from essor.catalog import checks
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.formula import FormulaError, compile_field, compile_formula
from essor.kernel.clock import moment_for
from essor.kernel.errors import FieldError, QueryRefused, ValidationFailed
from essor.query import codec, conditions, decode
from essor.query.environment import Env
from essor.query.soql.conditions import read_condition
from essor.query.tree import Condition, Me, MyTeam, Path, RelativeDate
from essor.records import rollups

RESULT_OF = {
    "text": "text",
    "number": "number",
    "boolean": "checkbox",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
}


@checks.register
def check_formula(catalog: Catalog, field: Field) -> dict[str, Any]:
    """Return the kind that a formula field returns when nobody said it; ValidationFailed for a wrong formula."""
    if field.kind.name != "formula":
        return {}
    obj = catalog.object(field.object_name)
    try:
        if field.options.get("returns"):
            compile_field(field, obj, catalog)
            return {}
        formula = compile_formula(
            field.formula, obj, catalog, blanks=str(field.options.get("blanks", "zero")), of=field.name
        )
    except FormulaError as error:
        raise ValidationFailed([FieldError("formula", error.code, str(error))]) from error
    return {"returns": RESULT_OF[formula.type]}


@checks.register
def check_rollup(catalog: Catalog, field: Field) -> dict[str, Any]:
    """Return a roll-up's filter as a tree, and whether its value moves without any write; ValidationFailed otherwise."""
    if field.kind.name != "rollup":
        return {}
    way = catalog.object(field.object_name).child(str(field.options.get("relationship", "")))
    child = catalog.object(way.object_name)
    read = {str(field.options.get("field", ""))}
    where = field.options.get("where")
    found: dict[str, Any] = {}
    if where:
        try:
            condition = _condition(child, where)
            _compile(catalog, child, condition)
        except QueryRefused as error:
            place = f"{error.line}:{error.column} " if error.line else ""
            text = _("The filter is wrong: %(reason)s") % {"reason": f"{place}{error.reason}"}
            raise ValidationFailed([FieldError("where", error.code, text)]) from error
        found["where"] = codec.to_json(condition)
        read |= {str(node) for node in _nodes(condition) if isinstance(node, Path)}
        if any(isinstance(node, (RelativeDate, Me, MyTeam)) for node in _nodes(condition)):
            found["live"] = True
    if any(_moves(child, path) for path in read if path):
        found["live"] = True
    return found


@checks.register_rule
def check_rule(catalog: Catalog, obj: ObjectDef, formula: str) -> None:
    """Refuse the formula of a validation rule that is wrong or gives no yes or no."""
    compiled = compile_formula(formula, obj, catalog, rule=True)
    if compiled.type != "boolean":
        raise FormulaError(
            _("A validation rule needs a condition: true for what must not be saved."), formula
        )


@checks.register_filler
def fill_rollup(catalog: Catalog, field: Field) -> None:
    """Compute a new or changed roll-up for all records."""
    rollups.fill(catalog, field)


def _condition(child: ObjectDef, where: Any) -> Condition:
    return read_condition(child.name, where) if isinstance(where, str) else decode.condition(where)


def _compile(catalog: Catalog, child: ObjectDef, condition: Condition) -> None:
    """Compile the filter over the catalog as it would be: every field, every row."""
    actor = system_actor()
    eyes = Env(actor=actor, view=catalog, full=catalog, moment=moment_for(actor.timezone), rows_checked=False)
    conditions.clause(condition, conditions.Scope(child, eyes))


def _nodes(tree: Any) -> Iterable[Any]:
    """Yield a condition and everything in it."""
    if is_dataclass(tree):
        yield tree
        for one in fields(tree):
            yield from _nodes(getattr(tree, one.name))
    elif isinstance(tree, tuple):
        for one in tree:
            yield from _nodes(one)


def _moves(child: ObjectDef, path: str) -> bool:
    """Tell whether a value can change without a write of its row: a parent's, or one computed when it is read."""
    return "." in path or (
        child.has(path) and not child.field(path).has_column and not child.field(path).compound
    )
