"""Check-in at the door of an event: who holds the door's link sees names and companies, and lets people in.

The link and the guests' tickets are signed texts; they open from the day before the event until the day after it, as the
company counts days, while the campaign is active. Nothing but name, company and status is shown, and nothing but coming and
going is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import system_actor
from essor.domain.marketing import tokens
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember
from essor.domain.marketing.campaigns.objects import MEMBER
from essor.domain.marketing.campaigns.statuses import labelled, of_campaigns
from essor.kernel.clock import zone_named
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query import run
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query
from essor.records.change import Change, Source
from essor.records.save import save

DOOR, TICKET = "event door", "event ticket"
AROUND = timedelta(days=1)
MOST = 2_000
PATHS = ("Id", "Status", "CheckedInDate", "Contact.Name", "Contact.Account.Name", "Lead.Name", "Lead.Company")


@dataclass(frozen=True, slots=True)
class Event:
    """What a guest may know of an event."""

    id: int
    name: str
    begins: datetime | None
    location: str


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who may come; `meaning` is that of the status (see `objects.MEANINGS`), `came` when they were let in."""

    id: int
    name: str
    company: str
    status: str
    meaning: str
    came: datetime | None

    @property
    def ticket(self) -> str:
        """Return the token of the guest's ticket."""
        return tokens.make(TICKET, self.id)


def key_of(campaign: int) -> str:
    """Return the token of the door's link."""
    return tokens.make(DOOR, campaign)


def opened(token: str) -> Event:
    """Return the event whose door a token opens now; NotFound for any other text and at any other time."""
    return _event((tokens.read(DOOR, token) or (0,))[0])


def is_ours(token: str) -> bool:
    """Tell whether a text is the key of a door or of a ticket, open or not: its picture gives nothing away."""
    return tokens.read(DOOR, token) is not None or tokens.read(TICKET, token) is not None


def by_ticket(token: str) -> tuple[Event, Guest]:
    """Return the event and the guest that a ticket is for; NotFound as `opened`."""
    key = (tokens.read(TICKET, token) or (0,))[0]
    campaign = (
        CampaignMember.objects.filter(pk=key, is_deleted=False).values_list("campaign_id", flat=True).first()
    )
    event = _event(campaign or 0)
    return event, guests(event.id, member=key)[0]


def _event(key: int) -> Event:
    one = Campaign.objects.filter(pk=key, is_deleted=False, is_active=True).first()
    away = (
        timedelta() if one is None or one.event_date is None else _day(one.event_date) - _day(timezone.now())
    )
    if one is None or -away > AROUND:
        raise NotFound(_("This link does not lead to an event (any more)."))
    if away > AROUND:
        raise NotFound(_("The door opens the day before the event. Please come back then."))
    return Event(one.pk, one.name, one.event_date, one.location or "")


def is_over(begins: datetime | None) -> bool:
    """Tell whether the day of an event has passed where the company is; one without a date never is."""
    return begins is not None and _day(begins) < _day(timezone.now())


def _day(moment: datetime) -> date:
    """Return the day of a moment where the company is."""
    return moment.astimezone(zone_named(system_actor().company.timezone)).date()


def guests(campaign: int, search: str = "", *, member: int | None = None) -> list[Guest]:
    """Return the guests whose name or company has the text in it, by name; those who declined come last."""
    where: Condition = Compare(Path(("CampaignId",)), "eq", (Constant(campaign),))
    if member is not None:
        where = All((where, Compare(Path(("Id",)), "eq", (Constant(member),))))
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in PATHS)
    rows = run.rows(
        system_actor(),
        Query(MEMBER, columns=columns, where=where, order_by=(Order(Path(("Id",))),), limit=MOST),
    )
    meanings = {one.label: one.meaning for one in of_campaigns([campaign]).get(campaign, ())}
    found = [
        Guest(
            row["Id"],
            row["Contact.Name"] or row["Lead.Name"] or "",
            row["Contact.Account.Name"] or row["Lead.Company"] or "",
            row["Status"] or "",
            meanings.get(row["Status"], ""),
            row["CheckedInDate"],
        )
        for row in rows
    ]
    wanted = search.strip().casefold()
    some = [one for one in found if wanted in f"{one.name} {one.company}".casefold()]
    return sorted(some, key=lambda one: (one.meaning == "declined", one.name.casefold()))


def let_in(campaign: int, member: int, *, came: bool = True) -> Guest:
    """Write that a guest came, or that this was a mistake; NotFound for somebody who is no guest of this event."""
    if not CampaignMember.objects.filter(pk=member, campaign_id=campaign, is_deleted=False).exists():
        raise NotFound(_("There is no such guest."))
    label = labelled(
        of_campaigns([campaign]).get(campaign, ()), *(("attended",) if came else ("registered", "invited"))
    )
    if label is None:
        text = _("This event has no status that means “came”.")
        raise ValidationFailed([FieldError("Status", "INVALID_STATUS", text)])
    save(system_actor(), Change(MEMBER, {"Status": label}, id=member), source=Source(name="door"))
    return guests(campaign, member=member)[0]
