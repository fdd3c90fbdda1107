"""Starts the export of a list in the background; the page hears when the file is ready."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from essor.domain.exchange import export
from essor.faces.web.lists import columns
from essor.faces.web.lists.going import at_once
from essor.faces.web.lists.state import State, state_of
from essor.faces.web.toasts import toast
from essor.kernel.errors import QueryRefused


@require_POST
def start(request: HttpRequest, name: str) -> HttpResponseBase:
    """Put the export of the list on the list of jobs."""
    state = state_of(request, name, request.POST)
    if state.problem:
        raise QueryRefused(state.problem)
    form = request.POST.get("format", "csv")
    export.start(state.actor, state.query(paths(state)), form if form in export.FORMATS else "csv")
    response = HttpResponse(status=204)
    toast(response, _("The export is on its way. You will be told when the file is ready."), tone="info")
    return at_once(response)


def paths(state: State) -> list[str]:
    """Return what goes into the file: the id, then the columns shown, a parent's name beside its id."""
    found = ["Id", *(path for column in state.columns for path in columns.paths(column))]
    return list(dict.fromkeys(found))
