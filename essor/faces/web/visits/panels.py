"""What somebody read on the company's site, and what a campaign's links brought there."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.visits import reading
from essor.domain.marketing.visits.models import Website
from essor.domain.marketing.visits.objects import PAGE_VIEW
from essor.faces.web import addresses, offers
from essor.faces.web.lists.state import rows_address
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.kernel import ids
from essor.kernel.errors import NotFound, QueryRefused
from essor.query.tree import Compare, Constant, Path

SHOWN = 25


@offers.record_panel(*KINDS, draws=[PAGE_VIEW])
def person_panel(record: Loaded) -> offers.Panel | None:
    """Offer what a contact or lead read, where visits are followed and the reader may see them."""
    if not record.catalog.has(PAGE_VIEW) or not Website.objects.exists():
        return None
    return offers.Panel("visits", addresses.record(record.id, "visits"), "side")


@offers.record_panel(CAMPAIGN)
def campaign_panel(record: Loaded) -> offers.Panel | None:
    """Offer what a campaign's links brought to the site."""
    if not record.catalog.has(PAGE_VIEW) or not Website.objects.exists():
        return None
    return offers.Panel("visits", addresses.record(record.id, "visits/campaign"), "side")


@require_GET
def of_person(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the pages that somebody read, day by day."""
    record = _load(request, record_id, *KINDS)
    link = f"{record.object.name}Id"
    try:
        rows = reading.of_person(record.actor, link, record.key, SHOWN + 1)
    except QueryRefused as refused:  # a field of these is hidden from the reader
        raise NotFound(_("There is no such record.")) from refused
    days = [
        (day, list(some))
        for day, some in groupby(rows[:SHOWN], key=lambda row: timezone.localtime(row["VisitedDate"]).date())
    ]
    where = Compare(Path((link,)), "eq", (Constant(record.key),))
    context = {
        "days": days,
        "more": len(rows) > SHOWN,
        "href": rows_address(PAGE_VIEW, where),
        "id_of": ids.encode,
    }
    return render(request, "visits/of_person.html.jinja", context)


@require_GET
def of_campaign(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw how often a campaign's links were followed to the site, and which pages were read."""
    record = _load(request, record_id, CAMPAIGN)
    tally, pages = reading.of_campaign(record.key)
    try:
        people = reading.people_of_campaign(record.actor, record.key)
    except QueryRefused:
        people = 0
    where = Compare(Path(("CampaignId",)), "eq", (Constant(record.key),))
    context = {
        "tally": tally,
        "pages": pages,
        "people": people,
        "href": rows_address(PAGE_VIEW, where),
        "utm": record.id,
    }
    return render(request, "visits/of_campaign.html.jinja", context)


def _load(request: HttpRequest, record_id: str, *names: str) -> Loaded:
    record = load(actor_of(request), record_id, [])
    if record.object.name not in names or not record.catalog.has(PAGE_VIEW):
        raise NotFound(_("There is no such record."))
    return record
