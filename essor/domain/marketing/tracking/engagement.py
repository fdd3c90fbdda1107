"""Members of a campaign show what became of its mails: sent, opened, clicked, bounced, opted out, each with its first moment.

So lists, segments, reports and flows know who clicked and did not respond, by the same Query road as everything else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.marketing.campaigns import members
from essor.domain.marketing.campaigns.members import LINKS
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.campaigns.objects import MEMBER
from essor.domain.marketing.campaigns.statuses import Status, labelled, of_campaigns
from essor.domain.marketing.sending import numbers
from essor.domain.marketing.sending.models import ListEmail
from essor.kernel.events import Event, consumer
from essor.records import unattended
from essor.records.batch import Batch
from essor.records.change import Change, Source
from essor.records.rules import before

SOURCE = Source(name="mailing")
FIELDS = {
    "mail.sent": "SentDate",
    "mail.opened": "FirstOpenedDate",
    "mail.clicked": "FirstClickedDate",
    "mail.bounced": "BouncedDate",
    "mail.opted_out": "OptedOutDate",
}
MAILED = {
    FIELDS["mail.sent"],
    FIELDS["mail.bounced"],
}  # the server may refuse a mail before it counts as sent
# Who clicked has opened, though the picture that would tell may have been kept from loading.
IMPLIED = {"FirstClickedDate": "FirstOpenedDate"}
People = dict[int, datetime]
_moments: ContextVar[tuple[str, People] | None] = ContextVar("moments", default=None)


@consumer("tracking", topics=FIELDS, batch=100)
def follow(events: Sequence[Event]) -> None:
    """Write first moments on the members of campaigns; who was mailed becomes a member, in vain or not."""
    campaigns = dict(
        ListEmail.objects.filter(
            pk__in={event.payload["list_email_id"] for event in events}, campaign__isnull=False
        ).values_list("pk", "campaign_id")
    )
    found: dict[tuple[int, str, str], People] = defaultdict(dict)
    for event in events:
        campaign = campaigns.get(event.payload["list_email_id"])
        if campaign is not None:
            at, field = _moment(event), FIELDS[event.topic]
            for _recipient, object_name, person in event.payload["people"]:
                for name in filter(None, (field, IMPLIED.get(field))):
                    found[campaign, object_name, name].setdefault(person, at)
    known = of_campaigns({campaign for campaign, _object, _name in found})
    for (campaign, object_name, name), people in found.items():
        if name in MAILED:
            members.add(system_actor(), campaign, object_name, list(people), source=SOURCE)
        moves = _moves(known.get(campaign, ())) if name == FIELDS["mail.sent"] else {}
        _write(campaign, LINKS[object_name], name, people, moves)
    numbers.publish(*campaigns)  # the funnel of an open page counts these members


def _moves(statuses: Sequence[Status]) -> dict[str, str]:
    """Return {first status: the one of who got a mailing}; nothing where the campaign has no such status."""
    mailed = labelled(statuses, "sent")
    return {one.label: mailed for one in statuses if one.first and mailed and one.label != mailed}


def _moment(event: Event) -> datetime:
    at = event.payload.get("at")
    return datetime.fromisoformat(at) if at else event.created


def _write(campaign: int, link: str, field: str, people: People, moves: Mapping[str, str]) -> None:
    """Set the moment on those members who have none yet, and move their status on; nobody else can write these fields."""
    obj = current.get().object(MEMBER)
    person, column = obj.field(link).attr, obj.field(field).attr
    rows = CampaignMember.objects.filter(
        campaign_id=campaign, is_deleted=False, **{f"{person}__in": list(people), f"{column}__isnull": True}
    )
    known = list(rows.values_list("pk", person, "status"))
    moments = {member: people[key] for member, key, _status in known}
    changes = [
        Change(MEMBER, {"Status": moves[status]} if status in moves else {}, id=member)
        for member, _key, status in known
    ]
    token = _moments.set((field, moments))
    try:
        unattended.write(MEMBER, changes, source=SOURCE)
    finally:
        _moments.reset(token)


@before(MEMBER, reads=tuple(FIELDS.values()))
def set_moments(batch: Batch) -> None:
    """Write the moments that `_write` found."""
    if batch.source.name == SOURCE.name and (found := _moments.get()):
        field, moments = found
        for row in batch.updating():
            row.set(field, moments[row.id or 0])
