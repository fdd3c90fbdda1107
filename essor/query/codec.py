"""A tree as JSON and back: how saved filters, list views, segments and reports are stored and sent.

Compact and stable: what has its default is left out, the same tree always gives the same JSON. Reading trusts
nothing: any other shape, unknown key, impossible name or bottomless nesting is refused with the JSON path of the
place (`where.all[2].op`).

    field           "Account.Name"
    function        {"call": "CALENDAR_YEAR", "of": ["CloseDate"]}      {"aggregate": "SUM", "of": "Amount"}
                    {"aggregate": "COUNT", "where": {…}}
    value           5, "x", true, null      {"value": "x", "type": "text"}      {"date": "LAST_N_DAYS", "n": 30}
                    {"me": true}    {"my_team": true}    {"bind": "ids"}
    condition       {"field": "Name", "op": "contains", "values": ["x"]}
                    {"field": "Id", "in": {query}}      {"related": "Contacts", "where": {…}, "at_least": 2}
                    {"all": […]}    {"any": […]}    {"none": […]}
    column          "Name"      {"expr": …, "as": "total"}      {"fields": "ALL"}      {"rows": {query}}
                    {"typeof": "What", "when": [["Account", ["Phone"]]], "else": ["Name"]}
    query           {"object": "Contact", "columns": […], "where": {…}, "order_by": [{"by": "Name", "desc": true}], …}
"""

from __future__ import annotations

from typing import Any as Json

from essor.query.decode import condition, query
from essor.query.tree import (
    Aggregate,
    All,
    AllFields,
    Any,
    Bind,
    Call,
    ChildRows,
    Compare,
    Condition,
    Constant,
    Expression,
    InQuery,
    Me,
    MyTeam,
    Order,
    Path,
    Query,
    Related,
    RelativeDate,
    Selected,
    TypeOf,
)

__all__ = ["condition", "from_json", "query", "to_json"]

JsonObject = dict[str, Json]


def to_json(tree: Query | Condition) -> JsonObject:
    """Return a query or a condition as plain JSON values; positions in a text are not kept."""
    return _query(tree) if isinstance(tree, Query) else _condition(tree)


def from_json(data: object) -> Query | Condition:
    """Return the query (it has "object") or the condition that `data` describes; QueryRefused names what is wrong."""
    return query(data) if isinstance(data, dict) and "object" in data else condition(data)


def _query(tree: Query) -> JsonObject:
    """Return a query."""
    found: JsonObject = {"object": tree.object}
    listed = {
        "columns": [_column(one) for one in tree.columns],
        "where": tree.where and _condition(tree.where),
        "group_by": [_expression(one) for one in tree.group_by],
        "grouping": tree.grouping,
        "having": tree.having and _condition(tree.having),
        "order_by": [_order(one) for one in tree.order_by],
        "limit": {"bind": tree.limit_bind.name} if tree.limit_bind else tree.limit,
        "offset": {"bind": tree.offset_bind.name} if tree.offset_bind else tree.offset,
        "scope": tree.scope,
        "deleted": tree.deleted,
        "lock": tree.lock,
        "clauses": list(tree.clauses),
    }
    return found | {
        key: value for key, value in listed.items() if value is not False and value not in (None, "", [])
    }


def _column(column: Selected) -> Json:
    """Return one selected thing."""
    if isinstance(column, AllFields):
        return {"fields": column.which}
    if isinstance(column, ChildRows):
        return {"rows": _query(column.query)}
    if isinstance(column, TypeOf):
        branches = [[name, [str(path) for path in paths]] for name, paths in column.branches]
        otherwise = {"else": [str(path) for path in column.otherwise]} if column.otherwise else {}
        return {"typeof": str(column.path), "when": branches} | otherwise
    inner = _expression(column.expression)
    if column.alias:
        return {"expr": inner, "as": column.alias}
    return inner if isinstance(column.expression, Path) else {"expr": inner}


def _order(order: Order) -> JsonObject:
    """Return one sort key."""
    found: JsonObject = {"by": _expression(order.expression)}
    if order.descending:
        found["desc"] = True
    if order.nulls:
        found["nulls"] = order.nulls
    return found


def _expression(expression: Expression) -> Json:
    """Return an expression; a text is a field here, so that a value is always spelled out."""
    if isinstance(expression, Path):
        return str(expression)
    if isinstance(expression, Call):
        return {"call": expression.function, "of": [_expression(one) for one in expression.arguments]}
    if isinstance(expression, Aggregate):
        inner = {} if expression.argument is None else {"of": _expression(expression.argument)}
        only = {} if expression.where is None else {"where": _condition(expression.where)}
        return {"aggregate": expression.function} | inner | only
    if isinstance(expression, Constant):
        return _constant(expression)
    return _value(expression)


def _constant(constant: Constant) -> JsonObject:
    """Return a constant with all that it says."""
    found: JsonObject = {"value": constant.value}
    if constant.type != "raw":
        found["type"] = constant.type
    if constant.currency:
        found["currency"] = constant.currency
    return found


def _value(value: Expression) -> Json:
    """Return the value of a comparison; an untyped constant is itself."""
    if isinstance(value, Constant):
        return value.value if value.type == "raw" and not value.currency else _constant(value)
    if isinstance(value, RelativeDate):
        return {"date": value.name} if value.n is None else {"date": value.name, "n": value.n}
    if isinstance(value, Bind):
        return {"bind": value.name}
    if isinstance(value, Me):
        return {"me": True}
    if isinstance(value, MyTeam):
        return {"my_team": True}
    return _expression(value)


def _condition(tree: Condition) -> JsonObject:
    """Return a condition."""
    if isinstance(tree, Compare):
        found: JsonObject = {"field": _expression(tree.left), "op": tree.operator}
        return found | ({"values": [_value(value) for value in tree.values]} if tree.values else {})
    if isinstance(tree, InQuery):
        return {"field": str(tree.left), "in": _query(tree.query)} | _negated(negated=tree.negated)
    if isinstance(tree, Related):
        found = {"related": tree.relationship}
        if tree.where is not None:
            found["where"] = _condition(tree.where)
        if tree.at_least != 1:
            found["at_least"] = tree.at_least
        return found | _negated(negated=tree.negated)
    key = "all" if isinstance(tree, All) else "any" if isinstance(tree, Any) else "none"
    return {key: [_condition(child) for child in tree.children]}


def _negated(*, negated: bool) -> JsonObject:
    """Return the mark of a condition turned round."""
    return {"not": True} if negated else {}
