"""Makes the demo company. Its past cannot come down the writing road, which stamps everything with the present."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any

from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from essor.access.models import User
from essor.catalog import current
from essor.domain.activities.models import Event, Note, Task
from essor.domain.demo import (
    approvals,
    campaigns,
    companies,
    currencies,
    deals,
    doings,
    flows,
    forecasts,
    gaps,
    incoming,
    landing,
    letters,
    mailings,
    orders,
    papers,
    people,
    pipelines,
    products,
    quotes,
    relations,
    scenario,
    twins,
    week,
)
from essor.domain.demo.people import Login
from essor.domain.demo.seed import SEED
from essor.domain.notifications.models import Following, Notification
from essor.domain.sales.conversion.models import Conversion
from essor.domain.sales.models import (
    Account,
    Contact,
    Lead,
    Opportunity,
    OpportunityHistory,
    OpportunityLineItem,
    Pricebook2,
    PricebookEntry,
    Product2,
)
from essor.domain.sales.relations.models import AccountContactRelation, OpportunityContactRole
from essor.kernel.db.insert import insert_rows
from essor.query.search import index
from essor.records import rollups

CHUNK = 1000
ACCOUNTS, CONTACTS, LEADS, DEALS, TASKS, EVENTS = 2_000, 6_000, 4_000, 5_000, 9_000, 2_500
SEARCHED = (
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "Campaign",
    "Product2",
    "PricebookEntry",
    "Quote",
    "Contract",
    "Order",
    "Task",
    "Event",
    "Note",
    "EmailMessage",
    "ContentDocument",
)
Report = Callable[[str], object]


def is_empty() -> bool:
    """Tell whether there is no business record yet and nobody of the demo company."""
    return not Account.objects.exists() and not Lead.objects.exists() and not any(people.logins())


def logins() -> Iterator[Login]:
    """Yield one login per role of the demo company, none when it was never made."""
    return people.logins()


def make(*, scale: float = 1.0, seed: int = SEED, report: Report = lambda _line: None) -> None:
    """Make `scale` times the usual number of records; the same seed gives the same data, dated from today."""
    rng = Random(seed)  # noqa: S311 -- no secret is drawn here
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        sellers = people.make(rng) if not any(people.logins()) else _sellers()
    pipelines.make()
    quotes.letterhead()
    maker = companies.Maker(rng, now, [user.pk for user in sellers])
    # Dice of their own: what was made before stays as it was when these grow.
    aside = companies.Maker(Random(seed + 1), now, maker.owners)  # noqa: S311
    report(f"{User.objects.count()} users")
    left = scale
    while left > 0:
        _slice(maker, aside, min(1.0, left))
        left -= 1
        report(
            f"{Account.objects.count()} accounts, {Contact.objects.count()} contacts, {Opportunity.objects.count()} deals"
        )
    gaps.make(maker.now)
    with transaction.atomic():
        currencies.make(maker, products.detail(maker.stamp(maker.now, maker.owners[0])))
        currencies.convert()
    report("three currencies with thirty months of rates")
    with transaction.atomic():
        orders.make(companies.Maker(Random(seed + 2), now, maker.owners), _store)  # noqa: S311 -- no secret
    report("contracts and orders")
    with transaction.atomic():
        incoming.make(aside, sellers)
    _week(maker, sellers)
    _last_activities(maker)
    report(campaigns.make(Random(seed + 2), now))  # noqa: S311 -- no secret
    rollups.drift(current.get(), mend=True)
    approvals.make(rng)
    report("discounts and their approvals")
    papers.make(sellers)
    forecasts.make(rng, now, scale=scale)
    with transaction.atomic():
        doubled = [
            (some, _store(model, rows))
            for model, some, rows in twins.make(Random(seed), now)  # noqa: S311 -- no secret
        ]
    # A search over everything belongs to a job where there is much of it.
    twins.find() if scale <= 1 else twins.find_among(doubled)
    report("duplicates found")
    for name in SEARCHED:
        index.rebuild(name)
    report("search index ready")
    mailings.campaigns(now)
    guide = landing.make()
    letters.make(guide)
    mailings.make(now, guide)
    report("three mailings, none of them sent anywhere")
    flows.make()
    report("three flows turned on")
    landing.readers()
    report("a landing page with a white paper")
    scenario.make(now)
    report("a scenario with people at every step")


def _sellers() -> list[User]:
    return list(User.objects.filter(role__name__in=people.SELLERS).order_by("pk"))


def _slice(maker: companies.Maker, aside: companies.Maker, share: float) -> None:
    """Make one usual company's worth of records in one transaction, so that memory stays flat at any scale."""
    with transaction.atomic():
        firms = _store(Account, companies.accounts(maker, round(ACCOUNTS * share)))
        persons = _store(Contact, companies.contacts(maker, firms, round(CONTACTS * share)))
        leads = _store(Lead, companies.leads(maker, round(LEADS * share)))
        walked = list(deals.opportunities(maker, firms, round(DEALS * share)))
        offer = _offer(maker)
        lines = [line for deal, _way in walked for line in products.lines(maker, deal, offer)]
        found = _store(Opportunity, (deal for deal, _way in walked))
        for line in lines:
            line.opportunity_id = line.opportunity.pk
        dice = companies.Maker(Random(SEED + len(lines)), maker.now, maker.owners)  # noqa: S311 -- no secret
        quotes.make(dice, found, _store(OpportunityLineItem, lines), persons, _store)
        _store(OpportunityHistory, (step for deal, way in walked for step in deals.history(deal, way)))
        _store(Task, doings.tasks(maker, round(TASKS * share), found, persons, leads))
        _store(Event, doings.events(maker, round(EVENTS * share), found, persons, leads))
        relations.groups(aside, firms)
        relations.scopes(persons)
        _store(OpportunityContactRole, relations.roles(aside, found, persons))
        relations.first_contacts(found)
        _store(AccountContactRelation, relations.moves(aside, firms, persons))
        _store(Conversion, relations.conversions(aside, leads, found, firms, persons))


def _offer(maker: companies.Maker) -> list[PricebookEntry]:
    """Return the prices of the company, made the first time."""
    known = list(PricebookEntry.objects.order_by("pk"))
    if known:
        return known
    book, sold = products.catalogue(maker)
    _store(Pricebook2, [book])
    return _store(PricebookEntry, products.entries(maker, book, _store(Product2, sold)))


def _week(maker: companies.Maker, sellers: list[User]) -> None:
    """Fill the week around today, once whatever the scale."""
    owners = week.people(sellers)
    deals_open = list(Opportunity.objects.filter(is_closed=False).order_by("pk")[:CHUNK])
    accounts = list(Account.objects.order_by("pk")[:CHUNK])
    if not deals_open or not accounts:
        return
    with transaction.atomic():
        _store(Event, week.events(maker, owners, deals_open))
        _store(Task, week.tasks(maker, owners, deals_open))
        _store(Note, week.notes(maker, accounts, owners))
        _store(Notification, week.told(maker, owners, accounts))
        week.repeat([owners[0], *sellers[:1]])
        Following.objects.bulk_create(week.followed(maker, owners, accounts), ignore_conflicts=True)


def _store(model: type[models.Model], rows: Iterable[Any]) -> list[Any]:
    stored: list[Any] = []
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        attrs = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        keys = insert_rows(model, [{attr: getattr(row, attr) for attr in attrs} for row in chunk])
        for row, key in zip(chunk, keys, strict=True):
            row.pk = key
        stored.extend(chunk)
    return stored


def _last_activities(maker: companies.Maker) -> None:
    """Set the last activity of every record from what was just made, one statement per object and activity."""
    today = maker.now.date()
    for model, prefix in ((Contact, "003"), (Lead, "00Q"), (Opportunity, "006")):
        link = "what" if prefix == "006" else "who"
        mine = {f"{link}_type": prefix, link: OuterRef("pk")}
        _set_latest(
            model,
            Task.objects.filter(is_deleted=False, is_closed=True, **mine),
            Event.objects.filter(is_deleted=False, activity_date__lte=today, **mine),
        )
    mine = {"account_id": OuterRef("pk")}
    _set_latest(
        Account,
        Task.objects.filter(is_deleted=False, is_closed=True, **mine),
        Event.objects.filter(is_deleted=False, activity_date__lte=today, **mine),
    )


def _set_latest(model: type[models.Model], *sources: models.QuerySet[Any]) -> None:
    for source in sources:
        newest = source.order_by("-activity_date").values("activity_date")[:1]
        rows = model._default_manager.annotate(newest=Subquery(newest)).filter(newest__isnull=False)
        older = models.Q(last_activity_date__isnull=True) | models.Q(
            last_activity_date__lt=models.F("newest")
        )
        rows.filter(older).update(last_activity_date=Subquery(newest))
