"""The builder: the drawing of a flow, and beside it the panel of the step that is being edited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.domain.automation import checking, definition, engine, past, people
from essor.domain.automation.definition import Definition, Step, Way
from essor.domain.automation.kinds import STEPS, Site
from essor.domain.automation.steps.approval import MANAGER, NO, YES
from essor.domain.automation.steps.branch import ELSE
from essor.faces.web.automation import drawing, options, panels
from essor.faces.web.automation.desks import FORMS, Desk
from essor.faces.web.automation.reading import Shown
from essor.faces.web.automation.tabs import found
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, errors_of
from essor.faces.web.toasts import flash
from essor.kernel.errors import Conflict, EssorError, FieldError, Forbidden, NotFound

SAVE = "save"
CRITERIA = "criteria"  # they were kept beside a panel that is still open, whatever is typed in it


@require_http_methods(["GET", "POST"])
@customizing
def show(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Draw the flow; a POST keeps what the panel says, or draws the panel in its new shape."""
    return built(request, found(request, flow_id, request.GET.get("version", "")))


def built(request: HttpRequest, shown: Shown) -> HttpResponseBase:
    """Answer a request to the builder of a desk."""
    chosen = request.GET.get("step", "")
    if request.method == "GET":
        adding = request.GET.get("add", "")
        panel = panels.adding(shown) if adding and shown.desk.may_edit else panels.opened(shown, chosen)
        return draw_builder(request, shown, chosen, panel, adding=adding)
    seen = request.POST.get("seen", "")
    if request.POST.get("do") == CRITERIA:
        typed = _is_typed(request, shown, chosen)
        return draw_builder(request, shown, chosen, panels.reshaped(shown, chosen, request.POST), typed=typed)
    if request.POST.get("do", SAVE) != SAVE:
        return draw_builder(request, shown, chosen, panels.reshaped(shown, chosen, request.POST), seen=seen)
    try:
        changed = panels.applied(shown, chosen, request.POST, str(get_language()))
        if seen and seen != past.mark(shown.definition, chosen):
            raise _replaces(shown)
        shown.desk.save(actor_of(request), shown.flow, changed, seen=shown.version)
    except (Forbidden, NotFound):
        raise
    except EssorError as error:
        panel = panels.reshaped(shown, chosen, request.POST)
        panel = panels.with_errors(panel, errors_of(error))
        kept = "" if isinstance(error, Conflict) else seen
        return draw_builder(request, shown, chosen, panel, status=422, seen=kept)
    flash(request, _("Saved in the draft."))
    return HttpResponseRedirect(address(shown.desk, chosen))


def _is_typed(request: HttpRequest, shown: Shown, chosen: str) -> bool:
    """Tell whether a panel that was sent says something else than what is kept."""
    try:
        return panels.applied(shown, chosen, request.POST, str(get_language())) != shown.definition
    except EssorError:
        return True


def draw_builder(
    request: HttpRequest,
    shown: Shown,
    chosen: str,
    panel: panels.Panel | None,
    *,
    adding: str = "",
    status: int = 200,
    seen: str = "",
    typed: bool | None = None,
) -> HttpResponseBase:
    """Return the page. `seen` is the mark of what a form was begun over, where that may be older than what is there.

    `typed`: the panel says something that is not kept yet; without a word about it, as in any form that was sent.
    """
    problems, desk = problems_of(shown), shown.desk
    context: dict[str, Any] = {
        "drawing": drawing.draw_flow(shown, problems, desk.counts(shown), desk.head(shown)),
        "chosen": chosen,
        "choosing": adding,
        "panel": panel,
        "form": panel.form if panel else Form(),
        "problems": problems,
        "version_mark": version_mark(shown),
        "seen": seen or past.mark(shown.definition, chosen),
        "typed": request.method == "POST" if typed is None else typed,
        "ways": past.ways(shown.version) if desk.may_edit else (),
    }
    return desk.draw(request, "builder", shown, context, tab="builder", status=status)


def _replaces(shown: Shown) -> Conflict:
    """Return the refusal of a form that was begun over something older: sent once more, it is taken."""
    who = shown.version.changed_by
    words = _(
        "%(name)s has changed this meanwhile. Saving again puts yours in its place; closing shows theirs."
    )
    name = who.name if who is not None else _("Somebody")
    return Conflict(words % {"name": name}, revision=shown.version.revision)


def problems_of(shown: Shown) -> list[checking.Problem]:
    """Return what is unfinished in the version, in the eyes of as whom the flow acts."""
    try:
        acting = engine.actor_of(shown.flow)
    except EssorError as error:
        return [checking.Problem("", FieldError("", "INACTIVE_OWNER_OR_USER", str(error)))]
    return checking.problems(acting, shown.flow.object_name, shown.definition, shown.flow)


def address(desk: Desk, chosen: str = "") -> str:
    """Return the address of the builder with a step in its panel."""
    return f"{desk.base}?step={chosen}#panel" if chosen else desk.base


@require_POST
@customizing
def add(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Put a step of a kind behind another one, or on a path of it; its panel opens."""
    return added(request, found(request, flow_id))


def added(request: HttpRequest, shown: Shown) -> HttpResponseBase:
    """Put a step where `at` says: behind “s1:”, on the path “s1:p1”, or first of all with “:”."""
    kind = request.POST.get("kind", "")
    if kind not in {name for _heading, some in shown.desk.kinds(shown.site) for name, *_rest in some}:
        raise NotFound(_("There is no such kind of step."))
    after, _colon, path = request.POST.get("at", "").partition(":")
    anchor = shown.definition.step(after)
    if after and (anchor is None or (path and anchor.path(path) is None)):
        return _stale(request, shown, past.changed_by(shown.version))
    versions = shown.flow.versions.values_list("definition", flat=True)
    new = fresh(definition.new_id(*map(definition.from_json, versions)), kind, shown.site)
    changed = definition.inserted(shown.definition, new, after=after, path=path)
    settings = STEPS[kind].begun(new, replace(shown.site, definition=changed))
    changed = definition.changed(changed, replace(new, settings=settings))
    return _keep(request, shown, changed, new.id)


def fresh(key: str, kind: str, site: Site) -> Step:
    """Return a new step as it starts."""
    ways: tuple[Way, ...] = ()
    settings: dict[str, Any] = {}
    form, made = FORMS.get(kind), STEPS[kind]
    if form is not None:
        settings = dict(form.fresh)
        ways = tuple(Way(one, str(label)) for one, label in made.ways(settings))
    elif kind == "branch":
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
    ]
    if who or (task.has("WhatId") and site.obj.name in task.field("WhatId").targets):
        found.append({"field": "WhoId" if who else "WhatId", "from": "field", "value": "Id"})
    if site.obj.has("OwnerId"):
        found.append({"field": "OwnerId", "from": "field", "value": "OwnerId"})
    return found


@require_POST
@customizing
def move(request: HttpRequest, flow_id: int, step_id: str) -> HttpResponseBase:
    """Move a step up or down among its neighbours."""
    return moved(request, found(request, flow_id), step_id)


def moved(request: HttpRequest, shown: Shown, step_id: str) -> HttpResponseBase:
    """Move a step of a desk's flow."""
    if _is_stale(request, shown):
        return _stale(request, shown, past.changed_by(shown.version))
    by = -1 if request.POST.get("to") == "up" else 1
    return _keep(request, shown, definition.moved(shown.definition, step_id, by), step_id)


@require_POST
@customizing
def remove(request: HttpRequest, flow_id: int, step_id: str) -> HttpResponseBase:
    """Take a step out, with what is behind its paths."""
    return removed(request, found(request, flow_id), step_id)


def removed(request: HttpRequest, shown: Shown, step_id: str) -> HttpResponseBase:
    """Take a step out of a desk's flow."""
    if _is_stale(request, shown):
        return _stale(request, shown, past.changed_by(shown.version))
    return _keep(request, shown, definition.removed(shown.definition, step_id), "")


@require_POST
@customizing
def travel(request: HttpRequest, flow_id: int, way: str) -> HttpResponseBase:
    """Take the last edit back, or do it again."""
    return travelled(request, found(request, flow_id), way)


def travelled(request: HttpRequest, shown: Shown, way: str) -> HttpResponseBase:
    """Take the last edit of a desk's draft back (“undo”), or do it again (“redo”)."""
    known = next((one for one in past.STEPS if one == way), None)
    if known is None:
        raise NotFound(_("There is no such page."))
    if _is_stale(request, shown):
        return _stale(request, shown, past.changed_by(shown.version))
    try:
        past.travel(actor_of(request), shown.flow, shown.version, known)
    except Conflict as refused:
        return _stale(request, shown, refused)
    return HttpResponseRedirect(address(shown.desk, request.POST.get("step", "")))


def _is_stale(request: HttpRequest, shown: Shown) -> bool:
    """Tell whether the page that somebody acts on shows an older state of the draft."""
    return request.POST.get("version", version_mark(shown)) != version_mark(shown)


def _stale(request: HttpRequest, shown: Shown, refused: Conflict) -> HttpResponseBase:
    """Say who came before, and show the flow as it is now."""
    flash(request, str(refused), tone="error")
    return HttpResponseRedirect(address(shown.desk))


def version_mark(shown: Shown) -> str:
    """Return what tells the state of a version that a page shows."""
    return f"{shown.version.pk}-{shown.version.revision}"


def _keep(request: HttpRequest, shown: Shown, changed: Definition, chosen: str) -> HttpResponseBase:
    try:
        shown.desk.save(actor_of(request), shown.flow, changed, seen=shown.version)
    except Conflict as refused:
        return _stale(request, shown, refused)
    return HttpResponseRedirect(address(shown.desk, chosen))
