"""The filter of a report, by the same builder as that of a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from essor.faces.web.lists.filtering import APPLY, built, changed, counted, first_field, started
from essor.faces.web.lists.filters.drawing import Drawer
from essor.faces.web.lists.filters.nodes import Group
from essor.faces.web.lists.filters.opening import open_filter
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
    if "node" not in request.POST:
        draft = started(
            open_filter(read_filter(request.POST.get("where", "")), state.object, state.actor, state.catalog)
        )
        return _draw(request, state, draft, focus=first_field(draft))
    if request.POST.get("do") == APPLY:
        found = built(request, state)
        if not found.complete:
            return _draw(request, state, found.draft, status=422, wrong=True)
        response = HttpResponse()
        trigger(response, "es:report-where", {"where": written(found.where)})
        return at_once(response)
    draft, focus = changed(request.POST)
    return _draw(request, state, draft, focus=focus)


def _draw(
    request: HttpRequest,
    state: State,
    draft: Group,
    *,
    focus: int = 0,
    status: int = 200,
    wrong: bool = False,
) -> HttpResponse:
    drawer = Drawer(state.actor, state.catalog, draft)
    context = {
        "state": state, "object": state.object, "box": drawer.box(draft, state.object), "focus": focus, "wrong": wrong,
        "hidden": [("object", state.object.name)], "href": HREF, "counting": f"{HREF}/count", "applies": True,
    }  # fmt: skip
    return render(request, "lists/filter.html.jinja", context, status=status)


@require_POST
def count(request: HttpRequest) -> HttpResponseBase:
    """Answer how many records the finished criteria leave."""
    state = _state(request)
    found = built(request, state)
    context = {"total": counted(state, found.where), "unfinished": not found.complete, "error": ""}
    return render(request, "lists/filter_count.html.jinja", context)
