"""What the address of a forecast page asks for: the period, the currency, whose figures, which figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.forecasts import board as boards
from essor.domain.forecasts import periods, scope
from essor.domain.forecasts.board import Board, Line
from essor.domain.forecasts.figures import FIGURES, TOGETHER
from essor.domain.forecasts.periods import Period
from essor.faces.web.forecasts import words
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Option
from essor.kernel.errors import Forbidden, NotFound

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Asked:
    """One forecast as its reader asks for it."""

    actor: Actor
    period: Period
    board: Board

    def words(self, **more: str) -> str:
        """Return the query text of the same forecast, with more words."""
        known = {"period": self.period.key, "currency": self.board.currency}
        return urlencode({name: text for name, text in {**known, **more}.items() if text})

    def line(self, key: str) -> Line:
        """Return a line of the board by its key, the total for "total"; NotFound for what the reader does not see."""
        if key in {"", "total"}:
            return self.board.total
        found = next((line for line in self.board.lines if line.key == key), None)
        if found is None:
            raise NotFound(_("There is no such forecast."))
        return found


def for_sellers(view: View) -> View:
    """Let only those in who have forecasts."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not scope.takes_part(actor_of(request)):
            raise Forbidden(_("Forecasts are for people who sell and for those who lead them."))
        return view(request, *args, **kwargs)

    return guarded


def period_of(request: HttpRequest, actor: Actor) -> Period:
    """Return the period of the address."""
    text = request.POST.get("period") or request.GET.get("period", "")
    return periods.read(text, actor.company, timezone.localdate())


def asked(request: HttpRequest, *, apart: bool = False) -> Asked:
    """Return the forecast that the address asks for; `apart` takes the company's currency instead of all together."""
    actor = actor_of(request)
    period = period_of(request, actor)
    currency = request.POST.get("currency") or request.GET.get("currency", "")
    if apart and currency == TOGETHER:
        currency = actor.company.currency
    return Asked(actor, period, boards.board(actor, period, currency))


def figure_of(request: HttpRequest, default: str = "commit") -> str:
    """Return the figure of the address."""
    figure = request.POST.get("figure") or request.GET.get("figure", "")
    return figure if figure in FIGURES else default


def kinds(period: Period) -> list[Option]:
    """Return month and quarter to choose from; the value is the period that corresponds."""
    today = timezone.localdate()
    labels: tuple[tuple[periods.Kind, str], ...] = (("month", _("Month")), ("quarter", _("Quarter")))
    return [
        Option(period.of_kind(kind, today).key, label, selected=period.kind == kind) for kind, label in labels
    ]


def people(board: Board) -> list[Option]:
    """Return the teams and people of a board to choose from, indented as the tree is."""
    lines = [Option(line.key, "\u2003" * line.depth + line.name) for line in board.lines]
    return [Option("total", _("Everybody that I see")), *lines] if len(board.lines) > 1 else lines


def title(line: Line) -> str:
    """Return whose figure it is."""
    return line.name or _("Everybody that I see")


def figure_options(chosen: str) -> list[Option]:
    """Return the figures to choose from."""
    return [Option(name, str(label), selected=name == chosen) for name, label in words.FIGURES.items()]
