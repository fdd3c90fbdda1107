"""What was read by whom, and by which campaign: for the pages of contacts, leads and campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.marketing.visits.models import PageDay
from essor.domain.marketing.visits.objects import PAGE_VIEW
from essor.query import run
from essor.query.tree import Aggregate, All, Column, Compare, Constant, Order, Path, Query

PAGES = 10
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often pages were read by people, and by machines."""

    views: int = 0
    machines: int = 0


def of_person(actor: Actor, link: str, key: int, limit: int) -> list[dict[str, Any]]:
    """Return what a contact (`link` ContactId) or a lead read, the newest first; machines left out."""
    paths = ("Id", "Site", "Path", "VisitedDate", "CampaignId", "Campaign.Name", "UtmSource")
    query = Query(
        PAGE_VIEW,
        columns=tuple(Column(Path(tuple(path.split(".")))) for path in paths),
        where=All(
            (
                Compare(Path((link,)), "eq", (Constant(key),)),
                Compare(Path(("IsMachine",)), "eq", (Constant(value=False),)),
            )
        ),
        order_by=(Order(Path(("VisitedDate",)), descending=True), Order(Path(("Id",)), descending=True)),
        limit=limit,
    )
    return run.rows(actor, query)


def of_campaign(campaign: int) -> tuple[Tally, list[tuple[str, str, int]]]:
    """Return the visits that a campaign's UTM brought, and (site, page, times) of the most read."""
    rows = PageDay.objects.filter(campaign_id=campaign)
    sums = rows.aggregate(views=Sum("views"), machines=Sum("machines"))
    pages = (
        rows.values("site", "path")
        .annotate(times=Sum("views"))
        .filter(times__gt=0)
        .order_by("-times", "path")[:PAGES]
    )
    tally = Tally(sums["views"] or 0, sums["machines"] or 0)
    return tally, [(row["site"], row["path"], row["times"]) for row in pages]


def people_of_campaign(actor: Actor, campaign: int) -> int:
    """Return how many people whom the actor sees came by a campaign: contacts and leads, each once."""
    where = All(
        (
            Compare(Path(("CampaignId",)), "eq", (Constant(campaign),)),
            Compare(Path(("IsMachine",)), "eq", (Constant(value=False),)),
        )
    )
    columns = tuple(
        Column(Aggregate("COUNT_DISTINCT", Path((name,))), name) for name in ("ContactId", "LeadId")
    )
    (row,) = run.rows(actor, Query(PAGE_VIEW, columns=columns, where=where))
    return sum(int(value or 0) for value in row.values())


def lately() -> list[tuple[str, int, int]]:
    """Return (site, views, machines) of the last thirty days."""
    rows = PageDay.objects.filter(day__gte=timezone.localdate() - LATELY).values("site").order_by("site")
    return list(rows.annotate(seen=Sum("views"), made=Sum("machines")).values_list("site", "seen", "made"))
