"""The mailings of a campaign that are not over, on its page: how far each is, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from essor.domain.marketing.sending import problems
from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.states import FAILED, PAUSED, SCHEDULED, SENDING
from essor.faces.web import addresses, offers
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.sending.launching import CAMPAIGN, MAILING
from essor.kernel import ids
from essor.query import run
from essor.query.tree import All, Column, Compare, Constant, Order, Path, Query

OPEN = (SCHEDULED, SENDING, PAUSED, FAILED)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One mailing: what was handled of what is to be mailed, and the sentence about what is wrong, empty when nothing is."""

    mailing: ListEmail
    href: str
    done: int
    mailable: int
    problem: str


@offers.record_panel(CAMPAIGN)
def under_way_panel(record: Loaded) -> offers.Panel | None:
    """Offer the mailings under way to those who may see mailings."""
    if not record.catalog.has(MAILING):
        return None
    return offers.Panel("under-way", addresses.record(record.id, "under-way"), "top")


@require_GET
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the mailings that the reader sees among those under way."""
    record = load(actor_of(request), record_id, of=(CAMPAIGN,))
    own = Compare(Path(("CampaignId",)), "eq", (Constant(record.key),))
    still = Compare(Path(("Status",)), "in", tuple(Constant(one, "text") for one in OPEN))
    newest = (Order(Path(("Id",)), descending=True),)
    query = Query(
        MAILING, columns=(Column(Path(("Id",))),), where=All((own, still)), order_by=newest, limit=SHOWN
    )
    keys = [row["Id"] for row in run.rows(record.actor, query)]
    lines = [_line(one) for one in ListEmail.objects.filter(pk__in=keys).order_by("-pk")]
    return render(request, "sending/under_way.html.jinja", {"record": record, "lines": lines})


def _line(one: ListEmail) -> Line:
    mailable = max(0, one.total_recipients - one.total_skipped)
    done = min(mailable, one.total_sent + one.total_refused + one.total_unsure)
    return Line(one, addresses.record(ids.encode("0XB", one.pk)), done, mailable, problems.told(one))
