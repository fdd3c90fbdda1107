"""The run log: records on their way and at their end, filtered by state; failed ones are tried again or skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.access.rights import Permission
from essor.domain.automation import actions, numbers
from essor.domain.automation.definition import Definition, Step, from_json
from essor.domain.automation.kinds import STEPS, name_of
from essor.domain.automation.models import FlowRun, FlowStep, FlowVersion, RunState
from essor.faces.web import formatting
from essor.faces.web.automation.reading import Shown
from essor.faces.web.automation.tabs import draw, found
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing, opened
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.kernel.whole import whole, wholes
from essor.query.names import names

PAGE = 50
ENDED = (RunState.DONE, RunState.STOPPED)
TONES = {"waiting": "accent", "held": "warn", "done": "good", "failed": "bad", "stopped": ""}
strictly = opened(Permission.CUSTOMIZE, strict=True)  # names of records stand in the log


@dataclass(frozen=True, slots=True)
class Line:
    """One run: the record's name, the step it stands at."""

    run: FlowRun
    record_id: str
    name: str
    step: str
    tone: str


@require_GET
@strictly
def show(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Draw one page of the log, the newest first; `before` is the run that the last page ended with."""
    shown = found(request, flow_id, request.GET.get("version", ""))
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    rows, at = shown.flow.runs.order_by("-pk"), request.GET.get("at", "")
    if at:  # who stands at a card of the drawing
        rows = rows.filter(version=shown.version, node=at, state__in=numbers.INSIDE)
    elif state in RunState.values:
        rows = rows.filter(state=state)
    if (key := whole(before)) is not None:
        rows = rows.filter(pk__lt=key)
    runs = list(rows[: PAGE + 1])
    counts = dict(shown.flow.runs.values_list("state").annotate(Count("pk")))
    base = reverse("web:setup_flow_runs", args=[flow_id])
    every = "{} ({})".format(_("All"), formatting.number(sum(counts.values())))
    filters = [Action(every, base, current=state not in RunState.values)] + [
        Action(
            f"{label} ({formatting.number(counts.get(value, 0))})",
            f"{base}?state={value}",
            current=state == value,
        )
        for value, label in RunState.choices
    ]
    kept = f"at={at}&version={shown.version.number}" if at else f"state={state}"
    more = f"{base}?{kept}&before={runs[PAGE - 1].pk}" if len(runs) > PAGE else ""
    context = {
        "lines": lines_of(request, shown, runs[:PAGE]),
        "filters": filters,
        "state": state,
        "more": more,
        "failed": counts.get("failed", 0),
        "open": any(run.state not in ENDED for run in runs[:PAGE]),
    }
    return draw(request, "runs", shown, context, tab="runs")


def lines_of(request: HttpRequest, shown: Shown, runs: list[FlowRun]) -> list[Line]:
    """Return runs with the names of their records: one query for the names, one for the versions."""
    obj = shown.site.obj
    keys = {run.pk: ids.encode(obj.prefix, run.record_id) for run in runs if run.record_id}
    known = names(actor_of(request), [(obj.name, run.record_id) for run in runs if run.record_id])
    versions = FlowVersion.objects.in_bulk({run.version_id for run in runs})
    flows = {key: from_json(row.definition) for key, row in versions.items()}
    return [
        Line(
            run,
            keys.get(run.pk, ""),
            known.get((obj.name, run.record_id), keys.get(run.pk, "")),
            title(flows[run.version_id], run.node),
            TONES.get(run.state, ""),
        )
        for run in runs
    ]


def title(flow: Definition, node: str) -> str:
    """Return what a step is called."""
    step = flow.step(node)
    return name_of(step) if step is not None else ""


@require_GET
@strictly
def one(request: HttpRequest, flow_id: int, run_id: int) -> HttpResponseBase:
    """Draw one run with the steps that it took."""
    shown = found(request, flow_id)
    run = shown.flow.runs.select_related("version").filter(pk=run_id).first()
    if run is None:
        raise NotFound(_("There is no such run."))
    context = {
        "line": lines_of(request, shown, [run])[0],
        "steps": steps_of(run),
        "outgoing": run.outgoing.order_by("pk"),
    }
    return draw(request, "run", shown, context, tab="runs")


def steps_of(run: FlowRun) -> list[tuple[FlowStep, str, str, str, str]]:
    """Return the steps that a run took, in their order: each with its title, its icon, the path out of it, what it told."""
    flow = from_json(run.version.definition)
    found = []
    for row in FlowStep.objects.filter(run=run).order_by("pk"):
        step = flow.step(row.node)
        way = step.path(row.outcome) if step else None
        icon = STEPS[step.kind].icon if step and step.kind in STEPS else "help-circle"
        found.append((row, title(flow, row.node), icon, way.label if way else "", said(step, row.detail)))
    return found


def said(step: Step | None, detail: str) -> str:
    """Return what a step told; a wait told until when, which is shown as the reader writes moments."""
    if step is None or step.kind != "wait":
        return detail
    try:
        when = datetime.fromisoformat(detail)
    except ValueError:
        return detail
    return _("until %(day)s") % {"day": formatting.moment(when)}


@require_POST
@customizing
def do(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Try failed runs again, skip the step that failed, or stop runs: those ticked, or all failed ones."""
    shown, actor = found(request, flow_id), actor_of(request)
    chosen = wholes(request.POST.getlist("run"))
    verb = request.POST.get("do", "")
    if verb == "retry_all":
        count = actions.retry(actor, shown.flow)
    elif verb in DEEDS and chosen:
        count = DEEDS[verb](actor, shown.flow, chosen)
    else:
        count = 0
    if count:
        text = ngettext("%(num)d run goes on.", "%(num)d runs go on.", count)
        if verb == "stop":
            text = ngettext("%(num)d run is stopped.", "%(num)d runs are stopped.", count)
        flash(request, text % {"num": count})
    else:
        flash(request, _("Select at least one run for which this can be done."), tone="error")
    return HttpResponseRedirect(
        f"{reverse('web:setup_flow_runs', args=[flow_id])}?state={request.POST.get('state', '')}"
    )


DEEDS = {"retry": actions.retry, "skip": actions.skip, "stop": actions.stop}
