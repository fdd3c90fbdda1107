"""The filter builder inside a flow: criteria of the trigger, of the goal, of a path, of a wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.domain.automation import definition, past
from essor.domain.automation.definition import Definition
from essor.faces.web.automation.panels import GOAL, TRIGGER
from essor.faces.web.automation.reading import Shown
from essor.faces.web.automation.tabs import found
from essor.faces.web.lists.filtering import changed, first_field, started
from essor.faces.web.lists.filters.building import Built, build
from essor.faces.web.lists.filters.drawing import Drawer
from essor.faces.web.lists.filters.nodes import Group, pruned
from essor.faces.web.lists.filters.opening import open_filter
from essor.faces.web.lists.filters.sending import draft_of
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.kernel.errors import NotFound
from essor.query import codec, run
from essor.query.tree import Condition, Query

REFUSED = 422
KEPT = "es:criteria-kept"


EXIT = "drop"
ENDS: dict[str, Callable[[Definition], Condition | None]] = {
    GOAL: lambda flow: flow.leave,
    EXIT: lambda flow: flow.drop,
}


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Open the builder on the criteria at a place (`at`); a POST changes its shape, counts, or keeps them."""
    return edited(request, found(request, flow_id))


def edited(request: HttpRequest, shown: Shown) -> HttpResponseBase:
    """Answer a request to the criteria of a desk's flow."""
    data = request.POST if request.method == "POST" else request.GET
    at = data.get("at", "")
    where = criteria_at(shown.definition, at)
    if request.method == "GET":
        draft = started(open_filter(where, shown.site.obj, shown.site.actor, shown.site.catalog))
        return _draw(request, shown, at, draft, focus=first_field(draft))
    button = request.POST.get("do", "")
    if button == "count":
        built = _built(request, shown)
        total = run.count(shown.site.actor, Query(shown.site.obj.name, where=built.where))
        context = {"total": total, "unfinished": not built.complete}
        return render(request, "lists/filter_count.html.jinja", context)
    if button != "apply":
        draft, focus = changed(request.POST)
        return _draw(request, shown, at, draft, focus=focus)
    built = _built(request, shown)
    if not built.complete:
        return _draw(request, shown, at, built.draft, status=REFUSED)
    mark = past.mark(shown.definition, at.partition(":")[0])
    if data.get("seen", mark) != mark:
        raise past.changed_by(shown.version)
    changed_flow = with_criteria(shown.definition, at, built.where)
    shown.desk.save(actor_of(request), shown.flow, changed_flow, seen=shown.version)
    return HttpResponse(headers={"HX-Trigger": KEPT})  # the panel sends itself, with all that is typed in it


def criteria_at(flow: Definition, at: str) -> Condition | None:
    """Return the criteria at a place: “trigger”, “leave”, “drop”, a step that waits, “step:path”; NotFound otherwise."""
    if at == TRIGGER:
        return flow.trigger.where
    if at in ENDS:
        return ENDS[at](flow)
    key, _colon, path = at.partition(":")
    step = flow.step(key)
    way = step.path(path) if step and path else None
    if step is None or (path and way is None):
        raise NotFound(_("There is no such step."))
    if way is not None:
        return way.where
    where = step.settings.get("where")
    return codec.condition(where) if where else None


def with_criteria(flow: Definition, at: str, where: Condition | None) -> Definition:
    """Return the flow with other criteria at a place."""
    if at == TRIGGER:
        return replace(flow, trigger=replace(flow.trigger, where=where))
    if at == GOAL:
        return replace(flow, leave=where)
    if at == EXIT:
        return replace(flow, drop=where)
    key, _colon, path = at.partition(":")
    step = flow.step(key)
    if step is None:
        raise NotFound(_("There is no such step."))
    if path:
        ways = tuple(replace(way, where=where) if way.id == path else way for way in step.paths)
        return definition.changed(flow, replace(step, paths=ways))
    kept = {name: value for name, value in step.settings.items() if name != "where"}
    settings = kept | ({"where": codec.to_json(where)} if where is not None else {})
    return definition.changed(flow, replace(step, settings=settings))


def _built(request: HttpRequest, shown: Shown) -> Built:
    site = shown.site
    return build(pruned(draft_of(request.POST)), site.obj, site.actor, site.catalog, str(get_language()))


def _draw(
    request: HttpRequest, shown: Shown, at: str, draft: Group, *, focus: int = 0, status: int = 200
) -> HttpResponse:
    site = shown.site
    href = f"{shown.desk.base}criteria"
    seen = request.POST.get("seen") or past.mark(shown.definition, at.partition(":")[0])
    context = {
        "object": site.obj, "box": Drawer(site.actor, site.catalog, draft).box(draft, site.obj), "focus": focus,
        "wrong": status == REFUSED, "hidden": [("at", at), ("seen", seen)], "href": href, "counting": href, "applies": False,
        "editing": None,
    }  # fmt: skip
    return render(request, "lists/filter.html.jinja", context, status=status)
