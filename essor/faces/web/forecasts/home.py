"""The quarter on the home page: a seller's way to the quota, and for who leads others, how far each team or person is."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from essor.access.actor import Actor
from essor.domain.forecasts import scope
from essor.domain.forecasts.board import Board, Line
from essor.faces.web import offers
from essor.faces.web.forecasts import asking, page, words

SHOWN = 8


@offers.home_panel
def quarter_panel(actor: Actor) -> offers.Panel | None:
    """Offer the quarter to those who sell or lead."""
    return offers.Panel("my-quarter", reverse("web:my_quarter")) if scope.takes_part(actor) else None


@require_GET
@asking.for_sellers
def panel(request: HttpRequest) -> HttpResponseBase:
    """Draw the quarter's figures and the first level of the reader's team; nothing while there is no forecast."""
    question = asking.asked(request)
    lines = below(question.board)
    context = {
        "asked": question,
        "empty": question.board.empty,
        "period": words.period(question.period),
        "leads": len(lines) > 1,
        "total": page.row(question, question.board.total),
        "words": question.words(),
        "rows": [page.row(question, line) for line in lines[:SHOWN]] if len(lines) > 1 else [],
        "more": len(lines) > SHOWN,
    }
    return render(request, "forecasts/home.html.jinja", context)


def below(board: Board) -> list[Line]:
    """Return the lines of the highest level at which there is more than one: a manager's people, a director's teams."""
    level = [line for line in board.lines if not line.parent]
    while len(level) == 1 and level[0].has_lines:
        level = [line for line in board.lines if line.parent == level[0].key]
    return level
