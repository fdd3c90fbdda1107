"""Who is inside a scenario: who stands at a card, who comes in by hand, who is taken out or goes on now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from essor.access.actor import Actor
from essor.domain.automation import actions, keepers, moving, numbers, outcome
from essor.domain.automation.definition import from_json
from essor.domain.automation.models import Flow, FlowRun, FlowVersion, RunState
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.scenarios import actions as scenarios
from essor.domain.marketing.scenarios import figures, rights
from essor.faces.web import addresses, offers
from essor.faces.web.automation.reading import Shown
from essor.faces.web.automation.runs import TONES, steps_of, title
from essor.faces.web.campaigns.keys import key_of as record_key
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.scenarios.reading import draw, found, looking, scenario_of
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.kernel.whole import whole
from essor.query.names import names

PAGE = 50
GROUPS = {
    "inside": Q(state__in=numbers.INSIDE),
    "done": Q(state=RunState.DONE),
    "goal": Q(state=RunState.STOPPED) & Q(figures.reached()),
    "left": Q(state=RunState.STOPPED) & ~Q(figures.reached()),
    "failed": Q(state=RunState.FAILED) & ~Q(record_id=0),
}
# Those who failed take their step again, or go on behind it.
MENDED = {"retry": actions.retry, "skip": actions.skip}


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the way: `name` and `href` only when the reader may see them."""

    run: FlowRun
    name: str
    href: str
    step: str
    state: str
    tone: str
    way: str
    why: str = ""


@require_GET
def show(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """List people by where they stand: at a card (`at`, of the version shown), or in a state; pages by key."""
    shown = found(request, flow_id, request.GET.get("version", ""))
    at, state = request.GET.get("at", ""), request.GET.get("state", "inside")
    before = whole(request.GET.get("before", ""))
    rows = shown.flow.runs.order_by("-pk")
    if at:
        rows = FlowRun.objects.filter(version=shown.version, node=at, state__in=numbers.INSIDE).order_by(
            "-pk"
        )
    elif state in GROUPS:
        rows = rows.filter(GROUPS[state])
    else:
        raise NotFound(_("There is no such page."))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    # Keys first: an index has them, however many stand at one card.
    keys = list(rows.values_list("pk", flat=True)[: PAGE + 1])
    known = FlowRun.objects.in_bulk(keys)
    runs = [known[key] for key in keys if key in known]
    lines = lines_of(actor_of(request), shown, runs[:PAGE])
    base = shown.desk.people
    filters = [
        Action(label, f"{base}?state={name}", current=not at and state == name)
        for name, label in labels().items()
    ]
    query = f"at={at}&version={shown.version.number}" if at else f"state={state}"
    context: dict[str, Any] = {
        "lines": [one for one in lines if one.name],
        "hidden": sum(not one.name for one in lines),
        "filters": filters,
        "at": at,
        "state": state,
        "at_title": title(shown.definition, at) if at else "",
        "more": f"{base}?{query}&before={runs[PAGE - 1].pk}" if len(runs) > PAGE else "",
        "chooser": _chooser(shown),
        "may_enter": shown.desk.may_edit and shown.flow.active_id is not None,
    }
    return draw(request, "people", shown, context, tab="people")


def labels() -> dict[str, str]:
    """Return the states that the list shows, by name."""
    return {
        "inside": _("Inside"),
        "done": _("At the end"),
        "goal": _("Reached the goal"),
        "left": _("Left before the end"),
        "failed": _("Failed"),
    }


def lines_of(actor: Actor, shown: Shown, runs: Sequence[FlowRun]) -> list[Line]:
    """Return runs with the names of those whom the reader may see, and why they left: three queries."""
    obj = shown.site.obj
    ended = figures.endings(runs)
    known = names(actor, [(obj.name, run.record_id) for run in runs])
    versions = FlowVersion.objects.in_bulk({run.version_id for run in runs})
    flows = {key: from_json(row.definition) for key, row in versions.items()}
    return [
        Line(
            run,
            known.get((obj.name, run.record_id), ""),
            addresses.record(ids.encode(obj.prefix, run.record_id)),
            title(flows[run.version_id], run.node),
            *state_of(run, ended.get(run.pk, ("", ""))[0]),
            reverse("web:scenario_way", args=[shown.flow.pk, run.pk]),
            run.error or ended.get(run.pk, ("", ""))[1],
        )
        for run in runs
    ]


def state_of(run: FlowRun, ending: str) -> tuple[str, str]:
    """Return the state of somebody in a scenario as a word and the tone of its badge; `ending` is how they left it."""
    if run.state != RunState.STOPPED:
        return run.get_state_display(), TONES.get(run.state, "")
    if ending == outcome.GOAL:
        return pgettext("scenario", "Goal reached"), "good"
    return (pgettext("scenario", "Left"), "") if ending else (pgettext("scenario", "Taken out"), "")


def _chooser(shown: Shown) -> dict[str, str]:
    return {"href": shown.desk.samples, "label": str(shown.site.obj.label)}


@require_GET
def way(request: HttpRequest, flow_id: int, run_id: int) -> HttpResponseBase:
    """Draw the steps that one person took, as far as the reader may see the person."""
    shown = found(request, flow_id)
    run = shown.flow.runs.select_related("version").filter(pk=run_id).first()
    line = lines_of(actor_of(request), shown, [run])[0] if run is not None else None
    if run is None or line is None or not line.name:
        raise NotFound(_("There is no such page."))
    return draw(request, "way", shown, {"line": line, "steps": steps_of(run)}, tab="people")


@require_POST
def do(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Take people out or let them go on now: those ticked, as far as the reader sees them."""
    shown, actor = found(request, flow_id), actor_of(request)
    verb = request.POST.get("do", "")
    chosen = _seen(actor, shown, request.POST.getlist("run"))
    if verb == "out":
        count = actions.stop(actor, shown.flow, chosen)
        said = ngettext("%(num)d person was taken out.", "%(num)d people were taken out.", count)
    elif verb == "on":
        count = moving.hurry(actor, shown.flow, chosen)
        said = ngettext("%(num)d person goes on now.", "%(num)d people go on now.", count)
    elif verb in MENDED:
        count = MENDED[verb](actor, shown.flow, chosen)
        said = ngettext("%(num)d person goes on now.", "%(num)d people go on now.", count)
    else:
        raise NotFound(_("There is no such page."))
    if count:
        flash(request, said % {"num": count})
    else:
        flash(request, _("Tick at least one person for whom this can be done."), tone="error")
    at, version = request.POST.get("at", ""), request.POST.get("version", "")
    query = urlencode(
        {"at": at, "version": version} if at else {"state": "failed" if verb in MENDED else "inside"}
    )
    return HttpResponseRedirect(f"{shown.desk.people}?{query}")


def _seen(actor: Actor, shown: Shown, texts: list[str]) -> list[int]:
    keys = [key for text in texts[:PAGE] if (key := whole(text)) is not None]
    runs = list(shown.flow.runs.filter(pk__in=keys))
    known = names(actor, [(shown.site.obj.name, run.record_id) for run in runs])
    return [run.pk for run in runs if (shown.site.obj.name, run.record_id) in known]


@require_POST
def enter(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Let one person in by hand."""
    shown, actor = found(request, flow_id), actor_of(request)
    keepers.require_keeper(actor, shown.flow)
    obj = shown.site.obj
    key = record_key(request.POST.get("record", ""), obj.prefix)
    if key is None or not names(actor, [(obj.name, key)]):
        flash(request, _("Choose a person from the list."), tone="error")
    elif scenarios.let_in(actor, scenario_of(flow_id), [key]):
        flash(request, _("The person is inside."))
    else:
        flash(request, _("This person may not come in again, or is inside already."), tone="error")
    return HttpResponseRedirect(f"{shown.desk.people}?state=inside")


@offers.record_panel(*KINDS)
def person_panel(record: Loaded) -> offers.Panel | None:
    """Offer where somebody stands in scenarios, to those who see campaigns."""
    if not rights.may_see(record.actor) or not figures.of_person(record.object.name, record.key):
        return None
    return offers.Panel("scenarios", reverse("web:scenarios_of", args=[record.id]), "side")


@require_GET
def of_person(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the scenarios in which a person is or was, and where."""
    looking(request)
    record = load(actor_of(request), record_id, [])
    if record.object.name not in KINDS:
        raise NotFound(_("There is no such page."))
    runs = figures.of_person(record.object.name, record.key)
    ended = figures.endings(runs)
    lines = [
        (
            run,
            run.flow.name,
            _place(run.flow, run),
            title(from_json(run.version.definition), run.node),
            *state_of(run, ended.get(run.pk, ("", ""))[0]),
        )
        for run in runs
    ]
    return render(request, "scenarios/of_person.html.jinja", {"lines": lines})


def _place(flow: Flow, run: FlowRun) -> str:
    return f"{reverse('web:scenario', args=[flow.pk])}?version={run.version.number}#card-{run.node}"
