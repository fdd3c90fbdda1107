"""The same condition answered in memory, for a flow branch or a rule over a record that is being written.

Comparisons read values; conditions over other records are put to the database, all of a condition in one query.
A property test holds `matches` and the compiled SQL to the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any as Anything

from django.db.models import BooleanField, Case, Value, When

from essor.access.actor import Actor
from essor.catalog.definitions import ObjectDef
from essor.query import conditions, execute, limits
from essor.query.conditions import Scope
from essor.query.environment import env_for
from essor.query.functions import Record
from essor.query.run import Binds
from essor.query.tree import All, Any, Compare, Condition, InQuery, Not, Path, Query, Related

ValueOf = Callable[[Path], Anything]
OverOthers = InQuery | Related
MONEY_CODE = "CurrencyIsoCode"


def matches(
    actor: Actor,
    obj: ObjectDef,
    condition: Condition | None,
    value_of: ValueOf | Mapping[str, Anything],
    *,
    binds: Binds | None = None,
) -> bool:
    """Tell whether a record meets `condition`. `value_of` gives stored values: a function, or {outside path: value}.

    Conditions over other records are answered for the stored record whose id stands under “Id”.
    """
    limits.check(Query(obj.name, where=condition))
    return holds(condition, Record(obj, env_for(actor, binds=binds), reader(value_of)))


def reader(value_of: ValueOf | Mapping[str, Anything]) -> ValueOf:
    """Return a function of paths; in a mapping names may stand in any case, and what is missing is empty."""
    if not isinstance(value_of, Mapping):
        return value_of
    known = {name.lower(): value for name, value in value_of.items()}
    return lambda path: known.get(str(path).lower())


def holds(condition: Condition | None, record: Record) -> bool:
    """Tell whether a record in memory meets `condition`."""
    others = [leaf for leaf in limits.walk(condition) if isinstance(leaf, InQuery | Related)]
    answers = ask(others, record) if others else {}
    return evaluate(condition, record, answers)


def evaluate(condition: Condition | None, record: Record, answers: Mapping[int, bool]) -> bool:
    """Tell whether the condition holds, given the answers of the conditions over other records by identity."""
    if condition is None:
        return True
    if isinstance(condition, All):
        return all(evaluate(child, record, answers) for child in condition.children)
    if isinstance(condition, Any):
        return any(evaluate(child, record, answers) for child in condition.children)
    if isinstance(condition, Not):
        return not any(evaluate(child, record, answers) for child in condition.children)
    if isinstance(condition, Compare):
        return compare(condition, record)
    return answers[id(condition)]


def compare(condition: Compare, record: Record) -> bool:
    """Tell whether one comparison holds."""
    operand = record.operand(condition.left)
    test, negated = conditions.test_of(condition, operand, record.env)
    value = record.value(condition.left)
    if value is None or value == "":
        return test.on_empty != negated
    return (test.python(value) and same_currency(condition, record)) != negated


def same_currency(condition: Compare, record: Record) -> bool:
    """Tell whether the record's money is in the currency that a literal names."""
    code = conditions.currency(condition)
    if not code or record.operand(condition.left).currency is None or not isinstance(condition.left, Path):
        return True
    return bool(record.value_of(Path((*condition.left.names[:-1], MONEY_CODE))) == code)


def ask(leaves: list[OverOthers], record: Record) -> dict[int, bool]:
    """Return the answers of conditions over other records, by identity, from one query for the stored record."""
    key = record.value_of(Path(("Id",)))
    scope = Scope(record.obj, record.env)
    rows = record.obj.model._base_manager.using(record.env.using).filter(pk=key)
    columns = [truth(leaf, scope) for leaf in leaves]
    found = execute.fetch(record.env, rows.values_list(*columns)) if key is not None else []
    if not found:
        return {id(leaf): leaf.negated for leaf in leaves}
    return {id(leaf): bool(answer) for leaf, answer in zip(leaves, found[0], strict=True)}


def truth(leaf: OverOthers, scope: Scope) -> Case:
    """Return a condition over other records as a column."""
    clause = conditions.as_q(conditions.clause(leaf, scope))
    whens = [When(clause, then=Value(value=True))] if clause else []
    return Case(*whens, default=Value(value=not clause), output_field=BooleanField())
