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

from essor.domain.marketing.sending.models import Link, ListEmail, Recipient
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


def by_link(list_email_id: int) -> dict[int, Tally]:
    """Return the hits on each link; OPENED is the mail itself. One statement."""
    rows = (
        Hit.objects.filter(list_email_id=list_email_id).order_by().values_list("link")
        .annotate(
            Count("recipient_id", filter=HUMAN, distinct=True), Count("pk", filter=HUMAN), Count("pk", filter=~HUMAN)
        )
    )  # fmt: skip
    return {link: Tally(people, total, machines) for link, people, total, machines in rows}


def clicked(list_email_id: int) -> Tally:
    """Return the clicks on any link: who followed two is counted once."""
    found = Hit.objects.filter(list_email_id=list_email_id, link__gt=OPENED).aggregate(
        people=Count("recipient_id", filter=HUMAN, distinct=True), total=Count("pk", filter=HUMAN),
        machines=Count("pk", filter=~HUMAN),
    )  # fmt: skip
    return Tally(**found)


def links(list_email_id: int, tallies: Mapping[int, Tally]) -> list[LinkTally]:
    """Return the links of a mailing, the most followed first."""
    rows = Link.objects.filter(list_email_id=list_email_id).order_by("number").values_list("number", "url")
    found = [LinkTally(number, url, tallies.get(number, Tally())) for number, url in rows]
    return sorted(found, key=lambda one: (-one.tally.people, -one.tally.total, one.number))


def by_hour(mailing: ListEmail) -> list[tuple[datetime, int, int]]:
    """Return (hour, opens, clicks) for the first HOURS hours in which anything happened."""
    rows = (
        Hit.objects.filter(HUMAN, list_email_id=mailing.pk).annotate(hour=TruncHour("at")).order_by("hour")
        .values_list("hour").annotate(Count("pk", filter=Q(link=OPENED)), Count("pk", filter=Q(link__gt=OPENED)))
    )  # fmt: skip
    return [(hour, opens, clicks) for hour, opens, clicks in rows[:HOURS] if hour is not None]


def by_domain(list_email_id: int) -> list[DomainTally]:
    """Return the largest mail domains with what became of their mails."""
    arrived = Q(state=State.SENT) | Q(state=State.BOUNCED)
    rows = (
        Recipient.objects.filter(arrived, list_email_id=list_email_id).order_by().values_list("domain")
        .annotate(sent=Count("pk"), bounced=Count("pk", filter=Q(state=State.BOUNCED))).order_by("-sent", "domain")[:DOMAINS]
    )  # fmt: skip
    names = [name for name, _sent, _bounced in rows]
    hits = Hit.objects.filter(HUMAN, list_email_id=list_email_id, link__gt=OPENED)
    people = Recipient.objects.filter(pk__in=hits.values("recipient_id"), domain__in=names).order_by()
    clicks = dict(people.values_list("domain").annotate(Count("pk")))
    return [DomainTally(name, sent, bounced, clicks.get(name, 0)) for name, sent, bounced in rows]
