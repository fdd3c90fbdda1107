"""The figures of one mailing: what became of it, link by link, hour by hour, domain by domain.

People are counted once and only where they agreed to be followed; `total` counts every hit that no machine made, named
or not. What comes in counts at once; a machine that gives itself away later drops out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.functions import TruncHour

from essor.domain.marketing.consent.people import Person
from essor.domain.marketing.sending.models import Link, Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.tracking.models import OPENED, Hit, Verdict

HUMAN = ~Q(verdict=Verdict.MACHINE)
DOMAINS = 12  # the largest ones
HOURS = 72


@dataclass(frozen=True, slots=True)
class Tally:
    """Hits of one kind: how many people, hits of people named or not, hits of machines."""

    people: int = 0
    total: int = 0
    machines: int = 0


@dataclass(frozen=True, slots=True)
class LinkTally:
    """One link of a mailing and who followed it."""

    number: int
    url: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class DomainTally:
    """The addresses of one mail domain."""

    name: str
    sent: int
    bounced: int
    clicked: int


TALLY = {
    "people": Count("recipient_id", filter=HUMAN, distinct=True),
    "total": Count("pk", filter=HUMAN),
    "machines": Count("pk", filter=~HUMAN),
}


def by_link(list_email_id: int) -> dict[int, Tally]:
    """Return the hits on each link; OPENED is the mail itself. One statement."""
    rows = Hit.objects.filter(list_email_id=list_email_id).order_by().values("link").annotate(**TALLY)
    return {link: Tally(*figures) for link, *figures in rows.values_list("link", *TALLY)}


def clicked(list_email_id: int) -> Tally:
    """Return the clicks on any link: who followed two is counted once."""
    return Tally(**Hit.objects.filter(list_email_id=list_email_id, link__gt=OPENED).aggregate(**TALLY))


def links(list_email_id: int, tallies: Mapping[int, Tally]) -> list[LinkTally]:
    """Return the links of a mailing, the most followed first."""
    rows = Link.objects.filter(list_email_id=list_email_id).order_by("number").values_list("number", "url")
    found = [LinkTally(number, url, tallies.get(number, Tally())) for number, url in rows]
    return sorted(found, key=lambda one: (-one.tally.people, -one.tally.total, one.number))


def by_hour(list_email_id: int) -> list[tuple[datetime, int, int]]:
    """Return (hour, opens, clicks) for the first HOURS hours in which anything happened."""
    rows = (
        Hit.objects.filter(HUMAN, list_email_id=list_email_id)
        .annotate(hour=TruncHour("at"))
        .order_by("hour")
        .values("hour")
        .annotate(opens=Count("pk", filter=Q(link=OPENED)), clicks=Count("pk", filter=Q(link__gt=OPENED)))
    )
    return [(row["hour"], row["opens"], row["clicks"]) for row in rows[:HOURS]]


def by_domain(list_email_id: int) -> list[DomainTally]:
    """Return the largest mail domains with what became of their mails."""
    rows = (
        Recipient.objects.of(list_email_id, State.SENT, State.BOUNCED)
        .order_by()
        .values_list("domain")
        .annotate(sent=Count("pk"), bounced=Count("pk", filter=Q(state=State.BOUNCED)))
        .order_by("-sent", "domain")[:DOMAINS]
    )
    names = [name for name, _sent, _bounced in rows]
    hits = Hit.objects.filter(HUMAN, list_email_id=list_email_id, link__gt=OPENED)
    people = Recipient.objects.filter(pk__in=hits.values("recipient_id"), domain__in=names).order_by()
    clicks = dict(people.values_list("domain").annotate(number=Count("pk")))
    return [DomainTally(name, sent, bounced, clicks.get(name, 0)) for name, sent, bounced in rows]


def people(
    list_email_id: int, link: int | None, *, after: int = 0, size: int
) -> list[tuple[int, Person, str]]:
    """Return (recipient, person, address) for a page of those who followed a link, any link (None), or opened it (OPENED)."""
    hits = Hit.objects.filter(HUMAN, list_email_id=list_email_id, recipient_id__gt=after)
    hits = hits.filter(link__gt=OPENED) if link is None else hits.filter(link=link)
    found = hits.order_by("recipient_id").values_list("recipient_id", flat=True).distinct()[:size]
    keys = [key for key in found if key is not None]
    rows = (
        Recipient.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "kind", "person_id", "address")
    )
    return [(key, Person(kind, person), address) for key, kind, person, address in rows]
