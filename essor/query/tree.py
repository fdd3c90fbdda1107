"""The one tree that every reader builds and the one compiler runs: frozen, comparable, JSON in and out (see `codec`).

A list view, a segment, a report, a SOQL text, a flow branch and a sharing rule are all a `Query`.
Names are outside names in any case; a path is walked over the catalog that the actor may see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Position = tuple[int, int]
NOWHERE: Position = (0, 0)


@dataclass(frozen=True, slots=True)
class Path:
    """A field reached from the queried object: ("LastName",) or ("Account", "Owner", "Name")."""

    names: tuple[str, ...]
    at: Position = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        """Return the dotted name."""
        return ".".join(self.names)


@dataclass(frozen=True, slots=True)
class Call:
    """A scalar function of SOQL: CALENDAR_YEAR(CreatedDate), toLabel(Industry), FORMAT(Amount), DISTANCE(…).

    Beyond SOQL: START_OF_MONTH and its like, DAYS_BETWEEN, MONTHS_BETWEEN, BAND(Amount, 1000, 5000).
    """

    function: str
    arguments: tuple[Expression, ...]
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """COUNT, COUNT_DISTINCT, SUM, AVG, MIN, MAX or GROUPING over an expression; COUNT() has none.

    `where` lets only some rows of a group count: the won ones among all. SOQL cannot say that.
    """

    function: str
    argument: Expression | None = None
    where: Condition | None = None
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value: text, number, boolean, None, ISO date or datetime as text — parsed by the kind of the other side.

    `currency` is set by literals such as USD5000; `number`/`text` keep SOQL's difference between 'x' and x.
    A datetime always carries its zone ("2026-01-01T10:00:00Z", "…+02:00"). Beside LIKE the text is a pattern:
    % any characters, _ one, a backslash before %, _ or a backslash means the character itself.
    """

    value: str | float | int | bool | None
    type: Literal["text", "number", "boolean", "null", "date", "datetime", "time", "raw"] = "raw"
    currency: str = ""
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A date literal: TODAY, LAST_MONTH, LAST_N_DAYS:30 … evaluated in the actor's time zone when the query runs."""

    name: str
    n: int | None = None
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Me:
    """The acting user."""

    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class MyTeam:
    """The acting user and everyone below in the role tree."""

    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bind:
    """A named hole (:ids) filled by the caller when the query runs; `IN :ids` holds one Bind that stands for a list."""

    name: str
    at: Position = field(default=NOWHERE, compare=False)


Value = Constant | RelativeDate | Me | MyTeam | Bind
Expression = Path | Call | Aggregate | Value


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator value(s)`; a multi-value INCLUDES holds "A;B" texts: all of A and B.

    Operators are eq ne lt lte gt gte in nin null notnull contains ncontains startswith endswith like includes excludes.
    """

    left: Expression
    operator: str
    values: tuple[Value, ...] = ()
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InQuery:
    """Semi-join (or anti-join): `left IN (SELECT field FROM …)`."""

    left: Path
    query: Query
    negated: bool = False
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Related:
    """Records that have (or have not) `at_least` children by `relationship` that match `where`."""

    relationship: str
    where: Condition | None = None
    negated: bool = False
    at_least: int = 1
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """Every child holds; true when empty."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one child holds; false when empty."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """No child holds (the builder's "none" group; SOQL's NOT has one child)."""

    children: tuple[Condition, ...]


Condition = Compare | InQuery | Related | All | Any | Not


@dataclass(frozen=True, slots=True)
class Column:
    """One thing to show, with the alias that SOQL or a report gave it; `at` is where that alias stands."""

    expression: Expression
    alias: str = ""
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AllFields:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""

    which: Literal["ALL", "STANDARD", "CUSTOM"]
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ChildRows:
    """A sub-select: the children by relationship `query.object` (a relationship name), as rows of each parent."""

    query: Query
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TypeOf:
    """TYPEOF What WHEN Account THEN Phone … ELSE Name END."""

    path: Path
    branches: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...] = ()
    at: Position = field(default=NOWHERE, compare=False)


Selected = Column | AllFields | ChildRows | TypeOf


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key; `nulls` None means the dialect's own: first ascending, last descending (Salesforce's rule)."""

    expression: Expression
    descending: bool = False
    nulls: Literal["first", "last"] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A whole question. `rollup` and `cube` group with subtotals; `deleted` also reads the recycle bin (ALL ROWS).

    `scope` is lower case (USING SCOPE mine). `clauses` keeps the rest of SOQL as canonical text in the order written:
    "WITH SECURITY_ENFORCED", "WITH DATA CATEGORY Geography__c ABOVE usa__c", "FOR VIEW", "UPDATE TRACKING".
    `limit_bind` and `offset_bind` stand for LIMIT :n and OFFSET :n; the plain number is None then.
    """

    object: str
    columns: tuple[Selected, ...] = ()
    where: Condition | None = None
    group_by: tuple[Expression, ...] = ()
    grouping: Literal["", "rollup", "cube"] = ""
    having: Condition | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None
    scope: str = ""
    deleted: bool = False
    lock: bool = False
    clauses: tuple[str, ...] = ()
    limit_bind: Bind | None = None
    offset_bind: Bind | None = None
    at: Position = field(default=NOWHERE, compare=False)
