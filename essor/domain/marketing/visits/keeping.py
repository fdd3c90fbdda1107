"""Writes pages down: totals by day for everybody, and a `PageView` for people who agree to it now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from essor.access.actor import system_actor
from essor.catalog import current
from essor.catalog.standard import outside
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.domain.marketing.consent import ask
from essor.domain.marketing.consent.people import KINDS, OBJECTS, Person
from essor.domain.marketing.tracking.recorder import Recorder
from essor.domain.marketing.visits import whom
from essor.domain.marketing.visits.arriving import Seen
from essor.domain.marketing.visits.models import ELSEWHERE, PageDay, Visitor
from essor.domain.marketing.visits.objects import PAGE_VIEW
from essor.kernel import events, ids
from essor.query.folding import Folded, fold
from essor.records.change import Change, Source
from essor.records.save import save_many

TOPIC = "visit.seen"
SOURCE = Source(name="visits")
LINKS = {KINDS[name]: f"{name}Id" for name in OBJECTS.values()}
MOST_PAGES = 2_000  # different pages a day: whoever invents addresses fills no table
Known = dict[int, Person]  # visitor → who it is, of those who may be followed
Day = tuple[date, str, str, int]


def keep(batch: Sequence[Seen]) -> None:
    """Write a batch: a handful of queries, however many pages."""
    with current.scope():
        known = _known({one.visitor_id for one in batch if one.visitor_id is not None})
        campaigns = campaigns_of({one.utm["utm_campaign"] for one in batch if "utm_campaign" in one.utm})
        where = [(one, campaigns.get(fold(one.utm.get("utm_campaign", "")))) for one in batch]
        with transaction.atomic():
            _count([(one, campaign) for one, campaign in where if one.counted])
            _name([(one, campaign) for one, campaign in where if one.visitor_id in known], known)


def _known(visitors: Collection[int]) -> Known:
    """Return who may be followed, of those whose browser keeps a token; mark that the browsers were there today."""
    if not visitors:
        return {}
    today = timezone.localdate()
    rows = Visitor.objects.filter(pk__in=visitors)
    rows.exclude(seen_on=today).update(seen_on=today)
    individuals = dict(rows.filter(individual__isnull=False).values_list("pk", "individual_id"))
    allowed = ask.may_track(set(individuals.values()), "visits")
    people = whom.of_individuals(allowed)
    return {key: people[one] for key, one in individuals.items() if one in people}


def campaigns_of(names: Collection[str]) -> dict[str, int]:
    """Return {utm_campaign, folded: our campaign} for those that are what a campaign's links say, its name or its id.

    Of several with one name it is the newest; what links say comes before names, ids before both.
    """
    if not names:
        return {}
    wanted = {fold(name) for name in names}
    keys = {key: fold(name) for name in names if (key := _key(name)) is not None}
    rows = Campaign.objects.filter(is_deleted=False).order_by("pk")
    named = rows.alias(folded=Folded("name")).filter(folded__in=wanted).values_list("pk", "name")
    found = {fold(name): key for key, name in named}
    said = (
        rows.alias(folded=Folded("utm_campaign")).filter(folded__in=wanted).values_list("pk", "utm_campaign")
    )
    found |= {fold(name or ""): key for key, name in said}
    return found | {keys[key]: key for key in rows.filter(pk__in=keys).values_list("pk", flat=True)}


def _key(text: str) -> int | None:
    try:
        prefix, key = ids.decode(text)
    except ValueError:
        return None
    return key if prefix == current.get().object(CAMPAIGN).prefix else None


def _count(where: Iterable[tuple[Seen, int | None]]) -> None:
    """Add to the totals in one statement."""
    views: Counter[Day] = Counter()
    machines: Counter[Day] = Counter()
    for one, campaign in where:
        day = timezone.localtime(one.at).date(), one.site, one.path, campaign or 0
        (machines if one.machine else views)[day] += 1
    found = sorted(_bounded({*views, *machines}).items())
    sums: dict[Day, list[int]] = defaultdict(lambda: [0, 0])
    for day, counted_as in found:
        sums[counted_as][0] += views[day]
        sums[counted_as][1] += machines[day]
    if not sums:
        return
    table = connection.ops.quote_name(PageDay._meta.db_table)
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(sums))
    values: list[Any] = [value for day, counts in sorted(sums.items()) for value in (*day, *counts)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (day, site, path, campaign_id, views, machines) VALUES {rows} "  # noqa: S608 -- names of our own
            f"ON CONFLICT (day, site, path, campaign_id) DO UPDATE SET views = {table}.views + EXCLUDED.views, "
            f"machines = {table}.machines + EXCLUDED.machines",
            values,
        )


def _bounded(days: Collection[Day]) -> dict[Day, Day]:
    """Return under which row each is counted: the day's pages in the order of their coming, the rest as one."""
    found = {}
    for when in {day[0] for day in days}:
        asked = [day for day in days if day[0] == when]
        there = PageDay.objects.filter(day=when)
        known = set(
            there.filter(path__in={path for _day, _site, path, _campaign in asked}).values_list(
                "site", "path"
            )
        )
        left = MOST_PAGES - there.count()
        for day in sorted(asked):
            _when, site, path, _campaign = day
            if (site, path) not in known:
                left -= 1
            found[day] = day if (site, path) in known or left >= 0 else (when, site, ELSEWHERE, 0)
    return found


def _name(where: Sequence[tuple[Seen, int | None]], known: Known) -> None:
    """Write what people read, and tell the other rooms once for all who read the same."""
    changes = []
    for one, campaign in where:
        person = known[one.visitor_id or 0]
        changes.append(
            Change(
                PAGE_VIEW,
                {
                    LINKS[person.kind]: person.id,
                    "CampaignId": campaign,
                    "Site": one.site,
                    "Path": one.path,
                    "VisitedDate": one.at,
                    "Referrer": one.referrer or None,
                    "IsMachine": one.machine,
                    **{outside(name): text for name, text in one.utm.items()},
                },
            )
        )
    results = save_many(system_actor(), PAGE_VIEW, changes, source=SOURCE) if changes else []
    groups: dict[tuple[str, str, int | None], list[tuple[int, Seen]]] = defaultdict(list)
    for (one, campaign), result in zip(where, results, strict=True):
        if result.saved is not None and not one.machine:
            groups[one.site, one.path, campaign].append((result.saved.id, one))
    for (site, path, campaign), rows in groups.items():
        people = dict.fromkeys(known[one.visitor_id or 0] for _key, one in rows)
        events.emit(
            TOPIC,
            PAGE_VIEW,
            [key for key, _one in rows],
            {
                "site": site,
                "path": path,
                "campaign": campaign,
                "list_email_id": None,
                "people": [[None, person.object_name, person.id] for person in people],
                "at": max(one.at for _key, one in rows).isoformat(),
            },
        )


recorder = Recorder(keep, "essor-visits")
