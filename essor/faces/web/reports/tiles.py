"""One tile of a dashboard: run for its reader under the dashboard's filters, arranged by those who may."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.domain.reports import dashboards, running
from essor.domain.reports.actions import keep
from essor.domain.reports.models import Dashboard, Report
from essor.faces.web.bare import bare
from essor.faces.web.records.reading import actor_of
from essor.faces.web.reports import drawing
from essor.faces.web.reports.boards import address, form_of
from essor.kernel.errors import EssorError
from essor.kernel.whole import whole

LINES = 40


@require_GET
def show(request: HttpRequest, key: int, tile: int) -> HttpResponseBase:
    """Answer what a tile shows."""
    actor = actor_of(request)
    board = keep.found(actor, Dashboard, key)
    one = dashboards.tile_of(board, tile)
    report = dashboards.reports_of(actor, [one]).get(one.report)
    context: dict[str, object] = {"tile": one, "report": report, "picture": None, "problem": "", "bare": None}
    if report is None:
        context["problem"] = _("This report is gone, or not shared with you.")
    else:
        try:
            definition, extra = dashboards.asked(actor, report, dashboards.filters_of(request.GET.dict()))
            most = 0 if one.show == "metric" else LINES
            answer = running.answer(actor, definition, extra=extra, own=False, most=most)
            picture = drawing.picture(answer, most=LINES)
            context |= {"picture": picture, "name": report.label}
            context["bare"] = bare(actor, definition.object) if picture.says_nothing else None
        except EssorError as error:
            context["problem"] = str(error)
    return render(request, "reports/tile.html.jinja", context)


@require_POST
def add(request: HttpRequest, key: int) -> HttpResponseBase:
    """Put a report on the dashboard."""
    actor = actor_of(request)
    board = keep.found(actor, Dashboard, key)
    text = request.POST.get("report", "")
    report = keep.found(actor, Report, (whole(text) or 0))
    dashboards.added(actor, board, report, *form_of(report))
    return HttpResponseRedirect(address(board.pk))


@require_POST
def change(request: HttpRequest, key: int, tile: int) -> HttpResponseBase:
    """Move, widen, show differently or remove a tile (`do`, `value`); dragging asks for no page in return."""
    actor = actor_of(request)
    board = keep.found(actor, Dashboard, key)
    verb = request.POST.get("do", "")
    dashboards.changed(actor, board, tile, verb, request.POST.get("value", ""))
    return HttpResponse(status=204) if verb == "before" else HttpResponseRedirect(address(board.pk))
