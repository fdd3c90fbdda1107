"""Who helped a colleague to win a deal.

By an activity on it, by one with a person who has a part in it, or because that person is a contact of theirs. An
activity with a person counts while the deal was open: from the day it was created to the day it was won.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from essor.domain.activities.models import Event, Task
from essor.domain.sales.models import Opportunity
from essor.domain.sales.relations.models import OpportunityContactRole

DEAL, CONTACT = "006", "003"
Helped = dict[int, set[int]]


def of(won: QuerySet[Opportunity], people: Collection[int]) -> Helped:
    """Return {person: deals among `won`, of other owners, that the person helped with}: four queries."""
    found: Helped = defaultdict(set)
    _on_deals(won, people, found)
    roles = OpportunityContactRole.objects.filter(is_deleted=False, opportunity__in=won.values("pk"))
    _contacts(roles, people, found)
    _with_contacts(roles, people, found)
    return dict(found)


def _done(people: Collection[int], **about: Any) -> tuple[QuerySet[Task], QuerySet[Event]]:
    return (
        Task.objects.filter(is_deleted=False, is_closed=True, owner_id__in=people, **about).order_by(),
        Event.objects.filter(
            is_deleted=False, activity_date__lte=timezone.localdate(), owner_id__in=people, **about
        ).order_by(),
    )


def _on_deals(won: QuerySet[Opportunity], people: Collection[int], found: Helped) -> None:
    others = Q(Exists(won.filter(pk=OuterRef("what")).exclude(owner_id=OuterRef("owner_id"))))
    tasks, events = (
        rows.filter(others).values_list("owner_id", "what") for rows in _done(people, what_type=DEAL)
    )
    for person, deal in tasks.union(events):
        if deal is not None:
            found[person].add(deal)


def _contacts(roles: QuerySet[OpportunityContactRole], people: Collection[int], found: Helped) -> None:
    rows = roles.filter(contact__owner_id__in=people, contact__is_deleted=False)
    for person, deal, owner in rows.values_list(
        "contact__owner_id", "opportunity_id", "opportunity__owner_id"
    ):
        if person != owner:
            found[person].add(deal)


def _with_contacts(roles: QuerySet[OpportunityContactRole], people: Collection[int], found: Helped) -> None:
    tasks, events = (
        rows.filter(who__in=roles.values("contact_id")).values_list("owner_id", "who", "activity_date")
        for rows in _done(people, who_type=CONTACT, activity_date__isnull=False)
    )
    done = [(person, contact, day) for person, contact, day in tasks.union(events) if contact and day]
    if not done:
        return
    parts: dict[int, list[tuple[int, int, date, date]]] = defaultdict(list)
    columns = (
        "contact_id",
        "opportunity_id",
        "opportunity__owner_id",
        "opportunity__created_date",
        "opportunity__close_date",
    )
    for contact, deal, owner, created, closed in roles.values_list(*columns):
        parts[contact].append((deal, owner, timezone.localdate(created), closed))
    for person, contact, day in done:
        for deal, owner, created, closed in parts[contact]:
            if person != owner and created <= day <= closed:
                found[person].add(deal)
