"""Asks the reading road for a report's groups and adds them up to subtotals: one grouped query for most reports.

Averages are asked as sum and count, so that they add up as well. What does not (distinct values, neither over levels nor
over currencies), or what would not be complete (more groups than are shown), is asked once more for each level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from essor.access.actor import Actor
from essor.domain.reports.tree import Amounts, Figure, Group, aggregate, path_of
from essor.query import run
from essor.query.tree import Aggregate, Column, Condition, Expression, Order, Query

MOST_GROUPS = 2_000
Key = tuple[Any, ...]
# {currency, `ALL` for all of them: what is known of the group}
Parts = dict[str, Any]
Sums = dict[str, Parts]
PIECES = {"COUNT": ("COUNT",), "AVG": ("SUM", "COUNT")}
ALL = "="  # stands beside the currencies for all of them: of money what is converted, of anything else the whole


@dataclass(slots=True)
class Cells:
    """The groups of a report: {their keys: sums}, and the sums of every set of groupings that was asked for.

    `cut`: there are more groups than are held. `totals` is {(places of groupings, keys): sums}.
    """

    groups: dict[Key, Sums] = field(default_factory=dict)
    totals: dict[tuple[tuple[int, ...], Key], Sums] = field(default_factory=dict)
    cut: bool = False

    def at(self, places: Sequence[int], keys: Key) -> Sums:
        """Return the sums of one group of a level; nothing when it has no rows."""
        return self.totals.get((tuple(places), keys), {})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the object, the condition, what groups, the figures; `sort` keeps the largest where there are many."""

    actor: Actor
    object: str
    where: Condition | None
    groups: tuple[Group, ...]
    figures: tuple[Figure, ...]
    sort: Figure | None = None
    descending: bool = True


def ask(question: Question, levels: Iterable[tuple[int, ...]]) -> Cells:
    """Return the groups and the totals of `levels`, each a set of places in the groupings."""
    everything = tuple(range(len(question.groups)))
    found = Cells()
    whole = [one for one in question.figures if one.whole]
    apart = [one for one in question.figures if not one.whole]
    by_currency = any(one.currency for one in whole)
    first = whole if by_currency else question.figures
    rows = _asked(question, everything, first, MOST_GROUPS + 1)
    found.cut = len(rows) > MOST_GROUPS
    for row in rows[:MOST_GROUPS]:
        _add(found.groups.setdefault(_keys(row, everything), {}), row, first)
    for level in {*levels}:
        for keys, sums in found.groups.items():
            part = tuple(keys[place] for place in level)
            merge(found.totals.setdefault((level, part), {}), sums, first)
        if found.cut and level != everything and whole:
            _ask_again(question, found, level, whole)
        if apart and (by_currency or level != everything):
            _ask_again(question, found, level, apart, fresh=level != everything)
    return found


def _ask_again(
    question: Question, found: Cells, level: tuple[int, ...], figures: Sequence[Figure], *, fresh: bool = True
) -> None:
    """Ask for a level itself, where its groups do not add up to it; without `fresh` only of the groups that are held."""
    again: dict[Key, Sums] = {}
    for row in _asked(question, level, figures, MOST_GROUPS):
        _add(again.setdefault(_keys(row, level), {}), row, figures)
    for keys, sums in again.items():
        if fresh or (level, keys) in found.totals:
            found.totals.setdefault((level, keys), {}).update(sums)


def _asked(
    question: Question, places: Sequence[int], figures: Sequence[Figure], most: int
) -> list[dict[str, Any]]:
    """Run one grouped query."""
    currencies = list(dict.fromkeys(one.currency for one in figures if one.currency))
    by: list[tuple[str, Expression]] = [(f"g{place}", question.groups[place].expression) for place in places]
    by += [(f"c{path}", path_of(path)) for path in currencies]
    pieces = [
        (f"{one.measure.key}{piece}", aggregate(one, piece, question.where))
        for one in figures
        for piece in PIECES.get(one.measure.function, (one.measure.function,))
    ]
    pieces += [
        (f"{one.measure.key}{piece}{ALL}", aggregate(one, piece, question.where, converted=piece != "COUNT"))
        for one in figures
        if one.conversion is not None
        for piece in PIECES.get(one.measure.function, (one.measure.function,))
    ]
    columns = [Column(expression, name) for name, expression in (*by, *pieces)]
    query = Query(
        question.object,
        tuple(columns),
        question.where,
        group_by=tuple(one for _name, one in by),
        order_by=_order(question, figures),
        limit=most if by else None,
    )
    if not by and len(columns) == 1 and pieces[0][1] == Aggregate("COUNT"):
        return [{pieces[0][0]: run.count(question.actor, Query(question.object, where=question.where))}]
    return run.rows(question.actor, query)


def _order(question: Question, figures: Sequence[Figure]) -> tuple[Order, ...]:
    if question.sort is None or question.sort not in figures:
        return ()
    return (
        Order(
            aggregate(question.sort, question.sort.measure.function, question.where),
            question.descending,
            "last",
        ),
    )


def _keys(row: Mapping[str, Any], places: Sequence[int]) -> Key:
    return tuple(row[f"g{place}"] for place in places)


def _add(sums: Sums, row: Mapping[str, Any], figures: Sequence[Figure]) -> None:
    """Add a row of the database to the sums of its group: what is no money by its currency too, where that is one."""
    currencies = {one.currency for one in figures if one.currency}
    beside = min(currencies) if len(currencies) == 1 else ""
    for one in figures:
        parts, currency = sums.setdefault(one.measure.key, {}), one.currency or beside
        places = [(str(row[f"c{currency}"] or ""), "")] if currency else []
        if one.conversion is not None:
            places.append((ALL, ALL))
        elif not one.currency:
            places.append((ALL, ""))
        for place, mark in places:
            parts[place] = together(one.measure.function, parts.get(place), _piece(row, one, mark))


def _piece(row: Mapping[str, Any], one: Figure, mark: str) -> Any:
    function = one.measure.function
    pieces = [row[f"{one.measure.key}{piece}{mark}"] for piece in PIECES.get(function, (function,))]
    return tuple(pieces) if function == "AVG" else pieces[0]


def merge(into: Sums, sums: Sums, figures: Sequence[Figure]) -> None:
    """Add the sums of one group to those of several."""
    for one in figures:
        name = one.measure.key
        parts = into.setdefault(name, {})
        for currency, value in sums.get(name, {}).items():
            parts[currency] = together(one.measure.function, parts.get(currency), value)


def together(function: str, left: Any, right: Any) -> Any:
    """Return what two groups make together."""
    if left is None or right is None:
        return right if left is None else left
    if function == "AVG":
        return ((left[0] or 0) + (right[0] or 0), left[1] + right[1])
    if function in ("MIN", "MAX"):
        return min(left, right) if function == "MIN" else max(left, right)
    return left + right


def value(figure: Figure, sums: Sums) -> Any:
    """Return a figure's value: `Amounts` of money, a plain value of anything else, None when there is none."""
    known = sums.get(figure.measure.key, {})
    parts = {code: _final(figure.measure.function, part) for code, part in known.items()}
    if figure.kind == "money":
        return _amounts(figure, parts.pop(ALL, None), parts) or None
    found = parts.get(ALL)
    return 0 if found is None and figure.kind == "count" and (known or not sums) else found


def beside(figure: Figure, sums: Sums, code: str) -> Any:
    """Return what is no money of the rows in one currency; None where that is not known."""
    part = sums.get(figure.measure.key, {}).get(code)
    return None if part is None else _final(figure.measure.function, part)


def _amounts(figure: Figure, total: float | None, parts: Parts) -> Amounts:
    """Return money by currency; its total where a currency is not the company's and the rates of all are known."""
    found = Amounts({code: units for code, units in sorted(parts.items()) if units is not None})
    if figure.measure.function in ("AVG", "MIN", "MAX"):
        found.sign = " · "
    way = figure.conversion
    if way is not None and way.adds(found.keys()):
        found.total = total
    return found


def _final(function: str, part: Any) -> Any:
    if function != "AVG":
        return part
    total, count = part
    return total / count if count and total is not None else None
