"""The filter of a report, by the same builder as that of a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from essor.faces.web.lists.filtering import counted
from essor.faces.web.lists.filters import builder
from essor.faces.web.lists.going import at_once
from essor.faces.web.lists.state import State, read_filter, written
from essor.faces.web.lists.state import build as build_state
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import trigger

HREF = "/reports/filter"


def _state(request: HttpRequest) -> State:
    return build_state(actor_of(request), request.POST.get("object", ""), {"view": "all"})


@require_POST
def edit(request: HttpRequest) -> HttpResponseBase:
    """Open the builder on the report's filter (`where`), change its shape, or hand the filter back (`do`)."""
    state = _state(request)
    place = builder.Place(
        state.actor,
        state.catalog,
        state.object,
        HREF,
        (("object", state.object.name),),
        counting=f"{HREF}/count",
    )
    if "node" not in request.POST:
        return builder.opened(request, place, read_filter(request.POST.get("where", "")))
    if request.POST.get("do") != builder.APPLY:
        return builder.reshaped(request, place)
    found = builder.built(request, state)
    if not found.complete:
        return builder.refused(request, place, found.draft)
    response = HttpResponse()
    trigger(response, "es:report-where", {"where": written(found.where)})
    return at_once(response)


@require_POST
def count(request: HttpRequest) -> HttpResponseBase:
    """Answer how many records the finished criteria leave."""
    state = _state(request)
    found = builder.built(request, state)
    return builder.count_of(request, counted(state, found.where), found)
