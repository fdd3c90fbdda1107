"""Check-in at the door of an event: who holds the door's link sees names and companies, and lets people in.

The link and the guests' tickets are signed texts; they open from the day before the event until the day after it, as the
company counts days, while the campaign is active. Nothing but name, company and status is shown, and nothing but coming and
going is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import system_actor
from essor.domain.marketing import tokens
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember
from essor.domain.marketing.campaigns.objects import MEMBER
from essor.domain.marketing.campaigns.statuses import HOLDS, Status, labelled, of_campaigns
from essor.kernel.clock import zone_named
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query import run
from essor.query.search.words import fold
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query
from essor.records.change import Change, Source
from essor.records.models import History
from essor.records.save import save

DOOR, TICKET = "event door", "event ticket"
AROUND = timedelta(days=1)
JUST_NOW = timedelta(minutes=1)
SHOWN = 100
LOOKED_BACK = 20  # writes of a guest's record
MOST = 10_000  # guests whose names a search looks at
EXPECTED = frozenset(
    {"attended", "registered", "waiting"}
)  # who answered, before those who were only invited
NAMES = tuple(
    Path(tuple(path.split(".")))
    for path in ("Contact.Name", "Contact.Account.Name", "Lead.Name", "Lead.Company")
)
COLUMNS = tuple(
    Column(path) for path in (*(Path((name,)) for name in ("Id", "Status", "CheckedInDate")), *NAMES)
)
BY_NAME = tuple(Order(Path(path)) for path in (("Contact", "Name"), ("Lead", "Name"), ("Id",)))


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
    def was_in(self) -> bool:
        """Whether they came a while ago, not just now: the same ticket may be shown twice."""
        return self.meaning == "attended" and self.came is not None and timezone.now() - self.came > JUST_NOW

    @property
    def ticket(self) -> str:
        """Return the token of the guest's ticket."""
        return tokens.make(TICKET, self.id)


@dataclass(frozen=True, slots=True)
class Tally:
    """How an evening goes: who came, who is expected in all, and how long the list is."""

    came: int
    due: int
    listed: int


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
    """Return the guests in whose name or company each word of a text is: those expected first, by name.

    Those who declined come last; at most SHOWN of the expected and as many of the others.
    """
    statuses = of_campaigns([campaign]).get(campaign, ())
    meanings = {one.label: one.meaning for one in statuses}
    expected = tuple(Constant(one.label) for one in statuses if one.meaning in EXPECTED)
    wanted: tuple[Condition, ...] = (Compare(Path(("CampaignId",)), "eq", (Constant(campaign),)),)
    if member is not None:
        wanted += (Compare(Path(("Id",)), "eq", (Constant(member),)),)
    found: list[Guest] = []
    for operator in ("in", "nin"):
        where = All((*wanted, Compare(Path(("Status",)), operator, expected)))
        limit = MOST if search.strip() else SHOWN
        query = Query(MEMBER, columns=COLUMNS, where=where, order_by=BY_NAME, limit=limit)
        some = [_guest(row, meanings) for row in run.rows(system_actor(), query)]
        found += _named(some, search)[:SHOWN]
    return sorted(found, key=lambda one: (_rank(one), fold(one.name)))


def _named(some: list[Guest], search: str) -> list[Guest]:
    """Return those in whose name or company each word stands; databases do not see through accents, so it is done here."""
    words = fold(search).split()
    if not words:
        return some
    return [one for one in some if all(word in fold(f"{one.name} {one.company}") for word in words)]


def _guest(row: Mapping[str, Any], meanings: Mapping[str, str]) -> Guest:
    return Guest(
        row["Id"],
        row["Contact.Name"] or row["Lead.Name"] or "",
        row["Contact.Account.Name"] or row["Lead.Company"] or "",
        row["Status"] or "",
        meanings.get(row["Status"], ""),
        row["CheckedInDate"],
    )


def _rank(guest: Guest) -> int:
    if guest.meaning in EXPECTED:
        return 0
    return 2 if guest.meaning == "declined" else 1


def tally(campaign: int) -> Tally:
    """Return how many have come, how many are expected in all, and how many are on the list."""
    meanings = {one.label: one.meaning for one in of_campaigns([campaign]).get(campaign, ())}
    rows = CampaignMember.objects.filter(campaign_id=campaign, is_deleted=False).order_by()
    counts = dict(rows.values_list("status").annotate(Count("pk")))
    came = sum(number for label, number in counts.items() if meanings.get(label) == "attended")
    due = sum(number for label, number in counts.items() if meanings.get(label) in HOLDS)
    return Tally(came, due, sum(counts.values()))


def _earlier(member: int, statuses: Iterable[Status]) -> str | None:
    """Return the status that a guest had before being let in: by a mistake at the door nobody loses a place, or gets one."""
    inside = labelled(statuses, "attended")
    rows = History.objects.filter(object_name=MEMBER, record_id=member, action="updated").order_by("-pk")
    for changes in rows.values_list("changes", flat=True)[:LOOKED_BACK]:
        before, after = changes.get("Status", (None, None))
        if after == inside and before in {one.label for one in statuses}:
            return str(before)
    return labelled(statuses, "registered") or labelled(statuses, "invited")


def let_in(campaign: int, member: int, *, came: bool = True) -> Guest:
    """Write that a guest came, or that this was a mistake; NotFound for somebody who is no guest of this event."""
    if not CampaignMember.objects.filter(pk=member, campaign_id=campaign, is_deleted=False).exists():
        raise NotFound(_("There is no such guest."))
    statuses = of_campaigns([campaign]).get(campaign, ())
    label = labelled(statuses, "attended") if came else _earlier(member, statuses)
    if label is None:
        text = _("This event has no status that means “came”.")
        raise ValidationFailed([FieldError("Status", "INVALID_STATUS", text)])
    save(system_actor(), Change(MEMBER, {"Status": label}, id=member), source=Source(name="door"))
    return guests(campaign, member=member)[0]
