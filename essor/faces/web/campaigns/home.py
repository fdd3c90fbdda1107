"""The campaigns that somebody has under way, on their home page: what marketing opens first in the morning."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.faces.web import addresses, offers
from essor.faces.web.lists.state import rows_address
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Action
from essor.kernel import ids
from essor.kernel.errors import NotFound, QueryRefused
from essor.query import run
from essor.query.tree import All, Column, Compare, Constant, Me, Order, Path, Query

SHOWN = 6
PATHS = ("Id", "Name", "Status", "StartDate", "NumberOfContacts", "NumberOfLeads", "NumberOfResponses")


def _may_plan(actor: Actor) -> bool:
    return catalog_for(actor).has(CAMPAIGN) and row_access.may(actor, CAMPAIGN, "create")


@offers.home_panel
def campaigns_panel(actor: Actor) -> offers.Panel | None:
    """Offer their campaigns to those who plan some."""
    return offers.Panel("my-campaigns", reverse("web:my_campaigns")) if _may_plan(actor) else None


@offers.home_link
def new_campaign(actor: Actor) -> Action | None:
    """Offer a new campaign to those who plan some."""
    return Action(_("New campaign"), addresses.new_record(CAMPAIGN), "flag") if _may_plan(actor) else None


@require_GET
def panel(request: HttpRequest) -> HttpResponseBase:
    """Draw the reader's campaigns that are not over, the latest to begin first; nothing when there is none."""
    actor = actor_of(request)
    if not catalog_for(actor).has(CAMPAIGN):
        raise NotFound(_("There is no such page."))
    status = catalog_for(actor).object(CAMPAIGN).field("Status")
    running = tuple(Constant(one.value, "text") for one in status.choices if not one.facts.get("closed"))
    mine = All((Compare(Path(("OwnerId",)), "eq", (Me(),)), Compare(Path(("Status",)), "in", running)))
    query = Query(
        CAMPAIGN,
        columns=tuple(Column(Path((name,))) for name in PATHS),
        where=mine,
        order_by=(
            Order(Path(("StartDate",)), descending=True, nulls="first"),
            Order(Path(("Id",)), descending=True),
        ),
        limit=SHOWN,
    )
    try:
        rows = run.rows(actor, query)
    except QueryRefused:  # a field of these is hidden from the reader
        rows = []
    found = [
        {
            "href": addresses.record(ids.encode("701", row["Id"])),
            "name": row["Name"],
            "status": str(status.choice(row["Status"]) or ""),
            "start": row["StartDate"],
            "members": (row["NumberOfContacts"] or 0) + (row["NumberOfLeads"] or 0),
            "responses": row["NumberOfResponses"] or 0,
        }
        for row in rows
    ]
    return render(
        request, "campaigns/home.html.jinja", {"campaigns": found, "all": rows_address(CAMPAIGN, mine)}
    )
