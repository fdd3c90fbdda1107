"""Summary and matrix reports: groups with subtotals, in lines or in lines and columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.domain.reports import cells as asking
from essor.domain.reports.answer import Answer, Cell, Head, Line, Metric
from essor.domain.reports.asking import Asked
from essor.domain.reports.cells import Cells, Question, Sums
from essor.domain.reports.charts import drawn
from essor.domain.reports.drill import behind, joined
from essor.domain.reports.formulas import worked_out
from essor.domain.reports.tree import Group, ValueKind, comparable
from essor.kernel import formats
from essor.query.folding import fold
from essor.query.tree import Condition

MOST_ACROSS = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure or formula as a column: its key, label and kind."""

    key: str
    label: str
    kind: ValueKind
    scale: int = 2
    field: Any = None
    where: Condition | None = None


@dataclass(slots=True)
class Grouped:
    """The groups of a report, sorted, with what is needed to write them."""

    asked: Asked
    cells: Cells
    shown: tuple[Shown, ...]
    known: dict[int, dict[str, Any]] = field(default_factory=dict)

    def values(self, sums: Sums) -> dict[str, Any]:
        """Return {key: value} of all figures and formulas of a group."""
        if id(sums) in self.known:
            return self.known[id(sums)]
        asked = self.asked
        found = {one.measure.key: asking.value(one, sums) for one in asked.figures}
        worked = {
            one.key: worked_out(asked.actor, one, formula, found, sums, asked.figures)
            for one, formula in asked.formulas
        }
        values = found | worked
        if sums:  # the sums of a group stay as long as its report: no other comes to lie at their address
            self.known[id(sums)] = values
        return values

    def keys(self, place: int, places: Sequence[int], before: tuple[Any, ...]) -> list[Any]:
        """Return the values of the grouping at `place` under those of `places` before it, sorted."""
        level = (*places, place)
        found = {keys[-1] for (at, keys) in self.cells.totals if at == level and keys[:-1] == before}
        group = self.asked.groups[place]
        order = sorted(found, key=lambda value: self.sort_key(group, value))
        if self.asked.definition.sort and place < len(self.asked.rows):
            order = self.by_value(order, level, before)
        return order

    def by_value(self, order: list[Any], level: tuple[int, ...], before: tuple[Any, ...]) -> list[Any]:
        """Return groups sorted by the figure that the report sorts by, those without one last."""
        definition = self.asked.definition

        def weight(value: Any) -> tuple[bool, float]:
            found = self.values(self.cells.at(level, (*before, value))).get(definition.sort)
            number = comparable(found)
            if not isinstance(number, (int, float)):
                return (True, 0.0)
            return (False, -number if definition.descending else number)

        return sorted(order, key=weight)

    def sort_key(self, group: Group, value: Any) -> tuple[Any, ...]:
        """Return what a group is sorted by on its own: its place in time, in its list, in the alphabet; empty ones last."""
        if value is None:
            return (1,)
        if group.family == "picklist" and group.field.choices:
            places = {choice.value: at for at, choice in enumerate(group.field.choices)}
            return (0, places.get(value, len(places)), fold(str(value)))
        if group.field.targets or group.family in ("text", "picklist", "id"):
            return (0, fold(self.asked.writer.group(group, value)))
        return (0, value)

    def drill(self, places: Sequence[int], keys: Sequence[Any], one: Shown | None = None) -> Condition | None:
        """Return the condition of the records behind a group, and behind one figure of it."""
        own = [behind(self.asked.groups[place], key) for place, key in zip(places, keys, strict=True)]
        return joined(self.asked.where, *own, one.where if one else None)

    def figures(self, places: Sequence[int], keys: Sequence[Any]) -> list[Cell]:
        """Return the cells of all figures of a group."""
        sums = self.cells.at(places, tuple(keys))
        values = self.values(sums)
        return [
            self.cell(one, values[one.key], self.drill(places, keys, one) if sums else None)
            for one in self.shown
        ]

    def cell(self, one: Shown, value: Any, drill: Condition | None = None) -> Cell:
        """Return one figure's cell."""
        text = self.asked.writer.value(one.kind, value, scale=one.scale, field=one.field)
        return Cell(text, plain(one, value, self.asked.actor.company.currency), drill)


def plain(one: Shown, value: Any, home: str) -> Any:
    """Return a value for a spreadsheet: money in major units of each currency, and all of it in `home`."""
    if one.kind != "money" or value is None:
        return value
    amounts = {code: units / 10**one.scale for code, units in value.items()}
    total = getattr(value, "total", None)
    return amounts if total is None else amounts | {f"≈ {home}": total / 10**one.scale}


def shown_of(asked: Asked) -> tuple[Shown, ...]:
    """Return the figures and formulas of a report as columns."""
    figures = [
        Shown(one.measure.key, one.label, one.kind, one.scale, one.field, one.measure.where)
        for one in asked.figures
    ]
    formulas = [
        Shown(one.key, str(_(one.label)) if one.label else one.text, one.shown) for one, _f in asked.formulas
    ]
    return (*figures, *formulas)


def answer(asked: Asked) -> Answer:
    """Return the answer of a summary or matrix report."""
    rows, across = range(len(asked.rows)), range(len(asked.rows), len(asked.groups))
    down = [tuple(rows[:length]) for length in range(len(rows) + 1)]
    over = [tuple(across[:length]) for length in range(len(across) + 1)]
    levels = [(*one, *other) for one in down for other in ((), over[-1])]
    sort = next((one for one in asked.figures if one.measure.key == asked.definition.sort), None)
    question = Question(
        asked.actor,
        asked.object.name,
        asked.where,
        asked.groups,
        asked.figures,
        sort,
        asked.definition.descending,
    )
    found = asking.ask(question, levels)
    columns = [{key[place] for key in found.groups} for place in range(len(asked.groups))]
    asked.writer.read_names(zip(asked.groups, columns, strict=True))
    grouped = Grouped(asked, found, shown_of(asked))
    tops = grouped.keys(0, (), ()) if asked.rows else []
    kept = tops[: asked.definition.top] if asked.definition.top else tops
    spread = list(spread_of(grouped))
    lines = list(lines_of(grouped, kept, spread))
    total = grouped.values(found.at((), ()))
    return Answer(
        asked.object.name,
        heads_of(grouped, spread),
        tuple(lines),
        drawn(grouped, kept, spread),
        tuple(metrics(grouped, total)),
        tuple(notes(asked, found, len(tops), len(kept))),
        asked.where,
    )


def metrics(grouped: Grouped, total: Mapping[str, Any]) -> Iterator[Metric]:
    """Yield the figures over everything, the one that the chart shows before the others."""
    lead = grouped.asked.definition.chart.value
    for one in sorted(grouped.shown, key=lambda each: each.key != lead):
        value = total[one.key]
        text = grouped.asked.writer.value(one.kind, value, scale=one.scale, field=one.field)
        whole = grouped.asked.writer.together(value, one.scale) if one.kind == "money" else ""
        yield (
            Metric(one.label, whole, text.removesuffix(whole).rstrip()) if whole else Metric(one.label, text)
        )


def notes(asked: Asked, found: Cells, groups: int, kept: int) -> Iterator[str]:
    """Yield what the reader should know of what is not shown."""
    across = tuple(range(len(asked.rows), len(asked.groups)))
    columns = len({keys for at, keys in found.totals if at == across}) if across else 0
    if found.cut:
        yield ngettext(
            "There are more groups: the first %(num)s is shown, totals count all.",
            "There are more groups: the first %(num)s are shown, totals count all.",
            asking.MOST_GROUPS,
        ) % {"num": formats.number(asking.MOST_GROUPS, asked.actor.locale)}
    if columns > MOST_ACROSS:
        yield _("The first %(kept)d of %(groups)d columns; the total counts all.") % {
            "kept": MOST_ACROSS,
            "groups": columns,
        }
    if kept < groups:
        yield _("The first %(kept)d of %(groups)d groups; the total counts all.") % {
            "kept": kept,
            "groups": groups,
        }


def spread_of(grouped: Grouped) -> Iterator[tuple[Any, ...]]:
    """Yield the keys of a matrix's columns, in order."""
    first, count = len(grouped.asked.rows), len(grouped.asked.across)
    if not count:
        return
    places = tuple(range(first, first + count))
    found = {keys for (at, keys) in grouped.cells.totals if at == places}
    if count == 1:
        yield from [(key,) for key in grouped.keys(first, (), ())][:MOST_ACROSS]
        return
    order = sorted(
        found,
        key=lambda keys: [
            grouped.sort_key(grouped.asked.groups[at], key) for at, key in zip(places, keys, strict=True)
        ],
    )
    yield from order[:MOST_ACROSS]


def heads_of(grouped: Grouped, spread: Sequence[tuple[Any, ...]]) -> tuple[Head, ...]:
    """Return the columns: one for each grouping, then the figures, in a matrix under each column's group."""
    asked = grouped.asked
    heads = [Head(group.label) for group in asked.rows]
    for keys in spread:
        over = " · ".join(
            asked.writer.group(group, key) for group, key in zip(asked.across, keys, strict=True)
        )
        heads.extend(Head(one.label, numeric=True, over=over) for one in grouped.shown)
    over = str(_("Total")) if spread else ""
    heads.extend(Head(one.label, numeric=True, over=over) for one in grouped.shown)
    return tuple(heads)


def lines_of(grouped: Grouped, tops: Sequence[Any], spread: Sequence[tuple[Any, ...]]) -> Iterator[Line]:
    """Yield the lines: groups, the subtotals behind them, the total of all."""
    count = len(grouped.asked.rows)
    yield from _below(grouped, (), tops, spread)
    if count or not grouped.cells.groups:
        names = [Cell(str(_("Total")))] + [Cell() for _place in range(count - 1)] if count else []
        yield Line((*names, *_wide(grouped, (), (), spread)), "total")
    elif not count:
        yield Line(tuple(_wide(grouped, (), (), spread)), "total")


def _below(
    grouped: Grouped, before: tuple[Any, ...], keys: Iterable[Any], spread: Sequence[tuple[Any, ...]]
) -> Iterator[Line]:
    """Yield the lines of groups at one level, those within first and each one's subtotal behind them."""
    level, count = len(before), len(grouped.asked.rows)
    places = tuple(range(level + 1))
    for at, key in enumerate(keys):
        here = (*before, key)
        name = Cell(
            grouped.asked.writer.group(grouped.asked.rows[level], key), key, grouped.drill(places, here)
        )
        if level == count - 1:
            # A group is named once; its further lines leave the cell empty.
            yield Line(
                (*_names(grouped, before, shown=at == 0), name, *_wide(grouped, places, here, spread)),
                "group",
                level,
            )
            continue
        yield from _below(grouped, here, grouped.keys(level + 1, places, here), spread)
        padding = [Cell() for _place in range(count - level - 1)]
        label = Cell(_("Total of %(group)s") % {"group": name.text}, key, name.drill)
        yield Line(
            (*[Cell() for _key in before], label, *padding, *_wide(grouped, places, here, spread)),
            "subtotal",
            level,
        )


def _names(grouped: Grouped, keys: Sequence[Any], *, shown: bool) -> list[Cell]:
    """Return the names of the groups that a line lies in."""
    asked = grouped.asked
    return [
        Cell(asked.writer.group(asked.rows[at], key) if shown else "", key) for at, key in enumerate(keys)
    ]


def _wide(
    grouped: Grouped, places: tuple[int, ...], keys: tuple[Any, ...], spread: Sequence[tuple[Any, ...]]
) -> Iterator[Cell]:
    """Yield the figures of a line: of each column's group, then of all."""
    first = len(grouped.asked.rows)
    across = tuple(range(first, len(grouped.asked.groups)))
    for columns in spread:
        yield from grouped.figures((*places, *across), (*keys, *columns))
    yield from grouped.figures(places, keys)
