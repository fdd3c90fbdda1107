"""The filter builder's page parts: it opens, changes shape, counts while one types, and is applied."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.view import catalog_for
from essor.faces.web.lists.filters import choosing
from essor.faces.web.lists.filters.building import Built, build
from essor.faces.web.lists.filters.drawing import Drawer
from essor.faces.web.lists.filters.nodes import ROOT, Criterion, Group, pruned, walk
from essor.faces.web.lists.filters.opening import open_filter
from essor.faces.web.lists.filters.sending import chosen, draft_of, pressed
from essor.faces.web.lists.going import go
from essor.faces.web.lists.state import State, joined, segment_where, state_of
from essor.faces.web.records.reading import actor_of
from essor.kernel.whole import whole
from essor.query import run
from essor.query.tree import Condition, Query

APPLY = "apply"


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponseBase:
    """Open the builder on the list's filter; a POST changes its shape, or applies it (`do`)."""
    if request.method == "GET":
        state = state_of(request, name)
        draft = open_filter(state.where, state.object, state.actor, state.catalog)
        return draw(request, state, started(draft), focus=first_field(started(draft)))
    state = state_of(request, name, request.POST)
    button = request.POST.get("do", "")
    if button == APPLY:
        return apply(request, state)
    draft, focus = changed(request.POST)
    return draw(request, state, draft, focus=focus)


def changed(data: QueryDict) -> tuple[Group, int]:
    """Return the draft after what was pressed or chosen, and the node that the keyboard goes to."""
    before = draft_of(data)
    number, _colon, path = data.get("pick", "").partition(":")
    if (key := whole(number)) is not None:
        draft = chosen(before, key, path)
        return draft, next(
            (
                node.id
                for node in walk(draft)
                if isinstance(node, Criterion) and node.id not in ids_of(before)
            ),
            key,
        )
    draft = pressed(before, data.get("do", ""))
    new = [node.id for node in walk(draft) if isinstance(node, Criterion) and node.id not in ids_of(before)]
    return draft, new[0] if new else 0


def ids_of(draft: Group) -> set[int]:
    """Return the ids of all nodes."""
    return {node.id for node in walk(draft)}


def started(draft: Group) -> Group:
    """Return a draft with a first criterion to fill in when it has none."""
    return draft if draft.items else Group(ROOT, draft.mode, (Criterion(ROOT + 1),))


def first_field(draft: Group) -> int:
    """Return the criterion that still lacks its field, 0 when there is none."""
    return next((node.id for node in walk(draft) if isinstance(node, Criterion) and not node.field), 0)


def draw(
    request: HttpRequest,
    state: State,
    draft: Group,
    *,
    focus: int = 0,
    status: int = 200,
    wrong: bool = False,
) -> HttpResponse:
    """Return the builder."""
    drawer = Drawer(state.actor, state.catalog, draft)
    context = {
        "state": state, "object": state.object, "box": drawer.box(draft, state.object), "focus": focus,
        "wrong": wrong, "hidden": list(state.params.items()), "href": f"/o/{state.object.name}/filter",
        "counting": f"/o/{state.object.name}/filter/count", "applies": True,
    }  # fmt: skip
    return render(request, "lists/filter.html.jinja", context, status=status)


def built(request: HttpRequest, state: State) -> Built:
    """Return what the builder's form says."""
    draft = pruned(draft_of(request.POST))
    return build(draft, state.object, state.actor, state.catalog, str(get_language()))


def apply(request: HttpRequest, state: State) -> HttpResponse:
    """Show the list with the filter, or the builder with what is wrong in it."""
    found = built(request, state)
    if not found.complete:
        return draw(request, state, found.draft, status=422, wrong=True)
    return go(state.filtered(found.where))


@require_POST
def count(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer how many records the builder's finished criteria leave, and whether some are not finished."""
    state = state_of(request, name, request.POST)
    found = built(request, state)
    context = {"total": counted(state, found.where), "unfinished": not found.complete, "error": ""}
    return render(request, "lists/filter_count.html.jinja", context)


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
