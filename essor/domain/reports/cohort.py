"""Cohorts: of the records created in one month, which share was won within so many months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.domain.forecasts.periods import plus_months
from essor.domain.reports.answer import Answer, Cell, Drawn, Head, Line, Metric, Series
from essor.domain.reports.asking import Asked
from essor.domain.reports.drill import joined
from essor.domain.reports.tree import dated, family_name
from essor.domain.reports.words import end_of
from essor.kernel import formats
from essor.kernel.clock import moment_for
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.tree import Aggregate, Call, Column, Compare, Condition, Constant, Path, Query

HUNDRED = 100
CREATED, CLOSE, WON = "CreatedDate", "CloseDate", "IsWon"
MOST_COHORTS = 60
ENDS = {"Opportunity": (CLOSE, WON), "Lead": ("ConvertedDate", "IsConverted")}


@dataclass(slots=True)
class Cohort:
    """The records of one month: how many there are, and how many were won after how many months."""

    size: int = 0
    won: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def within(self, months: int) -> int:
        """Return how many were won within `months` of the month of their creation."""
        return sum(count for after, count in self.won.items() if after <= months)


def ends_of(asked: Asked) -> tuple[str, str]:
    """Return the day of success and the checkbox that tells of it; QueryRefused for objects without them."""
    found = ENDS.get(asked.object.name)
    if found is None or not all(asked.object.has(name) for name in found):
        message = _("A cohort follows records until they are won, which %(plural)s are not.")
        raise QueryRefused(message % {"plural": asked.object.plural})
    return found


def answer(asked: Asked) -> Answer:
    """Return one line for each month of creation, with the share won by the end of each month after it."""
    end, won = ends_of(asked)
    cohorts = read(asked, end, won)
    months = range(asked.definition.months + 1)
    lines = [_line(asked, start, one, months) for start, one in cohorts.items()]
    if len(cohorts) > 1:
        lines.append(_total(asked, cohorts, months))
    heads = (
        Head(str(_("Created in"))),
        Head(str(asked.object.plural), numeric=True),
        *(Head(_month(after), numeric=True) for after in months),
    )
    shares = [_share(cohorts, after, asked) for after in months]
    series = Series(str(_("Won so far")), tuple(shares), "%")
    last = next((one for one in reversed(shares) if one is not None), None)
    metric = Metric(
        ngettext("Won within %(num)d month", "Won within %(num)d months", asked.definition.months)
        % {"num": asked.definition.months},
        asked.writer.value("percent", last),
    )
    chart = Drawn("line", tuple(_month(after) for after in months), (series,)) if cohorts else None
    return Answer(asked.object.name, heads, tuple(lines), chart, (metric,), (), asked.where)


def read(asked: Asked, end: str, won: str) -> dict[date, Cohort]:
    """Return {first day of the month: its cohort}, in one grouped query."""
    days = dated(CREATED, "datetime"), dated(end, family_name(asked.object.field(end)))
    month, until = (Call("START_OF_MONTH", (day,)) for day in days)
    true = Compare(Path((won,)), "eq", (Constant(value=True, type="boolean"),))
    columns = (
        Column(month, "month"),
        Column(until, "until"),
        Column(Aggregate("COUNT"), "size"),
        Column(Aggregate("COUNT", where=true), "won"),
    )
    found: dict[date, Cohort] = {}
    for row in run.rows(asked.actor, Query(asked.object.name, columns, asked.where, group_by=(month, until))):
        one = found.setdefault(row["month"], Cohort())
        one.size += row["size"]
        if row["won"]:
            after = _months(row["month"], row["until"]) if row["until"] else 0
            one.won[max(0, after)] += row["won"]
    kept = sorted(found)[-MOST_COHORTS:]
    return {start: found[start] for start in kept}


def _line(asked: Asked, start: date, one: Cohort, months: range) -> Line:
    """Return one cohort; months that have not come yet stay empty."""
    first, last = (Constant(day.isoformat(), "date") for day in (start, end_of("month", start)))
    where = joined(
        asked.where, Compare(Path((CREATED,)), "gte", (first,)), Compare(Path((CREATED,)), "lt", (last,))
    )
    age, (end, won) = _age(asked, start), ends_of(asked)
    cells = [
        Cell(asked.writer.period("month", start), start, where),
        Cell(formats.number(one.size, asked.actor.locale), one.size, where),
    ]
    true = Compare(Path((won,)), "eq", (Constant(value=True, type="boolean"),))
    for after in months:
        if after > age:
            cells.append(Cell())
            continue
        share = HUNDRED * one.within(after) / one.size
        drill: Condition | None = None
        if after == min(age, months[-1]):
            over = Constant(plus_months(start, after + 1).isoformat(), "date")
            drill = joined(where, true, Compare(Path((end,)), "lt", (over,)))
        cells.append(Cell(asked.writer.value("percent", share), share, drill, share=share))
    return Line(tuple(cells))


def _total(asked: Asked, cohorts: Mapping[date, Cohort], months: range) -> Line:
    """Return all cohorts together: after n months, those that are n months old or older."""
    size = sum(one.size for one in cohorts.values())
    cells = [Cell(str(_("Together"))), Cell(formats.number(size, asked.actor.locale), size)]
    for after in months:
        share = _share(cohorts, after, asked)
        cells.append(Cell("" if share is None else asked.writer.value("percent", share), share))
    return Line(tuple(cells), "total")


def _share(cohorts: Mapping[date, Cohort], after: int, asked: Asked) -> float | None:
    old = [one for start, one in cohorts.items() if _age(asked, start) >= after]
    size = sum(one.size for one in old)
    return HUNDRED * sum(one.within(after) for one in old) / size if size else None


def _age(asked: Asked, start: date) -> int:
    """Return how many months have begun since a cohort's own."""
    today = moment_for(asked.actor.timezone).today
    return _months(start, today)


def _months(start: date, end: date) -> int:
    return end.year * 12 + end.month - start.year * 12 - start.month


def _month(after: int) -> str:
    return (
        ngettext("%(num)d month", "%(num)d months", after) % {"num": after} if after else str(_("same month"))
    )


def supports(name: str) -> bool:
    """Tell whether an object may have cohorts at all."""
    return name in ENDS
