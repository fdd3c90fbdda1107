"""Strategies for query trees: all that SOQL can say (`soql_queries`), and all that JSON can carry (`any_queries`)."""

from __future__ import annotations

from datetime import UTC
from typing import Literal

from hypothesis import strategies as st

from essor.query import dates
from essor.query import tree as t

WORDS = (
    "Id",
    "Name",
    "Amount",
    "CloseDate",
    "Account",
    "Owner",
    "Order",
    "Group",
    "Format",
    "Status",
    "Today",
    "Score__c",
    "Site__r",
    "ns__Thing__c",
    "x1",
    "Fields",
    "Count",
    "Calendar_Year",
    "USD5000",
)
OBJECTS = ("Account", "Contact", "Order", "Group", "Site__c", "ns__Thing__c")
GROUPINGS: tuple[Literal["", "rollup", "cube"], ...] = ("", "rollup", "cube")
DATE_FUNCTIONS = ("CALENDAR_YEAR", "DAY_ONLY", "HOUR_IN_DAY", "FISCAL_QUARTER")

names = st.sampled_from(WORDS) | st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,5}__c", fullmatch=True)
paths = st.lists(names, min_size=1, max_size=4).map(lambda found: t.Path(tuple(found)))
binds = st.sampled_from(("x", "ids", "a.b", "fn()", "map.get('k')[0]", "Account.Id")).map(t.Bind)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)

numbers = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
money = st.builds(
    lambda amount, code: t.Constant(amount, "number", code),
    st.integers(-(10**9), 10**9) | st.floats(-(10**9), 10**9).map(lambda x: round(x, 2)),
    st.sampled_from(("USD", "EUR")),
)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda x: x.isoformat().replace("+00:00", "Z"))
typed = st.one_of(
    texts.map(lambda x: t.Constant(x, "text")),
    numbers.map(lambda x: t.Constant(x, "number")),
    money,
    st.booleans().map(lambda x: t.Constant(x, "boolean")),
    st.dates().map(lambda x: t.Constant(x.isoformat(), "date")),
    moments.map(lambda x: t.Constant(x, "datetime")),
    st.times().map(lambda x: t.Constant(x.isoformat(), "time")),
)
relative = st.sampled_from(tuple(dates.FIXED)).map(t.RelativeDate) | st.builds(
    t.RelativeDate, st.sampled_from(tuple(dates.COUNTED)), st.integers(0, dates.LARGEST_N)
)
values = st.one_of(typed, relative, binds, st.just(t.Me()), st.just(t.MyTeam()))
nulls = st.just(t.Constant(None, "null"))

# A pattern in the one way that `parse` writes it: a backslash only before %, _ or a backslash.
patterns = st.lists(st.sampled_from(("%", "_", r"\%", r"\_", "\\\\", "'", "é", "a", "\n")), max_size=8).map(
    "".join
)

distances = st.builds(
    lambda path, place, unit: t.Call("DISTANCE", (path, place, t.Constant(unit, "text"))),
    paths,
    st.builds(
        lambda x, y: t.Call("GEOLOCATION", (t.Constant(x, "number"), t.Constant(y, "number"))),
        st.integers(-90, 90),
        st.floats(-180, 180),
    )
    | binds,
    st.sampled_from(("mi", "km")),
)
date_calls = st.builds(
    lambda name, path, zone: t.Call(name, (t.Call("convertTimezone", (path,)) if zone else path,)),
    st.sampled_from(DATE_FUNCTIONS),
    paths,
    st.booleans(),
)
labels = st.builds(lambda name, path: t.Call(name, (path,)), st.sampled_from(("toLabel", "FORMAT")), paths)
scalars = st.one_of(paths, paths, date_calls, labels, distances)
aggregates = st.builds(t.Aggregate, st.sampled_from(("COUNT", "COUNT_DISTINCT", "SUM", "MIN", "MAX")), paths)


def compares(lefts: st.SearchStrategy[t.Expression]) -> st.SearchStrategy[t.Condition]:
    """Return comparisons of one of `lefts`, as `parse` builds them."""
    return st.one_of(
        st.builds(
            lambda left, operator, value: t.Compare(left, operator, (value,)),
            lefts,
            st.sampled_from(("eq", "ne", "lt", "lte", "gt", "gte")),
            values,
        ),
        st.builds(t.Compare, lefts, st.sampled_from(("null", "notnull"))),
        st.builds(
            lambda left, operator, found: t.Compare(left, operator, tuple(found)),
            lefts,
            st.sampled_from(("in", "nin")),
            st.lists(values | nulls, min_size=1, max_size=4),
        ),
        st.builds(
            lambda left, pattern: t.Compare(left, "like", (t.Constant(pattern, "text"),)), lefts, patterns
        ),
        st.builds(
            lambda left, operator, found: t.Compare(
                left, operator, tuple(t.Constant(x, "text") for x in found)
            ),
            lefts,
            st.sampled_from(("includes", "excludes")),
            st.lists(texts, min_size=1, max_size=3),
        ),
    )


def groups(leaves: st.SearchStrategy[t.Condition]) -> st.SearchStrategy[t.Condition]:
    """Return conditions of `leaves` nested by AND, OR and NOT, without the groups that SOQL would fold away."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda found: t.All(tuple(found))),
            st.lists(inner, min_size=2, max_size=3).map(lambda found: t.Any(tuple(found))),
            inner.map(lambda found: t.Not((found,))),
        ),
        max_leaves=6,
    )


semi_joins = st.builds(
    lambda left, negated, name, field, where: t.InQuery(
        left, t.Query(name, (t.Column(field),), where=where), negated
    ),
    paths,
    st.booleans(),
    st.sampled_from(OBJECTS),
    paths,
    st.none() | compares(paths),
)
conditions = groups(compares(scalars) | semi_joins)
orders = st.builds(t.Order, scalars, st.booleans(), st.sampled_from((None, "first", "last")))
clauses = st.lists(
    st.sampled_from(
        (
            "WITH SECURITY_ENFORCED",
            "WITH USER_MODE",
            "WITH DATA CATEGORY Geography__c AT (usa__c, uk__c)",
        )
    ),
    max_size=2,
).flatmap(
    lambda found: st.lists(
        st.sampled_from(("FOR VIEW", "UPDATE TRACKING, VIEWSTAT")), max_size=2, unique=True
    ).map(lambda more: (*found, *more))
)

typeofs = st.builds(
    lambda path, branches, otherwise: t.TypeOf(path, tuple(branches), tuple(otherwise)),
    paths,
    st.lists(
        st.tuples(st.sampled_from(OBJECTS), st.lists(paths, min_size=1, max_size=2).map(tuple)),
        min_size=1,
        max_size=2,
    ),
    st.lists(paths, max_size=2),
)
columns = st.one_of(
    paths.map(t.Column),
    st.builds(t.Column, st.one_of(date_calls, labels, distances), st.just("") | names),
    st.sampled_from((t.AllFields("ALL"), t.AllFields("STANDARD"), t.AllFields("CUSTOM"))),
    typeofs,
)
child_rows = st.builds(
    lambda name, found, where, limit: t.ChildRows(t.Query(name, tuple(found), where=where, limit=limit)),
    names,
    st.lists(columns, min_size=1, max_size=2),
    st.none() | compares(paths),
    st.none() | st.integers(0, 50),
)

plain_queries = st.builds(
    lambda found, **rest: t.Query(columns=tuple(found), **rest),
    st.lists(columns | child_rows, min_size=1, max_size=4),
    object=st.sampled_from(OBJECTS),
    where=st.none() | conditions,
    order_by=st.lists(orders, max_size=2).map(tuple),
    limit=st.none() | st.integers(0, 10**6),
    offset=st.none() | st.integers(0, 2000),
    scope=st.sampled_from(("", "mine", "team", "everything")),
    deleted=st.booleans(),
    lock=st.booleans(),
    clauses=clauses,
)
bound_queries = st.builds(
    lambda limit, offset: t.Query(
        "Account", (t.Column(t.Path(("Id",))),), limit_bind=limit, offset_bind=offset
    ),
    binds,
    st.none() | binds,
)


@st.composite
def grouped_queries(draw: st.DrawFn) -> t.Query:
    """Return queries whose columns, order and HAVING hold grouped fields and aggregates only."""
    keys = draw(st.lists(paths | date_calls, min_size=1, max_size=3, unique_by=lambda one: repr(one).lower()))
    shown = [t.Column(key, f"k{index}") for index, key in enumerate(keys)]
    counted = [
        t.Column(found, f"a{index}" if index else "")
        for index, found in enumerate(draw(st.lists(aggregates, min_size=1, max_size=2)))
    ]
    grouping: Literal["", "rollup", "cube"] = draw(st.sampled_from(GROUPINGS))
    if grouping:
        counted.append(t.Column(t.Aggregate("GROUPING", keys[0]), "subtotal"))
    key_or_count = st.sampled_from(keys) | aggregates
    return t.Query(
        draw(st.sampled_from(OBJECTS)),
        tuple(shown + counted),
        where=draw(st.none() | conditions),
        group_by=tuple(keys),
        grouping=grouping,
        having=draw(st.none() | groups(compares(key_or_count))),
        order_by=tuple(draw(st.lists(st.builds(t.Order, key_or_count, st.booleans()), max_size=2))),
        limit=draw(st.none() | st.integers(0, 100)),
    )


soql_queries = st.one_of(plain_queries, bound_queries, grouped_queries())

raw = st.none() | st.booleans() | numbers | texts
loose_values = values | raw.map(t.Constant)
loose_conditions = st.recursive(
    st.builds(
        lambda left, operator, found: t.Compare(left, operator, tuple(found)),
        scalars | aggregates,
        st.sampled_from(("eq", "contains", "ncontains", "startswith", "endswith", "in", "like", "null")),
        st.lists(loose_values, max_size=3),
    )
    | semi_joins
    | st.builds(t.Related, names, st.none() | compares(paths), st.booleans(), st.integers(1, 5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: t.All(tuple(found))),
        st.lists(inner, max_size=3).map(lambda found: t.Any(tuple(found))),
        st.lists(inner, max_size=3).map(lambda found: t.Not(tuple(found))),
    ),
    max_leaves=8,
)
any_queries = soql_queries | st.builds(
    lambda found, **rest: t.Query(columns=tuple(found), **rest),
    st.lists(st.builds(t.Column, scalars | aggregates, texts) | columns | child_rows, max_size=3),
    object=st.sampled_from(OBJECTS),
    where=st.none() | loose_conditions,
    order_by=st.lists(orders, max_size=2).map(tuple),
)
