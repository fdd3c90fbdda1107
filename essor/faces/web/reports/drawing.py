"""An answer as its page draws it: cells with their links, the chart as JSON for `charts.js`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from essor.access.actor import Actor
from essor.domain.reports.answer import Answer, Cell, Drawn, Line
from essor.faces.web import addresses, formatting
from essor.faces.web.lists.state import build, rows_address
from essor.faces.web.lists.words import told
from essor.kernel.errors import EssorError
from essor.query.tree import All, Condition

MOST_LINKED = 400
MOST_SHOWN = 1_000
NO_FIGURE = ("", "0", "–")


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: its text and where it leads."""

    text: str
    href: str = ""
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """An answer for the template. `overs` are the headings above the headings: (label, how many columns)."""

    answer: Answer
    overs: tuple[tuple[str, int], ...]
    lines: tuple[tuple[Line, tuple[Shown, ...]], ...]
    chart: str
    height: int
    more: int

    @property
    def says_nothing(self) -> bool:
        """Tell whether there is no line, or no figure in any of them."""
        lines = [line for line, _cells in self.lines if line.kind != "total"]
        return not (lines or self.chart) or all(one.text in NO_FIGURE for one in self.answer.metrics)


def picture(answer: Answer, *, linked: bool = True, most: int = MOST_SHOWN) -> Picture:
    """Return an answer ready to draw; `linked` cells lead to the records behind them."""
    overs = tuple(
        (label, len(list(heads))) for label, heads in groupby(answer.heads, key=lambda head: head.over)
    )
    lines = answer.lines
    if len(lines) > most:
        lines = (*lines[: most - 1], lines[-1])
    drawn = tuple(
        (
            line,
            tuple(
                _shown(answer, cell, linked=linked and (at < MOST_LINKED or line.kind == "total"))
                for cell in line.cells
            ),
        )
        for at, line in enumerate(lines)
    )
    chart = answer.chart
    return Picture(
        answer,
        overs if any(label for label, _count in overs) else (),
        drawn,
        chart_json(chart) if chart else "",
        height_of(chart) if chart else 0,
        len(answer.lines) - len(lines),
    )


def _shown(answer: Answer, cell: Cell, *, linked: bool) -> Shown:
    href = ""
    if cell.record and linked:
        href = addresses.record(cell.record)
    elif cell.drill is not None and linked and cell.text not in ("", "0", "–"):
        href = rows_address(answer.object, cell.drill)
    return Shown(cell.text, href, None if cell.share is None else round(cell.share))


def chart_json(chart: Drawn) -> str:
    """Return what `charts.js` draws, with the reader's locale for its numbers."""
    data: dict[str, Any] = {
        "kind": chart.kind,
        "labels": chart.labels,
        "locale": formatting.reader_locale().replace("_", "-"),
        "series": [{"label": one.label, "values": one.values, "unit": one.unit} for one in chart.series],
    }
    return orjson.dumps(data).decode()


def height_of(chart: Drawn) -> int:
    """Return a height in pixels: bars need room for each label."""
    return max(180, min(560, 60 + 26 * len(chart.labels))) if chart.kind == "bar" else 280


def words_of(actor: Actor, object_name: str, where: Condition | None) -> list[str]:
    """Return the criteria of a report in words; nothing where the reader may not see them."""
    return list(_words(actor, object_name, where)) if where is not None else []


def _words(actor: Actor, object_name: str, where: Condition) -> Iterator[str]:
    try:
        state = build(actor, object_name, {"view": "all"})
        for one in where.children if isinstance(where, All) else (where,):
            yield " ".join(filter(None, told(state, one)))
    except EssorError:
        return
