"""The list of scenarios, and a new one: empty, or from a pattern that makes a whole draft."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.automation.models import FlowVersion
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.scenarios import actions as scenarios
from essor.domain.marketing.scenarios import figures, ready, rights, troubles
from essor.domain.marketing.scenarios.models import Scenario
from essor.faces.web import addresses, offers
from essor.faces.web.automation import desks
from essor.faces.web.offers import PageTab
from essor.faces.web.records.reading import Loaded
from essor.faces.web.scenarios.choosing import campaigns
from essor.faces.web.scenarios.reading import CAMPAIGN_PREFIX, Standing, looking, standing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.shapes import Action
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.kernel.whole import whole
from essor.query.names import names

PAGE = 50


@desks.elsewhere
def built_here(flow_ids: Collection[int]) -> dict[int, str]:
    """Return those of some flows that are scenarios, and the pages of their people."""
    keys = Scenario.objects.filter(flow__in=flow_ids).values_list("flow_id", flat=True)
    return {key: reverse("web:scenario_people", args=[key]) for key in keys}


@dataclass(frozen=True, slots=True)
class Line:
    """One scenario of the list."""

    name: str
    href: str
    label: str
    campaign: Action | None
    standing: Standing
    figures: figures.Figures
    troubled: bool


@offers.tab
def tab(actor: Actor) -> PageTab | None:
    """Offer the list to those who see campaigns."""
    if not rights.may_see(actor):
        return None
    return PageTab("scenarios", _("Scenarios"), "hierarchy", reverse("web:scenarios"))


@offers.record_action(CAMPAIGN)
def of_campaign(record: Loaded) -> Action | None:
    """Lead from a campaign to its scenarios, or to a new one."""
    return Action(_("Scenarios"), f"{reverse('web:scenarios')}?campaign={record.key}", "hierarchy")


@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the list, the newest first: all of them, or those of one campaign."""
    actor = looking(request)
    campaign, before = whole(request.GET.get("campaign", "")), whole(request.GET.get("before", ""))
    rows = Scenario.objects.select_related("flow").order_by("-pk")
    if campaign is not None:
        rows = rows.filter(campaign_id=campaign)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    base = reverse("web:scenarios")
    own = f"campaign={campaign}&" if campaign is not None else ""
    context: dict[str, Any] = {
        "lines": _lines(actor, found[:PAGE]),
        "may_edit": rights.may_make(actor),
        "ready": ready.READY,
        "more": f"{base}?{own}before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "campaign": names(actor, [(CAMPAIGN, campaign)]).get((CAMPAIGN, campaign)) if campaign else None,
        "new": f"{reverse('web:new_scenario')}?{own}",
        "base": base,
    }
    return render(request, "scenarios/index.html.jinja", context)


def _lines(actor: Actor, rows: list[Scenario]) -> list[Line]:
    """Return scenarios with their figures: a handful of queries however many they are."""
    keys = [one.pk for one in rows]
    counted = figures.figures(keys)
    troubled = troubles.troubled(keys)
    was_on = set(
        FlowVersion.objects.filter(flow__in=keys, activated_date__isnull=False)
        .values_list("flow_id", flat=True)
        .distinct()
    )
    named = names(actor, [(CAMPAIGN, one.campaign_id) for one in rows if one.campaign_id])
    seen = catalog_for(actor)
    found = []
    for one in rows:
        name = named.get((CAMPAIGN, one.campaign_id or 0))
        campaign = (
            Action(name, addresses.record(ids.encode(CAMPAIGN_PREFIX, one.campaign_id or 0)))
            if name
            else None
        )
        label = str(seen.object(one.flow.object_name).plural) if seen.has(one.flow.object_name) else ""
        told = counted[one.pk]
        state = standing(one.flow, told.inside, was_on=one.pk in was_on)
        found.append(
            Line(
                one.flow.name,
                reverse("web:scenario", args=[one.pk]),
                label,
                campaign,
                state,
                told,
                one.pk in troubled,
            )
        )
    return found


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Show the form of a new scenario, empty or from a pattern, or make it."""
    actor = looking(request)
    rights.require_maker(actor)
    wanted = request.GET.get("from", "")
    chosen = next((one for one in ready.READY if one.name == wanted), None)
    if wanted and chosen is None:
        raise NotFound(_("There is no such ready-made scenario."))

    def work(form: Form) -> str:
        scenario = scenarios.create(
            actor,
            name=form.value("name"),
            object_name=form.value("object"),
            definition=chosen.definition() if chosen else None,
            **_campaign(form),
        )
        return f"{reverse('web:scenario', args=[scenario.pk])}?step=trigger#panel"

    def again(form: Form) -> HttpResponseBase:
        seen = catalog_for(actor)
        people = [(name, str(seen.object(name).plural)) for name in KINDS if seen.has(name)]
        context = {
            "form": form,
            "people": people,
            "campaigns": campaigns(actor, whole(form.value("campaign"))),
            "ready": ready.READY,
            "chosen": chosen,
        }
        return render(request, "scenarios/new.html.jinja", context, status=form.status)

    if request.method == "POST":
        return submit(request, work, again, said=_("Scenario created. Nothing happens until you start it."))
    begun = {
        "name": str(chosen.label) if chosen else "",
        "object": "Contact",
        "campaign": request.GET.get("campaign", ""),
    }
    return again(starting(begun))


def _campaign(form: Form) -> dict[str, Any]:
    key = whole(form.value("campaign"))
    return {} if key is None else {"campaign_id": key}
