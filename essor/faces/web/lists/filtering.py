"""The filter builder's page parts: it opens, changes shape, counts while one types, and is applied."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.view import catalog_for
from essor.faces.web.lists.filters import builder, choosing
from essor.faces.web.lists.going import go
from essor.faces.web.lists.state import State, joined, segment_where, state_of
from essor.faces.web.records.reading import actor_of
from essor.query import run
from essor.query.tree import Condition, Query


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponseBase:
    """Open the builder on the list's filter; a POST changes its shape, or applies it (`do`)."""
    state = state_of(request, name, request.POST if request.method == "POST" else None)
    place = builder.Place(
        state.actor,
        state.catalog,
        state.object,
        f"/o/{state.object.name}/filter",
        tuple(state.params.items()),
        counting=f"/o/{state.object.name}/filter/count",
    )
    if request.method == "GET":
        return builder.opened(request, place, state.where)
    if request.POST.get("do", "") != builder.APPLY:
        return builder.reshaped(request, place)
    found = builder.built(request, state)
    if not found.complete:
        return builder.refused(request, place, found.draft)
    return go(state.filtered(found.where))


@require_POST
def count(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer how many records the builder's finished criteria leave, and whether some are not finished."""
    state = state_of(request, name, request.POST)
    found = builder.built(request, state)
    return builder.count_of(request, counted(state, found.where), found)


def counted(state: State, where: Condition | None) -> int:
    """Return how many records match beside the parent and the segment."""
    whole = joined(segment_where(state.segment), state.parent, where)
    return run.count(state.actor, Query(state.object.name, where=whole))


@require_GET
def fields(request: HttpRequest, name: str) -> HttpResponseBase:
    """Suggest what a criterion may be about."""
    catalog = catalog_for(actor_of(request))
    obj = catalog.object(name)
    typed, below = request.GET.get("q", ""), request.GET.get("below", "")
    found = choosing.offer(catalog, obj, typed.strip(), below)
    context = {
        "choices": found,
        "typed": typed,
        "trail": choosing.behind(catalog, obj, below)[1],
        "node": request.GET.get("node", ""),
    }
    return render(request, "lists/fields.html.jinja", context)
