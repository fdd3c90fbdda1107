"""Leaderboards: the first of a team among those who take part, and one's own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from essor.access.actor import Actor
from essor.domain.forecasts import leaders, scope
from essor.domain.forecasts.leaders import Board, Place, Progress
from essor.domain.forecasts.periods import Period
from essor.faces.web import addresses, formatting
from essor.faces.web.forecasts import asking, words
from essor.faces.web.lists.going import go
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Option
from essor.faces.web.toasts import toast
from essor.kernel import ids

SHOWN = 6  # deals that one helped with, named below the figure


@dataclass(frozen=True, slots=True)
class Standing:
    """One metric: the first of the team, and one's own value here and in the periods before."""

    name: str
    label: str
    help: str
    places: list[tuple[Place, str]]
    own: str
    trend: str
    best: bool
    bars: list[tuple[str, str, int]]
    deals: list[tuple[str, str]] = field(default_factory=list)


@require_GET
@asking.for_sellers
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the boards of all metrics for a team and a period."""
    actor = actor_of(request)
    period, joined = asking.period_of(request, actor), leaders.takes_part(actor.user_id)
    teams = leaders.teams(actor)
    team = _team(request, teams)
    people = leaders.participants(actor, team) if joined else frozenset()
    context = {
        "period": words.period(period),
        "period_key": period.key,
        "kinds": asking.kinds(period),
        "previous": period.moved(-1).key,
        "next": period.moved(1).key,
        "joined": joined,
        "team": team or 0,
        "teams": [
            *(Option(str(key), name, selected=key == team) for key, name in teams),
            Option("0", _("Everybody"), selected=team is None),
        ],
        "count": len(people),
        "me": actor.user_id,
        "standings": [
            _standing(actor, name, period, board)
            for name, board in leaders.boards(actor, period, people).items()
        ],
    }
    return render(request, "forecasts/leaders.html.jinja", context)


def _team(request: HttpRequest, teams: list[tuple[int, str]]) -> int | None:
    wanted = request.GET.get("team", "")
    if wanted == "0" or not teams:
        return None
    chosen = next((key for key, _name in teams if str(key) == wanted), None)
    # The role above holds the colleagues of other teams as well: a better start than one's own role alone.
    return chosen if chosen is not None else teams[min(1, len(teams) - 1)][0]


def _standing(actor: Actor, name: str, period: Period, board: Board) -> Standing:
    (label, explained), way = words.METRICS[name], board.way

    def shown(value: int) -> str:
        return (
            words.amount(value, actor.company.currency)
            if name in leaders.MONEY
            else formatting.number(value, 0)
        )

    return Standing(
        name,
        str(label),
        str(explained),
        [(one, shown(one.value)) for one in board.places],
        shown(way[-1].value),
        _trend(way),
        way[-1].value > 0 and way[-1].value == max(one.value for one in way),
        _bars(way, shown),
        _helped(actor, period) if name == "helped" and way[-1].value else [],
    )


def _helped(actor: Actor, period: Period) -> list[tuple[str, str]]:
    """Return the first of the deals that the reader helped with, so that everybody sees what counted."""
    found = leaders.helped_deals(actor, period)[:SHOWN]
    return [(addresses.record(ids.encode("006", key)), name) for key, name in found]


def _trend(way: list[Progress]) -> str:
    """Return how the period compares with one's own last one."""
    now, before = way[-1].value, way[-2].value
    if not before:
        return ""
    return _("%(percent)s of your %(period)s") % {
        "percent": formatting.percent(round(100 * now / before), 0),
        "period": words.period(way[-2].period),
    }


def _bars(way: list[Progress], shown: Callable[[int], str]) -> list[tuple[str, str, int]]:
    most = max((one.value for one in way), default=0) or 1
    return [(words.period(one.period), shown(one.value), round(100 * one.value / most)) for one in way]


@require_http_methods(["GET", "POST"])
def choice(request: HttpRequest) -> HttpResponseBase:
    """Show the choice to take part, on one's own settings; or make it."""
    actor = actor_of(request)
    if not scope.takes_part(actor):
        return HttpResponse()
    if request.method != "POST":
        return render(request, "forecasts/choice.html.jinja", {"joined": leaders.takes_part(actor.user_id)})
    take_part = request.POST.get("take_part") == "1"
    leaders.choose(actor, take_part=take_part)
    if request.POST.get("from") == "board":
        return go(addresses.LEADERBOARD)
    response = render(request, "forecasts/choice.html.jinja", {"joined": take_part})
    toast(
        response,
        _("You take part in leaderboards.") if take_part else _("You no longer take part in leaderboards."),
    )
    return response
