"""The builder of a scenario: the same drawing and panels as the set-up's flows, at a desk of its own."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.domain.automation import keepers
from essor.domain.marketing.scenarios import figures, troubles
from essor.faces.web.automation import builder, criteria, drawing, trial
from essor.faces.web.records.reading import actor_of
from essor.faces.web.scenarios.reading import found
from essor.faces.web.scenarios.trouble import told_of


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Draw the scenario; a POST keeps what the panel says, or draws the panel in its new shape."""
    return builder.built(request, found(request, flow_id, request.GET.get("version", "")))


@require_POST
def add(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Put a step somewhere; its panel opens."""
    return builder.added(request, found(request, flow_id))


@require_POST
def move(request: HttpRequest, flow_id: int, step_id: str) -> HttpResponseBase:
    """Move a step among its neighbours."""
    return builder.moved(request, found(request, flow_id), step_id)


@require_POST
def remove(request: HttpRequest, flow_id: int, step_id: str) -> HttpResponseBase:
    """Take a step out, with what is behind its paths."""
    return builder.removed(request, found(request, flow_id), step_id)


@require_POST
def travel(request: HttpRequest, flow_id: int, way: str) -> HttpResponseBase:
    """Take the last edit back, or do it again."""
    return builder.travelled(request, found(request, flow_id), way)


@require_http_methods(["GET", "POST"])
def edit_criteria(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Open the filter builder on the criteria of a place, or keep them."""
    return criteria.edited(request, found(request, flow_id))


@require_http_methods(["GET", "POST"])
def test(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Show the dry run, or take it over one person: it reads as the scenario does, so for its keepers only."""
    shown = found(request, flow_id)
    keepers.require_keeper(actor_of(request), shown.flow)
    return trial.tried(request, shown)


@require_GET
def numbers(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Draw the numbers of the drawing as they are now; each takes the place of its like on the page."""
    shown = found(request, flow_id, request.GET.get("version", ""))
    drawn = drawing.draw_flow(shown, [], shown.desk.counts(shown), shown.desk.head(shown))
    context = {
        "arrows": list(_arrows(drawn.trigger, drawn.cards)),
        "cards": list(_cards(drawn.cards)),
        "desk": shown.desk,
        "shown": shown,
        "fresh": True,
        "figures": figures.figures([flow_id])[flow_id],
        "flow": shown.flow,
        "troubles": told_of(troubles.of_flow(shown.flow)),
    }
    return render(request, "scenarios/numbers.html.jinja", context)


def _cards(cards: tuple[drawing.Card, ...]) -> list[drawing.Card]:
    found: list[drawing.Card] = []
    for one in cards:
        found.append(one)
        for lane in one.lanes:
            found += _cards(lane.cards)
    return found


def _arrows(start: drawing.Card, cards: tuple[drawing.Card, ...]) -> list[drawing.Arrow]:
    every = _cards(cards)
    return [start.arrow, *(one.arrow for one in every), *(lane.arrow for one in every for lane in one.lanes)]
