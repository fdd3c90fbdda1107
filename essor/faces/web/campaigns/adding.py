"""Selected contacts or leads become members of a campaign: at once, or in the background when they are many."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.bulk.jobs import AT_ONCE
from essor.domain.marketing.campaigns import jobs, members
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.campaigns.statuses import of_campaigns
from essor.faces.web import offers
from essor.faces.web.campaigns.keys import key_of
from essor.faces.web.lists.bulk import Chosen, chosen, keys_of, started
from essor.faces.web.lists.going import at_once
from essor.faces.web.lists.state import State, state_of
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import Tone, toast, trigger
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Order, Path, Query
from essor.query.walk import matching
from essor.records import undo
from essor.records.change import Source

SHOWN = 200


@offers.report_action("Contact", "Lead", MEMBER)
@offers.list_action("Contact", "Lead", MEMBER)
def add_button(state: State) -> Action | None:
    """Offer to put the selected people into a campaign."""
    seen = state.catalog
    if not seen.has(MEMBER) or not row_access.may(state.actor, seen.object(MEMBER), "create"):
        return None
    return Action(_("Add to a campaign"), f"/o/{state.object.name}/add-to-campaign", "flag")


@require_POST
def add(request: HttpRequest, name: str) -> HttpResponseBase:
    """Ask which campaign and status, or do it."""
    state = state_of(request, name, request.POST)
    selected = chosen(request, state)
    campaign = key_of(request.POST.get("campaign", ""), "701")
    if campaign is None:
        return _form(request, state, selected)
    status, override = request.POST.get("status", ""), request.POST.get("override") == "1"
    try:
        members.checked(state.actor, campaign, status)
    except ValidationFailed as refused:
        return _form(request, state, selected, str(refused))
    if selected.total > AT_ONCE:
        where = state.condition if selected.keys is None else matching(selected.keys)
        jobs.start(
            state.actor,
            campaign,
            state.object.name,
            where,
            status=status,
            override=override,
            total=selected.total,
        )
        return started()
    batch = undo.begin(state.actor, jobs.KIND, state.object.name)
    done = members.add_selected(
        state.actor,
        campaign,
        state.object.name,
        keys_of(state, selected),
        status=status,
        override=override,
        source=Source(name=jobs.KIND, batch=batch),
    )
    response = HttpResponse(status=204)
    tone: Tone = "warning" if done.refused else "success"
    toast(response, told(done), undo=f"/undo/{batch}" if done.added or done.changed else "", tone=tone)
    trigger(response, "es:close-dialog")
    return at_once(response)


def told(done: members.Added) -> str:
    """Return in words what became of a selection."""
    words = [ngettext("%(num)d member added.", "%(num)d members added.", done.added) % {"num": done.added}]
    if done.there:
        text = ngettext(
            "%(num)d was in the campaign already.", "%(num)d were in the campaign already.", done.there
        )
        words.append(text % {"num": done.there})
    return " ".join([*words, *done.refused])


def _form(request: HttpRequest, state: State, selected: Chosen, error: str = "") -> HttpResponseBase:
    campaigns = _campaigns(state.actor, but=key_of(request.POST.get("but", ""), "701"))
    first = campaigns[0]["Id"] if campaigns else 0
    context = {
        "state": state,
        "object": state.object,
        "selected": selected,
        "campaigns": campaigns,
        "id_of": ids.encode,
        "statuses": of_campaigns([first]).get(first, ()),
        "hidden": list(state.params.items()),
        "error": error,
        "background": selected.total > AT_ONCE,
    }
    response = render(request, "campaigns/add.html.jinja", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#list-dialog", "innerHTML"
    return response


def _campaigns(actor: Actor, *, but: int | None) -> list[dict[str, Any]]:
    """Return the active campaigns that the actor sees, the newest first, except the one that the people come from."""
    if not catalog_for(actor).has(CAMPAIGN):
        return []
    query = Query(
        CAMPAIGN,
        columns=(Column(Path(("Id",))), Column(Path(("Name",)))),
        where=Compare(Path(("IsActive",)), "eq", (Constant(value=True),)),
        order_by=(Order(Path(("StartDate",)), descending=True), Order(Path(("Id",)), descending=True)),
        limit=SHOWN,
    )
    return [row for row in run.rows(actor, query) if row["Id"] != but]


@require_GET
def statuses(request: HttpRequest) -> HttpResponseBase:
    """Answer the statuses of the campaign that was chosen, as options."""
    key = key_of(request.GET.get("campaign", ""), "701")
    found = members.checked(actor_of(request), key) if key is not None else ()
    return render(request, "campaigns/statuses.html.jinja", {"statuses": found})
