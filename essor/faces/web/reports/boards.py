"""The list of dashboards, and the page of one: filters above, tiles that come one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.view import catalog_for
from essor.catalog.definitions import Field
from essor.domain.reports import dashboards
from essor.domain.reports.actions import keep
from essor.domain.reports.actions.keep import Title
from essor.domain.reports.dashboards import ME, TEAM, Filters, Tile
from essor.domain.reports.models import Dashboard, Report
from essor.faces.web.lists.saving import sharing_context, sharing_of
from essor.faces.web.records.reading import actor_of
from essor.faces.web.reports.pages import BOARDS
from essor.faces.web.shapes import Option
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.kernel.whole import whole
from essor.query import dates
from essor.query.actions import keeping
from essor.query.actions.keeping import Sharing
from essor.query.models import shared_with

PERIODS = (
    "THIS_MONTH",
    "LAST_MONTH",
    "THIS_QUARTER",
    "LAST_QUARTER",
    "THIS_YEAR",
    "LAST_YEAR",
    "THIS_FISCAL_YEAR",
    "LAST_FISCAL_YEAR",
    "LAST_N_DAYS:30",
    "LAST_N_DAYS:90",
    "LAST_N_MONTHS:12",
    "NEXT_N_DAYS:90",
)
KEYS = ("period", "owner", "field", "value")
MOST_PEOPLE = 200
USER = "005"


@dataclass(frozen=True, slots=True)
class Placed:
    """A tile in the page: where it is fetched, what it is called; `report` is None where it is gone or not shared."""

    tile: Tile
    report: Report | None
    href: str
    change: str


def address(key: int, tail: str = "") -> str:
    """Return the address of a dashboard."""
    return f"{BOARDS}{key}/{tail}"


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """List the dashboards; a POST makes a new one."""
    actor = actor_of(request)
    if request.method == "POST":
        try:
            made = keep.save_dashboard(actor, Title(name=request.POST.get("name", "")))
        except ValidationFailed as failed:
            flash(request, str(failed), tone="error")
            return HttpResponseRedirect(BOARDS)
        return HttpResponseRedirect(address(made.pk))
    return render(request, "reports/boards.html.jinja", {"boards": shown_to(actor), "user_id": actor.user_id})


def shown_to(actor: Actor) -> list[Dashboard]:
    """Return the dashboards that the actor sees, ready-made ones first."""
    rows = Dashboard.objects.filter(shared_with(actor, Dashboard)).select_related("owner")
    return sorted(rows, key=lambda row: (not row.key, row.label.casefold(), row.pk))


@require_GET
def show(request: HttpRequest, key: int) -> HttpResponseBase:
    """Draw a dashboard: its own filters, or those of the address."""
    actor = actor_of(request)
    board = keep.found(actor, Dashboard, key)
    own = any(name in request.GET for name in KEYS)
    filters = dashboards.filters_of(request.GET.dict() if own else board.filters)
    tiles = dashboards.tiles_of(board)
    reports = dashboards.reports_of(actor, tiles)
    editable = keeping.may_change(actor, board)
    objects = [row.object_name for row in reports.values()]
    context = {
        "board": board,
        "editable": editable,
        "filters": filters,
        "base": address(board.pk),
        "own": own,
        "tiles": placed(board, tiles, reports, filters),
        "periods": periods(filters),
        "owners": owners(actor, filters),
        "reports": keep.visible(actor) if editable else [],
        **field_filters(actor, objects, filters),
        **sharing_context(Sharing(board.visibility, tuple(board.roles.values_list("pk", flat=True)))),
    }
    return render(request, "reports/board.html.jinja", context)


def placed(
    board: Dashboard, tiles: Iterable[Tile], reports: dict[int, Report], filters: Filters
) -> list[Placed]:
    """Return the tiles with their addresses under the filters."""
    words = {name: getattr(filters, name) for name in KEYS if getattr(filters, name)}
    tail = f"?{urlencode(words)}" if words else ""
    base = address(board.pk, "tiles/")
    return [
        Placed(one, reports.get(one.report), f"{base}{one.id}{tail}", f"{base}{one.id}/change")
        for one in tiles
    ]


def periods(filters: Filters) -> list[Option]:
    """Return the periods to choose from, the one in force among them."""
    found = [*PERIODS] if not filters.period or filters.period in PERIODS else [*PERIODS, filters.period]
    options = []
    for text in found:
        name, _colon, number = text.partition(":")
        label = dates.describe(name, int(number) if number else None)
        options.append(Option(text, label[:1].upper() + label[1:], selected=text == filters.period))
    return options


def owners(actor: Actor, filters: Filters) -> list[Option]:
    """Return whose records may be chosen: mine, my team's, those of one of the team."""
    special = [
        Option(ME, _("Mine"), selected=filters.owner == ME),
        Option(TEAM, _("My team’s"), selected=filters.owner == TEAM),
    ]
    people = User.objects.filter(pk__in=actor.team, is_active=True).order_by("name").values_list("pk", "name")
    known = {ids.encode(USER, pk): name for pk, name in people[:MOST_PEOPLE]}
    return [*special, *(Option(key, name, selected=key == filters.owner) for key, name in known.items())]


def field_filters(actor: Actor, objects: Iterable[str], filters: Filters) -> dict[str, Any]:
    """Return the fields that all tiles share, and the values of the one that was chosen."""
    fields = dashboards.shared_fields(catalog_for(actor), objects)
    chosen = next((one for one in fields if one.name == filters.field), None)
    return {
        "fields": [Option(one.name, str(one.label), selected=one is chosen) for one in fields],
        "field": chosen,
        "values": _values(chosen, filters.value) if chosen else [],
    }


def _values(field: Field, value: str) -> list[Option]:
    if field.kind.name == "checkbox":
        return [
            Option(key, label, selected=key == value)
            for key, label in (("true", _("Yes")), ("false", _("No")))
        ]
    return [Option(one.value, str(one), selected=one.value == value) for one in field.choices if one.active]


@require_POST
def rename(request: HttpRequest, key: int) -> HttpResponseBase:
    """Rename, describe and share a dashboard."""
    actor = actor_of(request)
    board = keep.found(actor, Dashboard, key)
    title = Title(
        name=request.POST.get("name", ""),
        description=request.POST.get("description", ""),
        sharing=sharing_of(request),
    )
    try:
        keep.save_dashboard(actor, title, board)
    except ValidationFailed as failed:
        flash(request, str(failed), tone="error")
    return HttpResponseRedirect(address(board.pk))


@require_POST
def delete(request: HttpRequest, key: int) -> HttpResponseBase:
    """Remove a dashboard; its reports stay."""
    actor = actor_of(request)
    board = keep.found(actor, Dashboard, key)
    keep.remove(actor, board)
    flash(
        request,
        _("The dashboard “%(name)s” is removed. Its reports are unaffected.") % {"name": board.label},
    )
    return HttpResponseRedirect(BOARDS)


@require_POST
def keep_filters(request: HttpRequest, key: int) -> HttpResponseBase:
    """Let the dashboard open with the filters at hand, for everybody."""
    actor = actor_of(request)
    board = keep.found(actor, Dashboard, key)
    dashboards.keep_filters(actor, board, dashboards.filters_of(request.POST.dict()))
    flash(request, _("The dashboard opens with these filters from now on."))
    return HttpResponseRedirect(address(board.pk))


@require_POST
def pin(request: HttpRequest, key: int) -> HttpResponseBase:
    """Put a report on a dashboard."""
    actor = actor_of(request)
    report = keep.found(actor, Report, key)
    text = request.POST.get("dashboard", "")
    board = keep.found(actor, Dashboard, (whole(text) or 0))
    dashboards.added(actor, board, report, *form_of(report))
    flash(request, _("“%(report)s” is on the dashboard now.") % {"report": report.label})
    return HttpResponseRedirect(address(board.pk))


def form_of(report: Report) -> tuple[str, int]:
    """Return how a report is best shown: a table as such and wide, anything else as its chart."""
    return ("table", 12) if report.definition.get("type") == "table" else ("chart", 6)
