"""Random accounts and random conditions over them, drawn so that they often meet."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import strategies as st

from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.spec import FieldSpec
from essor.query.tree import All, Call, Compare, Condition, Constant, Not, Path, RelativeDate
from essor.query.tree import Any as AnyOf

TEXTS = (
    "a",
    "A",
    "ab",
    "AB",
    "é",
    "É",
    "Été",
    "a_b",
    "a%b",
    "a\\b",
    "Zoë",
    "ZOË",
    "straße",
    "ИВАН",
    "иван",
    "Œuvre",
    "[x",
    "@",
    "Z",
    "z",
    "ſ",
    "İ",
    "10",
    "true",
    "\U0010ffff",
    "a\U0010ffff",
    " a",
)
NUMBERS = (0.0, -1.0, 1.0, 0.1, 2.5, 1e6, -0.01)
MONEY = (0, 1, 150, 12_345, -100)
CHOICES = ("Media", "Banking", "Energy")
REASONS = ("A", "B", "Ab", "C")
DAYS = (date(2026, 1, 1), date(2026, 6, 30), date(2025, 12, 31), date(2024, 2, 29))
INSTANTS = (
    *(datetime(2026, 1, 1, hour, 30, tzinfo=UTC) for hour in (0, 22, 23)),
    datetime(2025, 12, 31, 23, 0, 0, 123456, tzinfo=UTC),
)
TIMES = (time(0, 0), time(9, 30), time(23, 59, 59))

FIELDS: tuple[tuple[str, str, dict[str, str], dict[str, Any]], ...] = (
    ("Score", "number", {"scale": "2"}, {}),
    ("Share", "percent", {}, {}),
    ("Reasons", "multiselect", {}, {"choices": list(REASONS)}),
    ("Ready", "slider", {}, {}),
    ("Born", "date", {}, {}),
    ("Seen", "datetime", {}, {}),
    ("Alarm", "time", {}, {}),
    ("Place", "geolocation", {}, {}),
    ("Double", "formula", {"returns": "number"}, {"formula": "Score__c * 2"}),
    ("Half", "formula", {"returns": "money"}, {"formula": "AnnualRevenue / 2"}),
    ("Part", "formula", {"returns": "percent"}, {"formula": "Share__c / 3"}),
    ("Big", "formula", {"returns": "checkbox"}, {"formula": "AnnualRevenue > 1"}),
    ("Shout", "formula", {"returns": "text"}, {"formula": "UPPER(Name) & Parent.Industry"}),
)


def add_fields() -> None:
    """Give Account a field of every family."""
    for name, kind, options, more in FIELDS:
        add_field(
            None,
            FieldSpec(object="Account", name=name, kind=kind, label=name, options=options, **more),
        )


def maybe(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


accounts = st.fixed_dictionaries(
    {
        "name": st.sampled_from(TEXTS),
        "site": maybe(TEXTS),
        "industry": maybe(CHOICES),
        "annual_revenue": maybe(MONEY),
        "x_score": maybe(NUMBERS),
        "x_share": maybe(NUMBERS),
        "x_reasons": maybe((";A;", ";A;B;", ";B;C;", ";Ab;", ";A;B;C;")),
        "x_ready": maybe((True, False)),
        "x_born": maybe(DAYS),
        "x_seen": maybe(INSTANTS),
        "x_alarm": maybe(TIMES),
        "x_place_latitude": maybe((0.0, 48.85, -90.0)),
        "x_place_longitude": maybe((0.0, 2.35, 180.0)),
        "currency_iso_code": st.sampled_from(("EUR", "USD")),
    }
)

EQUAL = ("eq", "ne", "in", "nin")
ORDER = ("lt", "lte", "gt", "gte")
TEXTUAL = ("contains", "ncontains", "startswith", "endswith", "like")
RELATIVE = tuple(
    RelativeDate(name, n) for name, n in (("TODAY", None), ("THIS_YEAR", None), ("LAST_N_YEARS", 2))
)
PATTERNS = ("%", "a%", "_", "%b", "É%", "a\\%b", "a\\_b", "%\\\\%", "", "%é%", "Z__", "\\x", "иван%")


def fields(*names: str) -> st.SearchStrategy[Path]:
    return st.sampled_from([Path(tuple(name.split("."))) for name in names])


def constants(*values: Any) -> st.SearchStrategy[Constant]:
    return st.sampled_from([Constant(value) for value in (*values, None)])


def compares(
    lefts: st.SearchStrategy[Any], operators: tuple[str, ...], values: st.SearchStrategy[Any]
) -> Any:
    """Return comparisons; those with a list take several values."""
    several = ("in", "nin", "includes", "excludes")
    return st.sampled_from(operators).flatmap(
        lambda operator: st.builds(
            Compare,
            lefts,
            st.just(operator),
            st.lists(values, min_size=1, max_size=3 if operator in several else 1).map(tuple),
        )
    )


texts = fields("Name", "Site", "Parent.Name", "Parent.Site", "Shout__c")
money = fields("AnnualRevenue", "Half__c", "Parent.AnnualRevenue")
days = fields("Born__c") | st.just(Call("DAY_ONLY", (Path(("Seen__c",)),)))
parts = st.builds(
    lambda name, field: Call(name, (Path((field,)),)),
    st.sampled_from(
        (
            "CALENDAR_YEAR",
            "CALENDAR_QUARTER",
            "DAY_IN_WEEK",
            "WEEK_IN_YEAR",
            "DAY_IN_YEAR",
            "FISCAL_YEAR",
            "FISCAL_QUARTER",
        )
    ),
    st.sampled_from(("Born__c", "Seen__c")),
)
places = st.just(
    Call(
        "DISTANCE",
        (
            Path(("Place__c",)),
            Call("GEOLOCATION", (Constant(45.75, "number"), Constant(4.85, "number"))),
            Constant("km", "text"),
        ),
    )
)
hours = st.just(Call("HOUR_IN_DAY", (Call("convertTimezone", (Path(("Seen__c",)),)),)))
leaves = st.one_of(
    compares(texts, (*EQUAL, *ORDER), constants(*TEXTS, "")),
    compares(texts, TEXTUAL, constants(*TEXTS)),
    compares(texts, ("like",), constants(*PATTERNS)),
    compares(fields("Industry", "Parent.Industry"), EQUAL, constants("media", "Banking", "Nothing")),
    compares(st.just(Call("toLabel", (Path(("Industry",)),))), EQUAL, constants("Media", "energy")),
    compares(money, (*EQUAL, *ORDER), constants(0, 0.01, 1.5, 1.505, 123.45, 1e30, -1)),
    compares(
        fields("AnnualRevenue"),
        ("eq", "gt", "ne"),
        st.sampled_from([Constant(1, "number", "EUR"), Constant(0, "number", "USD")]),
    ),
    compares(
        fields("Score__c", "Share__c", "Double__c", "Part__c"),
        (*EQUAL, *ORDER),
        constants(0, 1, 0.2, 2.5, 33.3),
    ),
    compares(
        fields("Reasons__c"), ("eq", "ne", "includes", "excludes"), constants("a", "A;B", "B", "C;A", "Zz")
    ),
    compares(fields("Ready__c", "Big__c"), EQUAL, constants(True, False)),
    compares(days, (*EQUAL, *ORDER), constants("2026-01-01", "2025-12-31") | st.sampled_from(RELATIVE)),
    compares(
        fields("Seen__c"),
        (*EQUAL, *ORDER),
        constants("2026-01-01", "2026-01-01T00:30:00Z", "2025-12-31T23:00:00.123456Z")
        | st.sampled_from(RELATIVE),
    ),
    compares(fields("Alarm__c"), (*EQUAL, *ORDER), constants("09:30:00", "00:00:00Z")),
    compares(parts, (*EQUAL, *ORDER), constants(1, 4, 53, 2025, 2026)),
    compares(hours, (*EQUAL, *ORDER), constants(0, 1, 23)),
    compares(places, ORDER, constants(1, 400, 5_000, 12_000)),
    compares(
        fields(
            "Name", "Score__c", "AnnualRevenue", "Reasons__c", "Ready__c", "Born__c", "Parent.Site", "Half__c"
        ),
        ("null", "notnull"),
        constants(),
    ),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda group, children: group(tuple(children)),
        st.sampled_from((All, AnyOf, Not)),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)
