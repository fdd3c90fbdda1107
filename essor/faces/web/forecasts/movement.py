"""What moved since a day: a waterfall of bars that is a table, each bar with its deals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access.view import catalog_for
from essor.domain.forecasts import moves, scope, snapshots
from essor.domain.forecasts.board import Line
from essor.domain.forecasts.figures import is_in
from essor.domain.forecasts.models import Snapshot
from essor.domain.forecasts.moves import Moved, Waterfall
from essor.faces.web import addresses, formatting
from essor.faces.web.forecasts import asking, words
from essor.faces.web.forecasts.asking import Asked
from essor.faces.web.shapes import Option
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import Column, Path, Query

WIDTH = 1000
USUAL = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the waterfall: `left` and `width` of WIDTH, its tone, its amount in words."""

    name: str
    label: str
    amount: str
    left: int
    width: int
    tone: str
    deals: int = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class MovedDeal:
    """One moved deal in words."""

    name: str
    href: str
    owner: str
    before: str
    after: str
    difference: str
    changes: Sequence[tuple[str, str, str]]


@require_GET
@asking.for_sellers
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the waterfall."""
    asked = asking.asked(request)
    figure, line = asking.figure_of(request), asked.line(request.GET.get("who", ""))
    days = snapshots.days()
    context: dict[str, Any] = {
        "asked": asked,
        "period": words.period(asked.period),
        "period_key": asked.period.key,
        "days": days,
        "kinds": asking.kinds(asked.period),
        "who": line.key,
        "people": asking.people(asked.board),
        "figures": asking.figure_options(figure),
        "currency": asked.board.currency,
        "bars": [],
        "since": None,
        "currencies": asked.board.currencies,
        "home": asked.actor.company.currency,
        "back": asked.words(),
    }
    if days:
        day = _day(request, days)
        question = _question(asked, line, figure, day)
        found = moves.waterfall(question)
        more = {"who": line.key, "figure": figure, "since": day.isoformat()}
        context |= {
            "since": day,
            "bars": bars(found, asked, more),
            "changed": words.signed(found.end - found.start, asked.board.currency),
            "presets": _presets(days, day),
            "quiet": not found.movements,
            "previous": asked.words(**more, period=asked.period.moved(-1).key),
            "next": asked.words(**more, period=asked.period.moved(1).key),
        }
    return render(request, "forecasts/movements.html.jinja", context)


@require_GET
@asking.for_sellers
def deals(request: HttpRequest) -> HttpResponseBase:
    """Draw the deals of one movement."""
    asked = asking.asked(request)
    reason = request.GET.get("reason", "")
    days = snapshots.days()
    if reason not in words.REASONS or not days:
        raise NotFound(_("There is no such movement."))
    line = asked.line(request.GET.get("who", ""))
    question = _question(asked, line, asking.figure_of(request), _day(request, days))
    rows = moves.deals(question, reason)
    context = {"label": str(words.REASONS[reason]), "rows": _named(asked, rows), "most": moves.DEALS_SHOWN}
    return render(request, "forecasts/moved.html.jinja", context)


def _question(asked: Asked, line: Line, figure: str, day: date) -> moves.Asked:
    """Return the question about one line; the total is about everybody, also those who have nothing any more."""
    whole = line is asked.board.total
    people = scope.people(asked.actor) if whole else frozenset(_everybody(asked, line))
    return moves.Asked(
        asked.actor,
        asked.period,
        figure,
        asked.board.currency,
        Snapshot.objects.get(day=day),
        people,
        everybody=whole and scope.sees_all(asked.actor),
    )


def _everybody(asked: Asked, line: Line) -> set[int]:
    """Return the people of a line, also those of a team who have no figures in the period any more."""
    if line.person is not None or not line.key.startswith("r"):
        return set(line.people)
    state, role = asked.actor.snapshot, int(line.key[1:])
    below = state.roles_under(role)
    own = {role} if asked.actor.role_id != role or scope.sees_all(asked.actor) else set()
    inside = {person.id for person in state.people.values() if person.role_id in below | own}
    return (inside & scope.people(asked.actor)) | set(line.people)


def _day(request: HttpRequest, days: Sequence[date]) -> date:
    """Return the day of the address; the nearest picture before it, the oldest when there is none."""
    try:
        wanted = date.fromisoformat(request.GET.get("since", ""))
    except ValueError:
        wanted = timezone.localdate() - USUAL
    return next((day for day in days if day <= wanted), days[-1])


def _presets(days: Sequence[date], chosen: date) -> list[Option]:
    """Return the days to choose from."""
    return [Option(day.isoformat(), _day_name(day), selected=day == chosen) for day in days]


def _day_name(day: date) -> str:
    """Return a day with how long ago it was, as long as that says anything."""
    name, ago = formatting.day(day), formatting.relative(day)
    return name if name == ago else f"{name} ({ago})"


def bars(found: Waterfall, asked: Asked, more: dict[str, str]) -> list[Bar]:
    """Return start, movements and end as bars of one scale."""
    levels = [0, found.start]
    for one in found.movements:
        levels.append(levels[-1] + one.amount)
    low, high = min(0, *levels), max(1, *levels)

    def place(units: int) -> int:
        return round(WIDTH * (units - low) / (high - low))

    currency = asked.board.currency

    def whole(name: str, label: str, units: int) -> Bar:
        left, right = sorted((place(0), place(units)))
        return Bar(name, label, words.amount(units, currency), left, right - left, "whole")

    drawn = [whole("start", _("At the start"), found.start)]
    for level, one in zip(levels[1:], found.movements, strict=False):
        left, right = sorted((place(level), place(level + one.amount)))
        drawn.append(
            Bar(
                one.reason,
                str(words.REASONS[one.reason]),
                words.signed(one.amount, currency),
                left,
                max(right - left, 3 if one.amount else 0),
                "up" if one.amount >= 0 else "down",
                one.deals,
                asked.words(**more, reason=one.reason),
            )
        )
    drawn.append(whole("end", _("Now"), found.end))
    return drawn


def _named(asked: Asked, rows: Sequence[Moved]) -> list[MovedDeal]:
    """Return moved deals with the names that the reader may see, those in the recycle bin included."""
    obj = catalog_for(asked.actor).object(scope.DEALS)
    query = Query(
        obj.name,
        columns=tuple(Column(Path(path)) for path in (("Id",), (obj.name_field,), ("Owner", "Name"))),
        where=is_in("Id", [one.opportunity for one in rows]),
        deleted=True,
    )
    known = {row["Id"]: row for row in run.rows(asked.actor, query)} if rows else {}
    return [_line(asked, obj.prefix, one, known.get(one.opportunity), obj.name_field) for one in rows]


def _line(asked: Asked, prefix: str, one: Moved, known: dict[str, Any] | None, name_field: str) -> MovedDeal:
    changes: list[tuple[str, str, str]] = []
    if known is None:  # how it stands by now is not the reader's to know
        return MovedDeal(
            _("A deal that you may not see or that is gone"), "", "", *_amounts(asked, one), changes
        )
    if one.close_before and one.close_after and one.close_before != one.close_after:
        changes.append((_("Close date"), formatting.day(one.close_before), formatting.day(one.close_after)))
    if one.stage_before and one.stage_after and one.stage_before != one.stage_after:
        stage = catalog_for(asked.actor).object(scope.DEALS).by_name.get("stagename")
        labels = {choice.value: str(choice) for choice in stage.choices} if stage else {}
        if labels:
            before, after = (labels.get(text, text) for text in (one.stage_before, one.stage_after))
            changes.append((_("Stage"), before, after))
    return MovedDeal(
        str(known[name_field]),
        addresses.record(ids.encode(prefix, one.opportunity)),
        str(known.get("Owner.Name") or ""),
        *_amounts(asked, one),
        changes,
    )


def _amounts(asked: Asked, one: Moved) -> tuple[str, str, str]:
    """Return what a deal counted then and counts now, and the difference."""
    currency = asked.board.currency
    before, after = words.amount(one.before, currency), words.amount(one.after, currency)
    return before, after, words.signed(one.after - one.before, currency)
