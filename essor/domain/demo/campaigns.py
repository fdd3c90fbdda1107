"""Eighteen months of campaigns of the demo company: members, responses, the deals they brought, and consents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils.translation import override

from essor.access.models import User
from essor.domain.demo.people import DOMAIN
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.audience.models import CampaignAudience
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember, CampaignMemberStatus
from essor.domain.marketing.campaigns.statuses import Status, usual
from essor.domain.marketing.consent.models import (
    OPT_IN,
    OPT_OUT,
    Consent,
    Individual,
    Suppression,
    Topic,
    TopicChoice,
)
from essor.domain.sales.models import Contact, Lead, Opportunity
from essor.domain.sales.relations.models import OpportunityContactRole
from essor.query import codec
from essor.query.folding import fold
from essor.query.models import Segment, Visibility
from essor.query.tree import Compare, Constant, Path

CHUNK = 1000
THOUSAND = 100_000  # minor units
SMALLEST = 12
WORDING = "J’accepte de recevoir des nouvelles de Vauban par e-mail. Je peux changer d’avis à tout moment."


@dataclass(frozen=True, slots=True)
class Story:
    """One campaign: months before today, how large a part of all contacts, how many of a hundred respond, costs in thousands."""

    name: str
    type: str
    months: float
    share: float
    response: int
    budget: float
    spent: float
    hoped: int
    parent: str = ""
    capacity: int = 0


YEAR = "Programme commercial"
STORIES = (
    Story(YEAR, "Other", 17.5, 0, 0, 0, 0, 0),
    Story("Salon de la Construction", "Trade Show", 17, 0.03, 55, 18, 19.4, 120, YEAR),
    Story("Catalogue d’automne", "Direct Mail", 15, 0.2, 4, 9, 8.7, 60, YEAR),
    Story("Lettre d’information : hiver", "Email", 12, 0.4, 6, 2, 1.8, 30, YEAR),
    Story("Relance des devis dormants", "Telemarketing", 10.5, 0.04, 48, 4, 4.2, 80, YEAR),
    Story("Lettre d’information : printemps", "Email", 8.5, 0.4, 7, 2, 2.1, 30, YEAR),
    Story("Webinaire : réussir sa rénovation énergétique", "Webinar", 7, 0.06, 40, 3, 2.4, 60),
    Story("Livre blanc : bâtiment durable", "Email", 5, 0.3, 5, 5, 4.6, 90),
    Story("Annonces sur les réseaux professionnels", "Advertisement", 4, 0.05, 30, 6, 6.9, 50),
    Story(
        "Appels après le livre blanc",
        "Telemarketing",
        3,
        0.02,
        60,
        2,
        1.5,
        70,
        "Livre blanc : bâtiment durable",
    ),
    Story("Lettre d’information : rentrée", "Email", 1.5, 0.4, 6, 2, 1.2, 30),
    Story("Petit-déjeuner clients à Lyon", "Event", -0.03, 0.012, 70, 4, 1.1, 80, capacity=24),
    Story("Lettre d’information : fêtes", "Email", -1, 0, 0, 2, 0, 30),
)
TOPICS = (
    ("Lettre d’information", "Une fois par saison : chantiers, produits, conseils.", True),
    ("Invitations", "Salons, petits-déjeuners et webinaires.", True),
    ("Offres", "Promotions et fins de série.", True),
)


@transaction.atomic
def make(rng: Random, now: datetime) -> str:
    """Make all of it, once, and return what there is; with few contacts the campaigns are small."""
    owner = User.objects.filter(email=f"marketing@{DOMAIN}").values_list("pk", flat=True).first()
    contacts = list(Contact.objects.filter(is_deleted=False, email__isnull=False).order_by("pk")[: 6 * CHUNK])
    leads = list(Lead.objects.filter(is_deleted=False, is_converted=False).order_by("pk")[: 2 * CHUNK])
    if len(contacts) < SMALLEST or not leads or Campaign.objects.exists():
        return f"{Campaign.objects.count()} campaigns"
    made: dict[str, Campaign] = {}
    members: list[CampaignMember] = []
    for story in STORIES:
        one = _campaign(story, made, owner, now)
        made[story.name] = one
        with override("fr"):
            statuses = usual(_family(story.type))
        CampaignMemberStatus.objects.bulk_create(_statuses(one, statuses))
        people = [*_drawn(rng, contacts, story.share), *_drawn(rng, leads, story.share / 3)]
        members.extend(_member(rng, one, story, person, statuses, now) for person in people)
        _wait(one, [row for row in members if row.campaign_id == one.pk], statuses, story)
    CampaignMember.objects.bulk_create(members, batch_size=CHUNK)
    _deals(rng, made)
    _consents(rng, contacts, now, owner)
    _audience(made["Lettre d’information : fêtes"], contacts, owner)
    return f"{len(made)} campaigns"


def _family(kind: str) -> str:
    return {"Email": "mailing", "Telemarketing": "phone"}.get(
        kind, "event" if kind in ("Event", "Webinar", "Trade Show") else ""
    )


def _campaign(story: Story, made: dict[str, Campaign], owner: int | None, now: datetime) -> Campaign:
    start = now - timedelta(days=story.months * 30)
    over = story.months > 1 and bool(story.share)
    event = bool(story.capacity)
    end = start + timedelta(days=30) if story.share or story.months < 1 else now + timedelta(days=60)
    return Campaign.objects.create(
        name=story.name, type=story.type, parent=made.get(story.parent), owner_id=owner, created_by_id=owner,
        status="Completed" if over else "In Progress" if story.months > -1 else "Planned",
        is_active=not over, start_date=start.date(), end_date=end.date(),
        created_date=min(start, now), budgeted_cost=round(story.budget * THOUSAND) or None,
        actual_cost=round(story.spent * THOUSAND) or None, expected_revenue=story.hoped * THOUSAND or None,
        expected_response=float(story.response + 2) if story.response else None, capacity=story.capacity or None,
        event_date=start.replace(hour=7) if event else None, location="12 quai Perrache, Lyon" if event else None,
    )  # fmt: skip


def _statuses(one: Campaign, some: Sequence[Status]) -> Iterator[CampaignMemberStatus]:
    for place, status in enumerate(some, start=1):
        yield CampaignMemberStatus(
            campaign=one, label=status.label, sort_order=place, has_responded=status.responded, is_default=status.first,
            meaning=status.meaning or None,
        )  # fmt: skip


def _drawn(rng: Random, people: Sequence[Contact | Lead], share: float) -> list[Contact | Lead]:
    return rng.sample(list(people), min(len(people), round(len(people) * share)))


def _member(
    rng: Random,
    one: Campaign,
    story: Story,
    person: Contact | Lead,
    statuses: Sequence[Status],
    now: datetime,
) -> CampaignMember:
    start = one.created_date
    responded = rng.randrange(100) < story.response
    some = [
        status
        for status in statuses
        if status.responded == responded and status.meaning not in ("waiting", "absent")
    ]
    if story.months < 0:
        some = [status for status in some if status.meaning != "attended"]
    elif not responded and len(some) > 1:
        some = some[1:]
    status = rng.choice(some)
    on = min(now, start + timedelta(days=rng.randrange(1, 25)))
    return CampaignMember(
        campaign=one, contact_id=person.pk if isinstance(person, Contact) else None,
        lead_id=person.pk if isinstance(person, Lead) else None, status=status.label, has_responded=responded,
        first_responded_date=on.date() if responded else None, created_date=min(start, now),
        checked_in_date=on if status.meaning == "attended" else None,
    )  # fmt: skip


def _wait(one: Campaign, members: Sequence[CampaignMember], statuses: Sequence[Status], story: Story) -> None:
    """Let those wait for whom there is no place."""
    if not story.capacity:
        return
    labels = {status.meaning: status.label for status in statuses}
    here = [row for row in members if row.status == labels["registered"]]
    for place, row in enumerate(here[story.capacity :]):
        row.status, row.waiting_since = labels["waiting"], one.created_date + timedelta(minutes=7 * place)


def _deals(rng: Random, made: dict[str, Campaign]) -> None:
    """Let some deals name a campaign as their source, and somebody of each have responded shortly before."""
    campaigns = [one for one in made.values() if one.actual_cost and not one.capacity]
    member = dict(
        OpportunityContactRole.objects.filter(is_primary=True, is_deleted=False).values_list(
            "opportunity_id", "contact_id"
        )
    )
    there = set(CampaignMember.objects.filter(contact__isnull=False).values_list("campaign_id", "contact_id"))
    found: list[CampaignMember] = []
    for one in campaigns:
        begins, ends = one.created_date, one.created_date + timedelta(days=75)
        rows = Opportunity.objects.filter(
            created_date__gt=begins, created_date__lt=ends, campaign=None
        ).order_by("pk")
        deals = [deal for deal in rows[:CHUNK] if deal.pk in member]
        chosen = rng.sample(deals, min(len(deals), rng.randrange(4, 10)))
        label = (
            CampaignMemberStatus.objects.filter(campaign=one, has_responded=True)
            .order_by("sort_order")[0]
            .label
        )
        for deal in chosen:
            deal.campaign = one
            pair = (one.pk, member[deal.pk])
            if pair not in there:
                there.add(pair)
                on = max(begins.date(), deal.created_date.date() - timedelta(days=rng.randrange(3, 20)))
                found.append(CampaignMember(
                    campaign=one, contact_id=pair[1], status=label, has_responded=True, first_responded_date=on,
                    created_date=begins,
                ))  # fmt: skip
        Opportunity.objects.bulk_update(chosen, ["campaign"])
    CampaignMember.objects.bulk_create(found, batch_size=CHUNK)


def _consents(rng: Random, contacts: Sequence[Contact], now: datetime, owner: int | None) -> None:
    """Say of a third of the contacts what they agreed to, and block a few addresses."""
    topics = [Topic.objects.create(name=n, description=d, is_public=p, owner_id=owner) for n, d, p in TOPICS]
    people = [one for one in contacts if rng.random() < 0.33]  # noqa: PLR2004
    states = [rng.choices((OPT_IN, None, OPT_OUT), (70, 22, 8))[0] for _one in people]
    individuals = Individual.objects.bulk_create(
        (
            Individual(
                name=one.name, owner_id=one.owner_id, email_consent=state,
                opens_consent=OPT_IN if state == OPT_IN and rng.random() < 0.7 else None,  # noqa: PLR2004
                clicks_consent=OPT_IN if state == OPT_IN and rng.random() < 0.85 else None,  # noqa: PLR2004
            )
            for one, state in zip(people, states, strict=True)
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    for one, individual in zip(people, individuals, strict=True):
        one.individual = individual
        one.has_opted_out_of_email = individual.email_consent == OPT_OUT
    Contact.objects.bulk_update(people, ["individual", "has_opted_out_of_email"], batch_size=CHUNK)
    channels = {
        "email": "email_consent",
        "tracking_opens": "opens_consent",
        "tracking_clicks": "clicks_consent",
    }
    Consent.objects.bulk_create(
        (
            Consent(
                individual=one, channel=channel, state=getattr(one, column), source="https://www.vauban.example/contact",
                wording=WORDING, at=now - timedelta(days=rng.randrange(5, 500)),
            )
            for one in individuals for channel, column in channels.items() if getattr(one, column)
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    TopicChoice.objects.bulk_create(
        TopicChoice(individual=one, topic=topics[2], state=OPT_OUT)
        for one in individuals
        if rng.random() < 0.06  # noqa: PLR2004
    )
    blocked = rng.sample(list(contacts), max(1, len(contacts) // 150))
    Suppression.objects.bulk_create(
        (
            Suppression(
                address=fold(one.email or ""), reason=rng.choice(("hard_bounce", "hard_bounce", "complaint", "manual")),
                source="demo", since=now - timedelta(days=rng.randrange(400)),
            )
            for one in blocked
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def _audience(one: Campaign, contacts: Sequence[Contact], owner: int | None) -> None:
    """Give the next mailing an audience: two segments that overlap, without those of the breakfast."""
    if owner is None:
        return
    wheres = {
        "Clients de Lyon et Paris": _among("Account.BillingCity", "Lyon", "Paris"),
        "Direction et achats": _among("Department", "Direction", "Achats", "Management", "Purchasing"),
    }
    segments = [
        Segment.objects.create(
            object_name="Contact", name=name, owner_id=owner, visibility=Visibility.SHARED,
            steps=[{"name": name, "count": None, "where": where}],
        )
        for name, where in wheres.items()
    ]  # fmt: skip
    spared = Part("people", object="Contact", people=(contacts[0].pk,))
    body = Audience(tuple(Part("segment", row.pk) for row in segments), (spared,))
    CampaignAudience.objects.create(campaign=one, body=body.as_json(), user_id=owner)


def _among(path: str, *values: str) -> dict[str, Any]:
    where = Compare(Path(tuple(path.split("."))), "in", tuple(Constant(value) for value in values))
    return codec.to_json(where)
