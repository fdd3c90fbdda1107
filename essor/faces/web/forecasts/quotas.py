"""Quotas of a fiscal year: people × months, written as a whole."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from essor.access.actor import Actor
from essor.access.models import UserRole
from essor.domain.forecasts import amounts, periods, quotas, scope
from essor.domain.forecasts.quotas import Cell, Grid
from essor.faces.web import addresses, formatting
from essor.faces.web.forecasts import asking, words
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Option
from essor.faces.web.toasts import flash
from essor.kernel.whole import whole

NAMED = re.compile(r"q-(\d{1,18})-(\d{4}-\d{2}-01)", re.ASCII)
YEARS = 2


@require_http_methods(["GET", "POST"])
@asking.for_sellers
def show(request: HttpRequest) -> HttpResponseBase:
    """Show the grid, or write it; when anything is wrong nothing is written and everything typed stays."""
    actor = actor_of(request)
    start, currency, team = _year(request, actor), _currency(request, actor), _team(request)
    grid = quotas.grid(actor, start, currency, team)
    typed = _shown(grid)
    errors: dict[Cell, str] = {}
    if request.method == "POST":
        sent = _sent(request, grid)
        units, errors = quotas.read(actor, sent)
        errors = errors or quotas.write(actor, grid, units)
        if not errors:
            flash(request, _("The quotas are saved."))
            return HttpResponseRedirect(f"{reverse('web:forecast_quotas')}?{_words(start, currency, team)}")
        typed |= sent
    return _draw(request, actor, grid, team, typed, errors)


def _draw(
    request: HttpRequest,
    actor: Actor,
    grid: Grid,
    team: int | None,
    typed: dict[Cell, str],
    errors: dict[Cell, str],
) -> HttpResponseBase:
    months = [periods.Period("month", day) for day in grid.months]
    years = [periods.plus_months(grid.start, 12 * step) for step in range(-YEARS, YEARS + 1)]
    context: dict[str, Any] = {
        "grid": grid,
        "typed": typed,
        "errors": errors,
        "currency": grid.currency,
        "months": [(one.start, words.month(one), words.period(one)) for one in months],
        "years": [Option(day.isoformat(), _year_name(day), selected=day == grid.start) for day in years],
        "teams": _teams(actor, team),
        "team": team,
        "currencies": [
            Option(one, one, selected=one == grid.currency)
            for one in amounts.currencies(actor.company.currency)
        ],
        "totals": {one[0]: words.amount(grid.total(one[0]), grid.currency) for one in grid.people},
        "summary": ngettext("%(num)s person", "%(num)s people", len(grid.people)) % {"num": len(grid.people)},
        "import_href": f"{addresses.IMPORTS}?object={scope.QUOTA}",
        "list_href": addresses.object_list(scope.QUOTA),
    }
    return render(request, "forecasts/quotas.html.jinja", context, status=422 if errors else 200)


def _shown(grid: Grid) -> dict[Cell, str]:
    size = 10 ** amounts.scale()
    return {cell: formatting.input_number(one.amount / size) for cell, one in grid.cells.items()}


def _sent(request: HttpRequest, grid: Grid) -> dict[Cell, str]:
    """Return the typed cells of people and months that the grid holds."""
    people, months = {one[0] for one in grid.people}, set(grid.months)
    found = {}
    for name, text in request.POST.items():
        parts = NAMED.fullmatch(name)
        if parts is None:
            continue
        try:
            cell = int(parts[1]), date.fromisoformat(parts[2])
        except ValueError:
            continue
        if cell[0] in people and cell[1] in months:
            found[cell] = str(text)
    return found


def _year(request: HttpRequest, actor: Actor) -> date:
    month = actor.company.fiscal_year_start_month
    try:
        day = date.fromisoformat(request.POST.get("year") or request.GET.get("year", ""))
    except ValueError:
        day = timezone.localdate()
    if not periods.EARLIEST <= day.year <= periods.LATEST:
        day = timezone.localdate()
    return periods.holding(day, "quarter", month).year_start


def _year_name(start: date) -> str:
    return str(start.year) if start.month == 1 else f"{start.year}/{(start.year + 1) % 100:02d}"


def _currency(request: HttpRequest, actor: Actor) -> str:
    wanted = request.POST.get("currency") or request.GET.get("currency", "")
    return wanted if wanted in amounts.currencies(actor.company.currency) else actor.company.currency


def _team(request: HttpRequest) -> int | None:
    text = request.POST.get("team") or request.GET.get("team", "")
    return whole(text)


def _teams(actor: Actor, team: int | None) -> list[Option]:
    state = actor.snapshot
    roles = {role for key in quotas.settable(actor) if (role := state.people[key].role_id) is not None}
    rows = UserRole.objects.filter(pk__in=roles).order_by("name").values_list("pk", "name")
    return [Option(str(key), name, selected=key == team) for key, name in rows]


def _words(start: date, currency: str, team: int | None) -> str:
    return f"year={start.isoformat()}&currency={currency}" + (f"&team={team}" if team else "")
