"""The places of an event: who comes too late waits, and who declines makes room for the first who waits.

Places are counted under a lock on the campaign, so that two who register at the same moment do not get the same one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from essor.access.actor import Actor, in_house
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.campaigns.rules import status_of, tell
from essor.domain.marketing.campaigns.statuses import HOLDS, Status, labelled, of_campaigns
from essor.records.batch import Batch, Row
from essor.records.change import Change, Source
from essor.records.rules import after, before, moved
from essor.records.save import save_many

MOVED_UP, DECLINED = "campaign.moved_up", "campaign.declined"
UP = Source(name="waiting list")


def limited(keys: Collection[int]) -> dict[int, int]:
    """Return {campaign: places} of those whose places are limited, locked until the end of the transaction."""
    rows = Campaign.objects.filter(pk__in=keys, capacity__isnull=False, is_deleted=False).order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(of=("self",))
    return {key: int(places or 0) for key, places in rows.values_list("pk", "capacity")}


def held(statuses: Mapping[int, Iterable[Status]], keys: Collection[int]) -> dict[int, int]:
    """Return how many places of each campaign are taken."""
    labels = {(key, one.label) for key in keys for one in statuses.get(key, ()) if one.meaning in HOLDS}
    rows = CampaignMember.objects.filter(campaign_id__in=keys, is_deleted=False)
    found: dict[int, int] = defaultdict(int)
    for key, label, count in rows.values_list("campaign_id", "status").annotate(n=Count("pk")).order_by():
        if (key, label) in labels:
            found[key] += count
    return found


def taken(campaign: int) -> int:
    """Return how many places of a campaign are taken."""
    return held(of_campaigns([campaign]), [campaign])[campaign]


def _meaning(batch: Batch, row: Row, label: str | None) -> str:
    status = status_of(batch, row, label)
    return status.meaning if status else ""


@before(MEMBER, reads=("CampaignId", "Status", "WaitingSince", "CheckedInDate"))
def give_places(batch: Batch) -> None:
    """Put those who register when all places are taken on the waiting list, in the order in which they came."""
    rows = [row for row in batch if row.changes("Status") and row.get("CampaignId")]
    meanings = {id(row): _meaning(batch, row, row.get("Status")) for row in rows}
    if not any(meanings.values()):
        return
    wanted = {row.get("CampaignId") for row in rows if meanings[id(row)] in HOLDS}
    places = limited(wanted) if wanted else {}
    statuses = of_campaigns(places) if places else {}
    count = held(statuses, places) if places else {}
    for row in rows:
        campaign, meaning = row.get("CampaignId"), meanings[id(row)]
        had = not row.is_new and _meaning(batch, row, row.prior("Status")) in HOLDS
        if meaning == "registered" and not had and campaign in places:
            if count.get(campaign, 0) >= places[campaign]:
                meaning = _wait(row, statuses[campaign])
            else:
                count[campaign] = count.get(campaign, 0) + 1
        if meaning == "waiting":
            row.set("WaitingSince", row.get("WaitingSince") or batch.now)
        elif row.get("WaitingSince") is not None:
            row.set("WaitingSince", None)
        came = row.get("CheckedInDate") or batch.now
        row.set("CheckedInDate", came if meaning == "attended" else None)


def _wait(row: Row, statuses: Iterable[Status]) -> str:
    """Let a row wait, or refuse it where the campaign has no such status; return what it now means."""
    waiting = next((one for one in statuses if one.meaning == "waiting"), None)
    if waiting is None:
        row.refuse("Status", _("All places are taken."), "LIMIT_EXCEEDED")
        return ""
    row.set("Status", waiting.label)
    row.set("HasResponded", waiting.responded)
    return "waiting"


@after(MEMBER, reads=("CampaignId", "ContactId", "LeadId", "Status"))
def free_places(batch: Batch) -> None:
    """Let the first who wait have the places of those who no longer come, and tell of both."""
    gone: dict[int, list[Row]] = defaultdict(list)
    freed: set[int] = set()
    for row in batch.updating():
        if not row.changes("Status"):
            continue
        if _meaning(batch, row, row.get("Status")) == "declined":
            gone[row.get("CampaignId")].append(row)
        if _meaning(batch, row, row.prior("Status")) in HOLDS:
            freed.add(row.get("CampaignId"))
    for campaign, rows in gone.items():
        tell(DECLINED, campaign, rows, batch.actor.user_id)
    move_up(batch.actor, freed)


@after(MEMBER, reads=("CampaignId", "ContactId", "LeadId"))
def tell_moved_up(batch: Batch) -> None:
    """Tell who got a place after waiting for it."""
    if batch.source.name != UP.name:
        return
    up: dict[int, list[Row]] = defaultdict(list)
    for row in batch.updating():
        up[row.get("CampaignId")].append(row)
    for campaign, rows in up.items():
        tell(MOVED_UP, campaign, rows, batch.actor.user_id)


@after(CAMPAIGN, reads=("Capacity",))
def use_new_places(batch: Batch) -> None:
    """More places: the first who wait get them."""
    move_up(
        batch.actor, {row.id for row in batch.updating() if row.id is not None and row.changes("Capacity")}
    )


@moved(MEMBER)
def free_by_deletion(actor: Actor, keys: set[int]) -> None:
    """A member who is taken out makes room as one who declines does."""
    rows = CampaignMember.objects.filter(pk__in=keys, is_deleted=True)
    move_up(actor, set(rows.values_list("campaign_id", flat=True)))


def move_up(actor: Actor, campaigns: Collection[int]) -> None:
    """Give the free places of campaigns to those who wait longest, in this transaction."""
    places = limited(campaigns) if campaigns else {}
    if not places:
        return
    statuses = of_campaigns(places)
    count = held(statuses, places)
    changes: list[Change] = []
    for campaign, places_of in places.items():
        waiting, place = (labelled(statuses.get(campaign, ()), one) for one in ("waiting", "registered"))
        free = places_of - count[campaign]
        if waiting is None or place is None or free <= 0:
            continue
        rows = CampaignMember.objects.filter(campaign_id=campaign, status=waiting, is_deleted=False)
        first = rows.order_by("waiting_since", "pk").values_list("pk", flat=True)[:free]
        changes.extend(Change(MEMBER, {"Status": place}, id=key) for key in first)
    if changes:
        save_many(in_house(actor), MEMBER, changes, source=UP)
