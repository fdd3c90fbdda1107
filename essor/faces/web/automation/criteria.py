"""The filter builder inside a flow: criteria of the trigger, of the goal, of a path, of a wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.domain.automation import definition, past
from essor.domain.automation.definition import Definition
from essor.faces.web.automation.panels import GOAL, TRIGGER
from essor.faces.web.automation.reading import Shown
from essor.faces.web.automation.tabs import found
from essor.faces.web.lists.filters import builder as filters
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.kernel.errors import NotFound
from essor.query import codec, run
from essor.query.tree import Condition, Query

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
    where, place = criteria_at(shown.definition, at), _place(request, shown, at)
    if request.method == "GET":
        return filters.opened(request, place, where)
    button = request.POST.get("do", "")
    if button not in (filters.APPLY, filters.COUNT):
        return filters.reshaped(request, place)
    built = filters.built(request, place)
    if button == filters.COUNT:
        total = run.count(shown.site.actor, Query(shown.site.obj.name, where=built.where))
        return filters.count_of(request, total, built)
    if not built.complete:
        return filters.refused(request, place, built.draft)
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


def _place(request: HttpRequest, shown: Shown, at: str) -> filters.Place:
    """Return where the builder stands: it sends along at which criteria, and what the flow was when it was opened."""
    seen = request.POST.get("seen") or past.mark(shown.definition, at.partition(":")[0])
    hidden = (("at", at), ("seen", seen))
    site = shown.site
    return filters.Place(site.actor, site.catalog, site.obj, f"{shown.desk.base}criteria", hidden)
