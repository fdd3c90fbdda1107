"""What invited people answer: whether they come. Who comes too late waits, and learns at which place in the line.

Nothing is written by looking: an answer is a button that somebody presses (`answer`), so no program that follows the links
of mails can answer for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.marketing import tokens
from essor.domain.marketing.campaigns import door, members, places
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember
from essor.domain.marketing.campaigns.objects import MEMBER
from essor.domain.marketing.campaigns.statuses import Status, labelled, of_campaigns
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.records.change import Source

GUEST = "guest"  # the token of a member who was told by us, without a mailing
SOURCE = Source(name="invitation")


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom an invitation is for: a person of a campaign."""

    campaign: int
    object_name: str
    key: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """How things stand: `meaning` is that of the guest's status ("" before any answer), `ticket` opens the door.

    `place` is the place in the line of those who wait (from 1), `left` how many places are free (None: no limit).
    """

    event: door.Event
    meaning: str = ""
    ticket: str = ""
    place: int = 0
    left: int | None = None
    may_decline: bool = True


def named(token: str) -> Guest | None:
    """Return whom the token of a member names, None for any other text."""
    numbers = tokens.read(GUEST, token) or (0,)
    row = CampaignMember.objects.filter(pk=numbers[0], is_deleted=False).first()
    if row is None:
        return None
    key = row.contact_id or row.lead_id
    return Guest(row.campaign_id, "Contact" if row.contact_id else "Lead", key) if key else None


def standing(guest: Guest) -> Invitation:
    """Return how things stand for a guest; NotFound when there is nothing to answer (any more)."""
    campaign = Campaign.objects.filter(pk=guest.campaign, is_deleted=False, is_active=True).first()
    if campaign is None:
        raise NotFound(_("This invitation does not lead to an event (any more)."))
    if door.is_over(campaign.event_date):
        raise NotFound(_("This event is over."))
    event = door.Event(campaign.pk, campaign.name, campaign.event_date, campaign.location or "")
    statuses = of_campaigns([campaign.pk]).get(campaign.pk, ())
    left = None if campaign.capacity is None else max(0, int(campaign.capacity) - places.taken(campaign.pk))
    may_decline = labelled(statuses, "declined") is not None
    row = _member(guest)
    if row is None:
        return Invitation(event, left=left, may_decline=may_decline)
    mine = next((one for one in statuses if one.label == row.status), Status(""))
    meaning = mine.meaning or ("registered" if mine.responded else "")
    place = _place(row) if meaning == "waiting" else 0
    return Invitation(event, meaning, tokens.make(door.TICKET, row.pk), place, left, may_decline)


def answer(guest: Guest, *, comes: bool) -> Invitation:
    """Write down whether a guest comes and return how things stand then; NotFound as `standing`."""
    with transaction.atomic():
        before = standing(guest)
        if before.meaning == "attended" or (comes and before.meaning in ("registered", "waiting")):
            return before
        some = of_campaigns([guest.campaign]).get(guest.campaign, ())
        label = labelled(some, "registered" if comes else "declined")
        if comes and label is None:
            label = next((one.label for one in some if one.responded), None)
        if label is None:
            raise ValidationFailed([FieldError("Status", "INVALID_STATUS", _("Nobody can answer here."))])
        outcome = members.add(
            system_actor(),
            guest.campaign,
            guest.object_name,
            [guest.key],
            status=label,
            override=True,
            source=SOURCE,
        )
        for reason in outcome.refused:
            raise ValidationFailed([FieldError("Status", "INVALID_STATUS", reason)])
    return standing(guest)


def _member(guest: Guest) -> CampaignMember | None:
    attr = current.get().object(MEMBER).field(members.LINKS[guest.object_name]).attr
    rows = CampaignMember.objects.filter(campaign_id=guest.campaign, is_deleted=False, **{attr: guest.key})
    return rows.order_by("pk").first()


def _place(row: CampaignMember) -> int:
    """Return the place in the line, as `places.move_up` goes through it."""
    since = row.waiting_since or timezone.now()
    earlier = Q(waiting_since__lt=since) | Q(waiting_since=since, pk__lt=row.pk)
    line = CampaignMember.objects.filter(campaign_id=row.campaign_id, status=row.status, is_deleted=False)
    return line.filter(earlier).count() + 1
