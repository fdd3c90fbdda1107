"""What a chart draws of a grouped report: the first grouping along the axis, the next one (or a matrix's columns) as series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from essor.domain.reports.answer import Drawn, Series
from essor.domain.reports.tree import comparable

if TYPE_CHECKING:
    from essor.domain.reports.grouped import Grouped, Shown

MOST_LABELS = 60
MOST_SERIES = 12
UNITS = {"percent": "%", "days": "", "count": "", "number": ""}


def drawn(grouped: Grouped, tops: Sequence[Any], spread: Sequence[tuple[Any, ...]]) -> Drawn | None:
    """Return what to draw, None when the report has no chart or nothing to draw."""
    asked = grouped.asked
    chart = asked.definition.chart
    one = next(
        (each for each in grouped.shown if each.key == chart.value),
        grouped.shown[0] if grouped.shown else None,
    )
    if not chart.kind or one is None or not asked.rows or not tops:
        return None
    keys = list(tops[:MOST_LABELS])
    labels = tuple(asked.writer.group(asked.rows[0], key) for key in keys)
    return Drawn(chart.kind, labels, tuple(_series(grouped, one, keys, spread))[:MOST_SERIES])


def _series(
    grouped: Grouped, one: Shown, keys: Sequence[Any], spread: Sequence[tuple[Any, ...]]
) -> list[Series]:
    asked = grouped.asked
    first = len(asked.rows)
    home = next((each.conversion.home for each in asked.figures if each.conversion is not None), "")
    if spread:
        across = tuple(range(first, len(asked.groups)))
        found = []
        for column in spread[:MOST_SERIES]:
            label = " · ".join(
                asked.writer.group(group, key) for group, key in zip(asked.across, column, strict=True)
            )
            values = [grouped.values(grouped.cells.at((0, *across), (key, *column)))[one.key] for key in keys]
            found.extend(_by_currency(one, label, values, home))
        return found
    if first > 1:
        inner = sorted(
            {pair[1] for (at, pair) in grouped.cells.totals if at == (0, 1)},
            key=lambda value: grouped.sort_key(asked.rows[1], value),
        )
        found = []
        for value in inner[:MOST_SERIES]:
            values = [grouped.values(grouped.cells.at((0, 1), (key, value)))[one.key] for key in keys]
            found.extend(_by_currency(one, asked.writer.group(asked.rows[1], value), values, home))
        return found
    return _by_currency(
        one, one.label, [grouped.values(grouped.cells.at((0,), (key,)))[one.key] for key in keys], home
    )


def _by_currency(one: Shown, label: str, values: Sequence[Any], home: str) -> list[Series]:
    """Return one series, of money one for each currency: amounts of two currencies share no axis unseen.

    Where rates are known for all of it, one series in the company's currency says it all.
    """
    if one.kind != "money":
        numbers = tuple(value if isinstance(value, (int, float)) else None for value in values)
        return [Series(label, numbers, UNITS.get(one.kind, ""))]
    codes = sorted({code for value in values for code in (value or {})})
    if (
        home
        and len(codes) > 1
        and all(value is None or value.total is not None or set(value) == {home} for value in values)
    ):
        numbers = tuple((comparable(value) or 0) / 10**one.scale for value in values)
        return [Series(f"{label} ({home})", numbers, home)]
    return [
        Series(
            f"{label} ({code})" if len(codes) > 1 and code else label,
            tuple((value or {}).get(code, 0) / 10**one.scale for value in values),
            code,
        )
        for code in codes
    ]
