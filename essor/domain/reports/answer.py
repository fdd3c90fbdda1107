"""What a report answers, whatever its type: a table of texts and values, what a chart draws, and what lies behind a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext as _

from essor.domain.reports.definition import ChartKind
from essor.query.tree import Condition

LineKind = Literal["group", "subtotal", "total", "row"]


@dataclass(frozen=True, slots=True)
class Head:
    """One column; `unit` is its currency, “%” or empty, `over` the label above it in a matrix."""

    label: str
    numeric: bool = False
    over: str = ""


class Cell(NamedTuple):
    """One cell: its text, its value for a spreadsheet, the records behind it (`drill`), or the record it names.

    The value of money is {currency: amount}; under “≈ EUR” stands what several are worth in the company's.
    """

    text: str = ""
    value: Any = None
    drill: Condition | None = None
    record: str = ""
    share: float | None = None


class Line(NamedTuple):
    """One line of the table; `level` says how deep its group lies."""

    cells: tuple[Cell, ...]
    kind: LineKind = "group"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one colour of columns: a number for each label, in `unit` (a currency, “%”, “days” or none)."""

    label: str
    values: tuple[float | None, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a chart draws."""

    kind: ChartKind
    labels: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """The figure above all others: its label and text; `parts` are the sums of several currencies that it is made of."""

    label: str
    text: str
    parts: str = ""

    def __str__(self) -> str:
        """Return the figure in one line."""
        text = self.text + (f" ({self.parts})" if self.parts else "")
        return _("%(label)s: %(value)s") % {"label": self.label, "value": text}


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `object` is what the records behind a cell are; `drill` all of them; `notes` what to know."""

    object: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    chart: Drawn | None = None
    metrics: tuple[Metric, ...] = ()
    notes: tuple[str, ...] = ()
    drill: Condition | None = None

    @property
    def metric(self) -> Metric | None:
        """Return the first figure, which a tile shows alone."""
        return self.metrics[0] if self.metrics else None
