"""The list of reports, and the page of one: its answer, the chart beside it, the ways on."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.reports import files, running
from essor.domain.reports.actions import keep
from essor.domain.reports.asking import within_sight
from essor.domain.reports.models import Dashboard, Report
from essor.faces.web.bare import bare
from essor.faces.web.lists.going import at_once
from essor.faces.web.offers import PageTab, tab
from essor.faces.web.records.reading import actor_of
from essor.faces.web.reports import acting, drawing
from essor.faces.web.toasts import flash, toast
from essor.kernel.errors import QueryRefused
from essor.query.actions import keeping
from essor.query.models import shared_with

INDEX, BOARDS = "/reports/", "/dashboards/"
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@tab
def reports_tab(actor: Actor) -> PageTab | None:  # noqa: ARG001 -- everybody has reports
    """Offer the reports in the header."""
    return PageTab("reports", _("Reports"), "report", INDEX)


@tab
def dashboards_tab(actor: Actor) -> PageTab | None:  # noqa: ARG001
    """Offer the dashboards in the header."""
    return PageTab("dashboards", _("Dashboards"), "chart-bar", BOARDS)


def address(key: int, tail: str = "") -> str:
    """Return the address of a report."""
    return f"{INDEX}{key}/{tail}"


@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    """List the reports by folder."""
    actor = actor_of(request)
    found = keep.visible(actor)
    folders = [(place, list(rows)) for place, rows in groupby(found, key=lambda row: row.place)]
    context = {"folders": folders, "catalog": catalog_for(actor), "user_id": actor.user_id}
    return render(request, "reports/index.html.jinja", context)


@require_GET
def show(request: HttpRequest, key: int) -> HttpResponseBase:
    """Draw a report's page; its answer comes as soon as the database has it."""
    actor = actor_of(request)
    report = keep.found(actor, Report, key)
    obj = catalog_for(actor).object(report.object_name)
    try:
        seen = within_sight(actor, keep.definition_of(report))
    except QueryRefused:  # the answer says so
        seen = None
    context = {
        "report": report,
        "object": obj,
        "editable": keeping.may_change(actor, report),
        "base": address(report.pk),
        "words": drawing.words_of(actor, obj.name, seen.where) if seen else [],
        "may_export": row_access.may(actor, obj, "export"),
        "ways": acting.ways(actor, seen) if seen else [],
        "boards": [
            row
            for row in Dashboard.objects.filter(shared_with(actor, Dashboard)).order_by("name")
            if keeping.may_change(actor, row)
        ],
    }
    return render(request, "reports/page.html.jinja", context)


@require_GET
def result(request: HttpRequest, key: int) -> HttpResponseBase:
    """Answer what the report finds now, for whoever asks."""
    actor = actor_of(request)
    report = keep.found(actor, Report, key)
    context = drawn(actor, report)
    return render(request, "reports/result.html.jinja", context)


def drawn(actor: Actor, report: Report) -> dict[str, object]:
    """Return what the template of an answer needs; a report that its reader may not run says so."""
    try:
        own = report.owner_id == actor.user_id and not report.key
        answer = running.answer(actor, keep.definition_of(report), own=own)
    except QueryRefused as refused:
        return {"problem": str(refused), "picture": None}
    picture = drawing.picture(answer)
    nothing = bare(actor, report.object_name) if picture.says_nothing else None
    return {"problem": "", "picture": picture, "name": report.label, "bare": nothing}


@require_POST
def export(request: HttpRequest, key: int) -> HttpResponseBase:
    """Hand out the answer as a file; the rows of a table come by a job, which tells when the file is ready."""
    actor = actor_of(request)
    report = keep.found(actor, Report, key)
    form = request.POST.get("format", "csv")
    form = form if form in TYPES else "csv"
    if keep.definition_of(report).type == "table":
        files.start_rows(actor, report, form)
        flash(request, _("The export is on its way. You will be told when the file is ready."), tone="info")
        return HttpResponseRedirect(address(report.pk))
    with TemporaryDirectory() as folder:
        path = files.write(actor, report, Path(folder), form)
        response = HttpResponse(path.read_bytes(), content_type=TYPES[form])
    response.headers["Content-Disposition"] = files.disposition(report, form)
    return response


@require_POST
def delete(request: HttpRequest, key: int) -> HttpResponseBase:
    """Remove a report."""
    actor = actor_of(request)
    report = keep.found(actor, Report, key)
    keep.remove(actor, report)
    flash(
        request, _("The report “%(name)s” is removed. Its records are unaffected.") % {"name": report.label}
    )
    return HttpResponseRedirect(INDEX)


def told(text: str) -> HttpResponse:
    """Return an empty answer with a toast."""
    response = HttpResponse(status=204)
    toast(response, text)
    return at_once(response)
