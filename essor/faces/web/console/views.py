"""The console's page and what it asks while somebody types, runs and exports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access.view import catalog_for
from essor.domain.exchange import export as exporting
from essor.faces.web.console.answering import answer
from essor.faces.web.console.examples import examples
from essor.faces.web.lists.going import at_once
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import toast, trigger
from essor.kernel.errors import EssorError, QueryRefused
from essor.kernel.whole import whole
from essor.query import checking, soql

LONGEST = 100_000
OFFERED = 12


@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the console, with the query of the address when there is one."""
    context = {"text": request.GET.get("soql", ""), "examples": examples(actor_of(request))}
    return render(request, "console/page.html.jinja", context)


@require_POST
def run(request: HttpRequest) -> HttpResponseBase:
    """Answer the rows of the query, or the next of them; what is wrong comes with its place."""
    actor = actor_of(request)
    text, after = _text(request), request.POST.get("after", "")
    try:
        found = answer(actor, soql.parse(text), after=after)
    except QueryRefused as refused:
        response = render(request, "console/refused.html.jinja", {"refused": refused}, status=422)
        trigger(response, "es:soql-refused", _placed(refused))
        return response
    template = "console/more.html.jinja" if after else "console/result.html.jinja"
    response = render(request, template, {"answer": found, "text": text, "formats": exporting.FORMATS})
    trigger(response, "es:soql-done")
    return response


def _text(request: HttpRequest) -> str:
    text = request.POST.get("soql", "")
    if len(text) > LONGEST:
        raise QueryRefused(_("This query is too long."))
    return text


def _placed(refused: QueryRefused) -> dict[str, object]:
    return {"code": refused.code, "line": refused.line, "column": refused.column, "message": refused.reason}


@require_POST
def check(request: HttpRequest) -> HttpResponseBase:
    """Tell whether the query stands as it is written so far."""
    try:
        checking.check(actor_of(request), soql.parse(_text(request)))
    except QueryRefused as refused:
        return JsonResponse(_placed(refused))
    except EssorError as error:
        return JsonResponse({"code": error.code, "line": 0, "column": 0, "message": str(error)})
    return JsonResponse({})


@require_POST
def complete(request: HttpRequest) -> HttpResponseBase:
    """Tell what may stand at the cursor."""
    place = request.POST.get("offset", "")
    offset = whole(place) or 0
    found = soql.complete(_text(request), offset, catalog_for(actor_of(request)))
    offers = [
        {"text": one.text, "kind": one.kind, "detail": str(one.detail), "from": one.replace_from}
        for one in found[:OFFERED]
    ]
    return JsonResponse({"offers": offers})


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Put the export of the whole answer on the list of jobs."""
    actor = actor_of(request)
    query = soql.parse(_text(request))
    checking.check(actor, query)
    form = request.POST.get("format", "csv")
    exporting.start(actor, query, form if form in exporting.FORMATS else "csv")
    response = HttpResponse(status=204)
    toast(response, _("The export is on its way. You will be told when the file is ready."), tone="info")
    return at_once(response)
