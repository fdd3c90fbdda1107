"""What holds for members: one person each, once a campaign; a status of the campaign; a response is dated and told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.utils.translation import gettext as _

from essor.catalog import current
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.campaigns.objects import CAMPAIGN, MEMBER
from essor.domain.marketing.campaigns.statuses import Status, of_campaigns
from essor.domain.marketing.consent.people import KINDS
from essor.kernel import events
from essor.records import circles
from essor.records.batch import Batch, Row
from essor.records.rules import after, before, check

RESPONDED = "campaign.responded"
WHOM = {"ContactId": "Contact", "LeadId": "Lead"}
STATUSES = "campaign statuses"  # where the batch keeps {campaign: its statuses}


def statuses_of(batch: Batch) -> Mapping[int, tuple[Status, ...]]:
    """Return the statuses of the batch's campaigns: asked once a batch."""
    if STATUSES not in batch.notes:
        batch.notes[STATUSES] = of_campaigns(
            {row.get("CampaignId") for row in batch if row.get("CampaignId")}
        )
    found: Mapping[int, tuple[Status, ...]] = batch.notes[STATUSES]
    return found


def status_of(batch: Batch, row: Row, label: str | None) -> Status | None:
    """Return a status of the row's campaign by its label, however it is written."""
    wanted = (label or "").casefold()
    some = statuses_of(batch).get(row.get("CampaignId"), ())
    return next((one for one in some if one.label.casefold() == wanted), None)


@before(CAMPAIGN, reads=("ParentId",))
def no_circle(batch: Batch) -> None:
    """No campaign stands above itself."""
    circles.refuse(batch, "ParentId", _("This campaign is below the one you are editing."))


@before(CAMPAIGN, reads=("StartDate", "EndDate"))
def in_order(batch: Batch) -> None:
    """A campaign does not end before it begins."""
    for row in batch:
        start, end = row.get("StartDate"), row.get("EndDate")
        if start and end and end < start:
            row.refuse("EndDate", _("It would end before it begins."))


@before(MEMBER, reads=("CampaignId", "ContactId", "LeadId", "Status", "FirstRespondedDate"))
def settle_status(batch: Batch) -> None:
    """Give new members the campaign's first status, refuse what is none of its own, date the first response."""
    for row in batch:
        if row.is_new and bool(row.get("ContactId")) == bool(row.get("LeadId")):
            row.refuse("ContactId", _("Name a contact or a lead, one of them."), "REQUIRED_FIELD_MISSING")
            continue
        if not row.is_new and row.changes("ContactId") and not row.get("LeadId"):
            row.refuse("ContactId", _("Add the other person as a member instead."))
            continue
        some = statuses_of(batch).get(row.get("CampaignId"), ())
        if row.is_new and not row.get("Status"):
            row.set("Status", next((one.label for one in some if one.first), None))
        if not row.is_new and "Status" not in row.offered:
            continue
        status = status_of(batch, row, row.get("Status"))
        if status is None:
            known = ", ".join(one.label for one in some)
            row.refuse(
                "Status",
                _("The statuses of this campaign are: %(known)s.") % {"known": known},
                "INVALID_STATUS",
            )
            continue
        row.set("Status", status.label)
        row.set("HasResponded", status.responded)
        if status.responded and row.get("FirstRespondedDate") is None:
            row.set("FirstRespondedDate", batch.today)


@check(MEMBER, reads=("CampaignId", "ContactId", "LeadId"))
def once(batch: Batch) -> None:
    """Refuse whoever is a member already, with a sentence instead of a broken constraint: one query a kind of person."""
    for name in WHOM:
        rows = [row for row in batch if row.get(name) and (row.is_new or row.changes(name))]
        if not rows:
            continue
        attr = current.get().object(MEMBER).field(name).attr
        there = CampaignMember.objects.filter(
            campaign_id__in={row.get("CampaignId") for row in rows},
            **{f"{attr}__in": [row.get(name) for row in rows]},
            is_deleted=False,
        )
        taken = set(there.values_list("campaign_id", attr))
        for row in rows:
            pair = (row.get("CampaignId"), row.get(name))
            if pair in taken:
                row.refuse(name, _("This person is in the campaign already."), "DUPLICATE_VALUE")
            taken.add(pair)


@after(MEMBER, reads=("CampaignId", "ContactId", "LeadId", "HasResponded"))
def tell_responses(batch: Batch) -> None:
    """Tell other rooms who responded: one event a campaign."""
    responded: dict[int, list[Row]] = defaultdict(list)
    for row in batch:
        if row.get("HasResponded") and row.changes("HasResponded"):
            responded[row.get("CampaignId")].append(row)
    for campaign, rows in responded.items():
        tell(RESPONDED, campaign, rows, batch.actor.user_id)


def tell(topic: str, campaign: int, rows: list[Row], user_id: int) -> None:
    """Put an event about members of one campaign into the outbox: {"campaign", "people": [[kind, key]], "user_id"}."""
    keys = [row.id for row in rows if row.id is not None]
    people = [
        [KINDS[WHOM[name]], row.get(name)]
        for row in rows
        for name in [next(one for one in WHOM if row.get(one))]
    ]
    events.emit(topic, MEMBER, keys, {"campaign": campaign, "people": people, "user_id": user_id})
