"""Trees keep their meaning through JSON, and JSON from outside is refused in one sentence that names the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.kernel.errors import QueryRefused
from essor.query import codec
from essor.query import tree as t
from essor.query.tests.trees import any_queries, loose_conditions


@given(any_queries)
@settings(max_examples=150)
def test_a_query_survives_json(query: t.Query) -> None:
    data = orjson.loads(orjson.dumps(codec.to_json(query)))
    assert codec.from_json(data) == query
    assert codec.to_json(codec.query(data)) == data


@given(loose_conditions)
def test_a_condition_survives_json(condition: t.Condition) -> None:
    assert codec.from_json(json.loads(json.dumps(codec.to_json(condition)))) == condition


def test_the_format_is_compact_and_stable() -> None:
    query = t.Query(
        "Contact",
        (t.Column(t.Path(("Account", "Name"))), t.Column(t.Aggregate("COUNT"), "n")),
        where=t.All(
            (
                t.Compare(t.Path(("Email",)), "notnull"),
                t.Compare(t.Path(("CreatedDate",)), "gte", (t.RelativeDate("LAST_N_DAYS", 30),)),
                t.Related("Tasks", t.Compare(t.Path(("Status",)), "eq", (t.Constant("Open"),)), negated=True),
            )
        ),
        order_by=(t.Order(t.Path(("Name",)), descending=True),),
        limit=0,
    )
    assert codec.to_json(query) == {
        "object": "Contact",
        "columns": ["Account.Name", {"expr": {"aggregate": "COUNT"}, "as": "n"}],
        "where": {
            "all": [
                {"field": "Email", "op": "notnull"},
                {"field": "CreatedDate", "op": "gte", "values": [{"date": "LAST_N_DAYS", "n": 30}]},
                {
                    "related": "Tasks",
                    "where": {"field": "Status", "op": "eq", "values": ["Open"]},
                    "not": True,
                },
            ]
        },
        "order_by": [{"by": "Name", "desc": True}],
        "limit": 0,
    }


GOOD = {"field": "Name", "op": "eq", "values": ["x"]}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "$: Expected an object."),
        ([], "$: Expected an object."),
        ({}, "$: “field” is missing."),
        ({"object": "Account", "colums": []}, "$: “colums” is not known here."),
        ({"object": "Account; --"}, "object: Expected a name"),
        ({"object": "A" * 81}, "object: Expected a name"),
        ({"object": 5}, "object: Expected a name"),
        ({"object": "Account", "columns": "Name"}, "columns: Expected a list."),
        ({"object": "Account", "columns": ["Name", "a..b"]}, "columns[1]: “a..b” is not a field name."),
        ({"object": "Account", "columns": [".".join("a" * 13)]}, "columns[0]: "),
        ({"object": "Account", "columns": [{"fields": "SOME"}]}, "columns[0].fields: Expected one of ALL"),
        ({"object": "Account", "columns": [{"typeof": "What", "when": [["A"]]}]}, "columns[0].when[0]: "),
        ({"object": "Account", "columns": [{"expr": {"call": "SLEEP", "of": []}}]}, "columns[0].expr.call: "),
        ({"object": "Account", "columns": [{"expr": {"aggregate": "EVAL"}}]}, "columns[0].expr.aggregate: "),
        ({"object": "Account", "columns": [{"expr": 5}]}, "columns[0].expr: Expected a field name"),
        ({"object": "Account", "limit": -1}, "limit: Expected a whole number"),
        ({"object": "Account", "limit": True}, "limit: Expected a whole number"),
        ({"object": "Account", "limit": 2**70}, "limit: Expected a whole number"),
        (
            {"object": "Account", "offset": {"bind": "a b"}},
            "offset.bind: “a b” is not the name of a variable.",
        ),
        ({"object": "Account", "scope": "ours"}, "scope: Expected one of"),
        ({"object": "Account", "deleted": "yes"}, "deleted: Expected true or false."),
        (
            {"object": "Account", "clauses": ["WHERE Id = NULL"]},
            "clauses[0]: “WHERE Id = NULL” is not a clause",
        ),
        ({"object": "Account", "order_by": [{"by": "Name", "nulls": "middle"}]}, "order_by[0].nulls: "),
        (
            {"object": "Account", "where": {"all": [GOOD, {"any": [{"field": "A", "op": "is"}]}]}},
            "where.all[1].any[0].op: Expected one of eq, ne",
        ),
        ({"field": "Name", "op": ["eq"]}, "op: Expected one of"),
        ({"field": "Name", "op": "eq", "values": [[1]]}, "values[0]: Expected a text, a number"),
        ({"field": "Name", "op": "eq", "values": [float("nan")]}, "values[0]: Expected a text, a number"),
        ({"field": "Name", "op": "eq", "values": [2**80]}, "values[0]: Expected a text, a number"),
        ({"field": "Name", "op": "eq", "values": ["a\x00"]}, "values[0]: This text holds a character"),
        ({"field": "Name", "op": "eq", "values": ["\ud800"]}, "values[0]: This text holds a character"),
        ({"field": "Name", "op": "eq", "values": ["x" * 32_001]}, "values[0]: This text has more than"),
        ({"field": "Name", "op": "eq", "values": [{"value": "x", "type": "date"}]}, "values[0].value: "),
        ({"field": "Name", "op": "eq", "values": [{"value": "x", "currency": "€"}]}, "values[0].currency: "),
        (
            {"field": "Name", "op": "eq", "values": [{"date": "SOMEDAY"}]},
            "values[0].date: Expected one of YESTERDAY",
        ),
        ({"field": "Name", "op": "eq", "values": [{"date": "LAST_N_DAYS"}]}, "values[0]: “n” goes with"),
        ({"field": "Name", "op": "eq", "values": [{"date": "TODAY", "n": 1}]}, "values[0]: “n” goes with"),
        ({"field": "Name", "op": "eq", "values": [{"date": "LAST_N_DAYS", "n": 10**7}]}, "values[0].n: "),
        ({"field": "Name", "op": "eq", "values": [{"me": False}]}, "values[0].me: Expected true."),
        ({"related": "Contacts", "at_least": 0}, "at_least: Expected 1 or more."),
        ({"all": {"0": GOOD}}, "all: Expected a list."),
        ({"all": [GOOD], "any": [GOOD]}, "$: “any” is not known here."),
    ],
)
def test_hostile_json_is_refused_with_the_path_to_it(data: object, sentence: str) -> None:
    with pytest.raises(QueryRefused) as refusal:
        codec.from_json(data)
    assert str(refusal.value).startswith(sentence)


def test_bottomless_json_is_refused() -> None:
    data: Any = GOOD
    for _ in range(5_000):
        data = {"all": [data]}
    with pytest.raises(QueryRefused, match="too deeply"):
        codec.from_json(data)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: {"related": "Tasks", "where": inner},
        lambda inner: {"field": "Id", "in": {"object": "Task", "columns": ["Id"], "where": inner}},
    ],
)
def test_queries_inside_queries_have_an_end(wrap: Callable[[Any], Any]) -> None:
    data: Any = GOOD
    for _ in range(5):
        data = wrap(data)
    codec.from_json(data)
    with pytest.raises(QueryRefused, match="at most 5 levels deep"):
        codec.from_json(wrap(data))


def test_endless_json_is_refused() -> None:
    with pytest.raises(QueryRefused, match="too many parts"):
        codec.from_json({"field": "Name", "op": "in", "values": ["x"] * 100_000})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("object", "field", "op", "values", "all", "none", "in", "date", "call", "of", "x")
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(json_values)
def test_no_json_does_anything_but_decode_or_be_refused(data: object) -> None:
    try:
        codec.from_json(data)
    except QueryRefused as error:
        refusal = error
    else:
        return
    assert ": " in str(refusal)
