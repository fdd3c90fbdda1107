"""One scenario for its pages: its flow at a desk of its own, in the eyes of whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.automation import actions, keepers, moving, numbers
from essor.domain.automation.kinds import name_of
from essor.domain.automation.models import Flow, FlowRun
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.scenarios import figures, rights, troubles
from essor.domain.marketing.scenarios.models import Scenario
from essor.faces.web import addresses
from essor.faces.web.automation.desks import Desk
from essor.faces.web.automation.drawing import counted
from essor.faces.web.automation.reading import Shown, read
from essor.faces.web.records.reading import actor_of
from essor.faces.web.scenarios import ends, offering
from essor.faces.web.scenarios.trouble import told_of
from essor.faces.web.shapes import Action
from essor.kernel import ids
from essor.kernel.errors import Forbidden, NotFound
from essor.query.names import names

Tone = Literal["", "good", "warn", "bad", "accent"]
CAMPAIGN_PREFIX = "701"


@dataclass(frozen=True, slots=True)
class Standing:
    """In which state a scenario is, as a badge."""

    name: Literal["draft", "running", "paused", "ending", "ended"]
    label: str
    tone: Tone


def standing(flow: Flow, inside: int, *, was_on: bool) -> Standing:
    """Return the state of a scenario with so many people inside; `was_on` tells whether it ever was in force."""
    if flow.active_id is not None and not flow.paused:
        return Standing("running", pgettext("scenario", "Running"), "good")
    if flow.paused and (flow.active_id is not None or inside):
        return Standing("paused", pgettext("scenario", "Paused"), "warn")
    if inside:
        return Standing("ending", _("Nobody comes in, those inside finish"), "accent")
    if was_on:
        return Standing("ended", pgettext("scenario", "Ended"), "")
    return Standing("draft", _("Draft"), "")


def looking(request: HttpRequest) -> Actor:
    """Return who looks; Forbidden for those who do not see campaigns."""
    actor = actor_of(request)
    if not rights.may_see(actor):
        raise Forbidden(_("You may not see scenarios."))
    return actor


def scenario_of(flow_id: int) -> Scenario:
    """Return a scenario with its flow; NotFound when there is none."""
    rows = Scenario.objects.select_related("flow__owner", "flow__active")
    found = rows.filter(pk=flow_id).first()
    if found is None:
        raise NotFound(_("There is no such scenario."))
    return found


def found(request: HttpRequest, flow_id: int, number: str = "") -> Shown:
    """Return a scenario at its desk, the version `number` when one is named."""
    actor = looking(request)
    flow = scenario_of(flow_id).flow
    return read(actor, catalog_for(actor), flow, desk_of(actor, flow), number)


def desk_of(actor: Actor, flow: Flow) -> Desk:
    """Return the desk at which a scenario is built."""
    return Desk(
        base=reverse("web:scenario", args=[flow.pk]),
        people=reverse("web:scenario_people", args=[flow.pk]),
        samples=addresses.lookup(MEMBER, f"{flow.object_name}Id"),
        may_edit=keepers.may_keep(actor, flow),
        save=actions.save_draft,
        draw=draw,
        kinds=offering.kinds,
        counts=counted,
        head=ends.head,
        ends=ends.FORMS,
    )


def draw(
    request: HttpRequest,
    template: str,
    shown: Shown,
    context: Mapping[str, Any],
    *,
    tab: str,
    status: int = 200,
) -> HttpResponseBase:
    """Draw a page of a scenario: heading, state, tabs."""
    flow = shown.flow
    scenario = scenario_of(flow.pk)
    told = figures.figures([flow.pk])[flow.pk]
    was_on = flow.versions.filter(activated_date__isnull=False).exists()
    labels = {
        "builder": (_("Steps"), "scenario"),
        "people": (_("People"), "scenario_people"),
        "test": (_("Dry run"), "scenario_test"),
        "versions": (_("Versions"), "scenario_versions"),
        "settings": (_("Settings"), "scenario_settings"),
    }
    tabs = [
        Action(label, reverse(f"web:{name}", args=[flow.pk]), current=key == tab)
        for key, (label, name) in labels.items()
        if key != "test" or keepers.may_keep(actor_of(request), flow)
    ]
    whole = {
        "flow": flow,
        "scenario": scenario,
        "shown": shown,
        "desk": shown.desk,
        "object": shown.site.obj,
        "tabs": tabs,
        "figures": told,
        "troubles": told_of(troubles.of_flow(flow)),
        "standing": standing(flow, told.inside, was_on=was_on),
        "tab": tab,
        "campaign": campaign_of(actor_of(request), scenario.campaign_id),
        "in_force": flow.active.number if flow.active else 0,
        "inside_others": others(shown, told.inside) if tab == "builder" and not shown.is_draft else 0,
        "gaps": _gaps(shown) if told.inside and shown.is_draft and shown.desk.may_edit else (),
        "fresh": False,
        **context,
    }
    return render(request, f"scenarios/{template}.html.jinja", whole, status=status)


def _gaps(shown: Shown) -> list[tuple[str, int, str]]:
    """Return (step, how many stand there, where they would go on, "" at the end) of steps that the draft has no more."""
    return [
        (name_of(one.step), one.number, name_of(one.after) if one.after else "")
        for one in moving.gaps(shown.flow, shown.version)
    ]


def others(shown: Shown, inside: int) -> int:
    """Return how many of the people inside are under way in other versions than the one shown."""
    return inside - FlowRun.objects.filter(version=shown.version, state__in=numbers.INSIDE).count()


def campaign_of(actor: Actor, key: int | None) -> Action | None:
    """Return the campaign as a link, when there is one that the reader sees."""
    if key is None:
        return None
    name = names(actor, [(CAMPAIGN, key)]).get((CAMPAIGN, key))
    return Action(name, addresses.record(ids.encode(CAMPAIGN_PREFIX, key))) if name else None
