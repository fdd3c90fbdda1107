"""What a report asks and shows, as frozen values; `reading.py` makes them of stored or sent JSON.

{"object": "Opportunity", "type": "summary", "rows": [{"path": "CloseDate", "bucket": "month"}],
"measures": [{"key": "Deals", "function": "COUNT"}, {"key": "Won", "function": "COUNT", "where": {…}}],
"formulas": [{"key": "Rate", "text": "Won / Deals", "shown": "percent"}], "where": {…},
"chart": {"kind": "line", "value": "Rate"}}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from essor.query.tree import Condition

Type = Literal["table", "summary", "matrix", "funnel", "cohort"]
Unit = Literal["", "day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"]
Function = Literal["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"]
ChartKind = Literal["", "column", "bar", "stacked", "line", "donut"]
ShownAs = Literal["number", "percent", "money"]

TYPES: tuple[Type, ...] = get_args(Type)
UNITS: tuple[Unit, ...] = get_args(Unit)
FUNCTIONS: tuple[Function, ...] = get_args(Function)
CHARTS: tuple[ChartKind, ...] = get_args(ChartKind)
SHOWN_AS: tuple[ShownAs, ...] = get_args(ShownAs)

MOST_GROUPINGS = 3
MOST_MEASURES = 12
MOST_COLUMNS = 30
MOST_BANDS = 12
MOST_TOP = 500
MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Grouping:
    """What rows or columns are made of: a field, cut into periods (`unit`) or into bands by their lower bounds."""

    path: str
    unit: Unit = ""
    bands: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of each group: COUNT of its rows (no path), or a function of a field.

    With `until` it is about the days from the date at `path` to the date there. `where` lets only some rows count.
    """

    key: str
    function: Function = "COUNT"
    path: str = ""
    until: str = ""
    where: Condition | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A figure worked out of the others by a formula that names them by their keys: Won / Deals."""

    key: str
    text: str
    label: str = ""
    shown: ShownAs = "number"


@dataclass(frozen=True, slots=True)
class Chart:
    """How the answer is drawn: the kind, and the key of the figure."""

    kind: ChartKind = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole report. `period` is the date that a dashboard's period narrows; `sort` the key of a figure.

    `top` keeps the first groups only. `columns` are a table's paths; `months` how far a cohort is followed.
    """

    object: str
    type: Type = "summary"
    columns: tuple[str, ...] = ()
    rows: tuple[Grouping, ...] = ()
    across: tuple[Grouping, ...] = ()
    measures: tuple[Measure, ...] = ()
    formulas: tuple[Derived, ...] = ()
    where: Condition | None = None
    period: str = ""
    sort: str = ""
    descending: bool = True
    top: int | None = None
    months: int = 12
    chart: Chart = field(default_factory=Chart)

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """Return what groups, rows before columns."""
        return (*self.rows, *self.across)
