"""The board: teams and people, their figures beside quotas and adjustments."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.domain.forecasts import adjusting, quotas
from essor.domain.forecasts.board import Line
from essor.domain.forecasts.figures import ADJUSTABLE, FIGURES, TOGETHER
from essor.faces.web.forecasts import asking, deals, words
from essor.faces.web.forecasts.asking import Asked

MANY_LINES = 14
FULL = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a line: what the deals say, and the adjusted figure beside it when there is one."""

    name: str
    label: str
    amount: str
    deals: int
    href: str
    adjusted: str = ""
    adjusted_by: str = ""
    adjust_href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it is drawn; bars are percent of the quota, at most 100."""

    line: Line
    name: str
    cells: tuple[Cell, ...]
    quota: str
    attainment: float | None
    closed_bar: int
    commit_bar: int
    gap: str
    reached: bool


@require_GET
@asking.for_sellers
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the board; `part=tree` draws only the figures, after a deal has changed."""
    question = asking.asked(request)
    context = {
        "asked": question,
        "board": question.board,
        "rows": [row(question, line) for line in question.board.lines],
        "total": row(question, question.board.total),
        "columns": columns(),
        "words": question.words(),
        "collapse": len(question.board.lines) > MANY_LINES,
    }
    if request.GET.get("part") == "tree":
        return render(request, "forecasts/again.html.jinja", {**context, "again": True})
    period = question.period
    context |= {
        "period": words.period(period),
        "kinds": asking.kinds(period),
        "may_set": quotas.may_set(question.actor),
        "previous": question.words(period=period.moved(-1).key),
        "next": question.words(period=period.moved(1).key),
        "currencies": question.board.currencies,
        "home": question.actor.company.currency,
        "opened": None,
        "again": False,
    }
    if request.GET.get("figure") in FIGURES:
        context["opened"] = deals.panel(
            question, question.line(request.GET.get("who", "")), request.GET["figure"]
        )
    return render(request, "forecasts/page.html.jinja", context)


def columns() -> list[tuple[str, str, str]]:
    """Return name, label and explanation of each figure."""
    return [(name, str(label), str(words.FIGURE_HELP[name])) for name, label in words.FIGURES.items()]


def row(question: Asked, line: Line) -> Row:
    """Return one line ready to draw."""
    currency, quota = question.board.currency, line.quota
    closed, commit = line.figure("closed"), line.expected("commit")

    def share(units: int) -> int:
        return max(0, min(FULL, round(FULL * units / quota))) if quota else 0

    gap = line.gap
    return Row(
        line,
        asking.title(line),
        tuple(_cell(question, line, name) for name in FIGURES),
        words.amount(quota, currency) if quota else "",
        line.attainment,
        share(closed),
        share(commit),
        "" if gap is None else words.amount(abs(gap), currency),
        gap is not None and gap <= 0,
    )


def _cell(question: Asked, line: Line, name: str) -> Cell:
    currency = question.board.currency
    more = {"who": line.key, "figure": name}
    adjustable = name in ADJUSTABLE and line.person is not None and currency != TOGETHER
    adjusted = words.amount(line.adjusted[name], currency) if name in line.adjusted else ""
    rows = line.adjustments.get(name)
    by = ""
    if rows:
        own = rows[0].author_id == line.person
        by = _("adjusted by themselves") if own else _("adjusted by %(name)s") % {"name": rows[0].author.name}
    elif adjusted:
        by = _("with adjustments")
    may = adjustable and line.person is not None and adjusting.may_adjust(question.actor, line.person)
    return Cell(
        name,
        str(words.FIGURES[name]),
        words.amount(line.figure(name), currency),
        line.sums.count(name),
        question.words(**more),
        adjusted,
        by,
        question.words(**more) if may else "",
    )
