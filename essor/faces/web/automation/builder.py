"""The builder: the drawing of a flow, and beside it the panel of the step that is being edited."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.domain.automation import actions, checking, definition, engine, people
from essor.domain.automation.definition import Definition, Step, Way
from essor.domain.automation.kinds import STEPS, Site
from essor.domain.automation.steps.approval import MANAGER, NO, YES
from essor.domain.automation.steps.branch import ELSE
from essor.faces.web.automation import drawing, options, panels
from essor.faces.web.automation.reading import Shown, found
from essor.faces.web.automation.tabs import draw
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, errors_of
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, FieldError, Forbidden, NotFound

SAVE = "save"


@require_http_methods(["GET", "POST"])
@customizing
def show(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Draw the flow; a POST keeps what the panel says, or draws the panel in its new shape."""
    shown = found(request, flow_id, request.GET.get("version", ""))
    chosen = request.GET.get("step", "")
    if request.method == "GET":
        panel = panels.opened(shown, chosen)
        return draw_builder(request, shown, chosen, panel)
    if request.POST.get("do", SAVE) != SAVE:
        return draw_builder(request, shown, chosen, panels.reshaped(shown, chosen, request.POST))
    try:
        changed = panels.applied(shown, chosen, request.POST, str(get_language()))
        actions.save_draft(actor_of(request), shown.flow, changed)
    except (Forbidden, NotFound):
        raise
    except EssorError as error:
        panel = panels.reshaped(shown, chosen, request.POST)
        panel = panels.with_errors(panel, errors_of(error))
        return draw_builder(request, shown, chosen, panel, status=422)
    flash(request, _("Saved in the draft."))
    return HttpResponseRedirect(address(flow_id, chosen))


def draw_builder(
    request: HttpRequest, shown: Shown, chosen: str, panel: panels.Panel | None, *, status: int = 200
) -> HttpResponseBase:
    """Return the page."""
    problems = problems_of(shown)
    context: dict[str, Any] = {
        "drawing": drawing.draw_flow(shown, problems), "chosen": chosen, "panel": panel,
        "form": panel.form if panel else Form(), "kinds": drawing.kinds(), "problems": problems,
    }  # fmt: skip
    return draw(request, "builder", shown, context, tab="builder", status=status)


def problems_of(shown: Shown) -> list[checking.Problem]:
    """Return what is unfinished in the version, in the eyes of as whom the flow acts."""
    try:
        acting = engine.actor_of(shown.flow)
    except EssorError as error:
        return [checking.Problem("", FieldError("", "INACTIVE_OWNER_OR_USER", str(error)))]
    return checking.problems(acting, shown.flow.object_name, shown.definition, shown.flow)


def address(flow_id: int, chosen: str = "") -> str:
    """Return the address of the builder with a step in its panel."""
    base = reverse("web:setup_flow", args=[flow_id])
    return f"{base}?step={chosen}#panel" if chosen else base


@require_POST
@customizing
def add(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Put a step of a kind behind another one, or on a path of it; its panel opens."""
    shown = found(request, flow_id)
    kind = request.POST.get("kind", "")
    if kind not in STEPS:
        raise NotFound(_("There is no such kind of step."))
    new = fresh(definition.new_id(shown.definition), kind, shown.site)
    changed = definition.inserted(
        shown.definition, new, after=request.POST.get("after", ""), path=request.POST.get("path", "")
    )
    return _keep(request, shown, changed, new.id)


def fresh(key: str, kind: str, site: Site) -> Step:
    """Return a new step as it starts."""
    ways: tuple[Way, ...] = ()
    settings: dict[str, Any] = {}
    if kind == "branch":
        ways = (Way("p1", _("First path")), Way(ELSE, _("Otherwise")))
    elif kind == "approval":
        ways = (
            Way(YES, pgettext("way of a flow", "Approved")),
            Way(NO, pgettext("way of a flow", "Refused")),
        )
        settings = {"ask": MANAGER}
    elif kind == "wait":
        settings = {"for": "time", "amount": 1, "unit": "days"}
    elif kind == "notify":
        settings = {"to": [people.OWNER]}
    elif kind == "mail":
        settings = {"to": [next((word for word, _label in options.emails(site)), people.OWNER)]}
    elif kind == "create":
        settings = {"object": "Task", "values": _task_of(site)}
    return Step(key, kind, settings=settings, paths=ways)


def _task_of(site: Site) -> list[dict[str, str]]:
    """Return what a new task is usually given: a subject, a day, the record that it is about, and its owner."""
    if not site.catalog.has("Task"):
        return []
    task = site.catalog.object("Task")
    who = task.has("WhoId") and site.obj.name in task.field("WhoId").targets
    found = [
        {"field": "Subject", "from": "value", "value": ""},
        {"field": "ActivityDate", "from": "formula", "value": "TODAY() + 1"},
        {"field": "WhoId" if who else "WhatId", "from": "field", "value": "Id"},
    ]
    if site.obj.has("OwnerId"):
        found.append({"field": "OwnerId", "from": "field", "value": "OwnerId"})
    return found


@require_POST
@customizing
def move(request: HttpRequest, flow_id: int, step_id: str) -> HttpResponseBase:
    """Move a step up or down among its neighbours."""
    shown = found(request, flow_id)
    by = -1 if request.POST.get("to") == "up" else 1
    return _keep(request, shown, definition.moved(shown.definition, step_id, by), step_id)


@require_POST
@customizing
def remove(request: HttpRequest, flow_id: int, step_id: str) -> HttpResponseBase:
    """Take a step out, with what is behind its paths."""
    shown = found(request, flow_id)
    return _keep(request, shown, definition.removed(shown.definition, step_id), "")


def _keep(request: HttpRequest, shown: Shown, changed: Definition, chosen: str) -> HttpResponseBase:
    actions.save_draft(actor_of(request), shown.flow, changed)
    return HttpResponseRedirect(address(shown.flow.pk, chosen))
