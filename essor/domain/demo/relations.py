"""What ties the records of the demo company together: groups, scopes, parts in deals, people who moved, converted leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery

from essor.domain.demo.companies import Maker
from essor.domain.sales.conversion.models import Conversion
from essor.domain.sales.models import Account, Contact, Lead, Opportunity
from essor.domain.sales.relations.models import AccountContactRelation, OpportunityContactRole

CHUNK = 1000
LONGEST_COURTSHIP = 40  # days from a lead to its deal
IN_GROUPS, MOVED, CONVERTED = 0.08, 0.03, 0.1
LARGEST_GROUP = 5
PARTS = ("Decision Maker", "Economic Buyer", "Influencer", "Technical Buyer", "Business User", "Evaluator")
SCOPES = {
    "Direction": "General Management", "Management": "General Management", "Achats": "Purchasing", "Purchasing": "Purchasing",
    "Informatique": "Information Technology", "IT": "Information Technology", "Ventes": "Sales", "Marketing": "Marketing",
    "Finance": "Finance", "Production": "Production", "Logistique": "Logistics", "RH": "Human Resources",
}  # fmt: skip
BESIDE = {
    "Production": "Quality", "Purchasing": "Logistics", "General Management": "Finance", "Human Resources": "Health and Safety",
}  # fmt: skip


def groups(maker: Maker, firms: Sequence[Account]) -> None:
    """Put some companies below others, at most two levels deep."""
    rng = maker.rng
    chosen = rng.sample(list(firms), round(len(firms) * IN_GROUPS))
    changed: list[Account] = []
    while len(chosen) > 1:
        top, *below = (
            chosen.pop() for _place in range(min(len(chosen), rng.randrange(2, LARGEST_GROUP + 1)))
        )
        for place, firm in enumerate(below):
            firm.parent_id = below[0].pk if place and rng.random() < 0.4 else top.pk  # noqa: PLR2004
            changed.append(firm)
    Account.objects.bulk_update(changed, ["parent_id"], batch_size=CHUNK)


def scopes(persons: Sequence[Contact]) -> None:
    """Say what people decide about; it follows from their department."""
    changed = []
    for place, person in enumerate(persons):
        scope = SCOPES.get(person.department or "")
        if scope is None:
            continue
        more = BESIDE.get(scope, "") if place % 3 == 0 else ""
        person.scopes_of_responsibility = f";{scope};{more};" if more else f";{scope};"
        changed.append(person)
    Contact.objects.bulk_update(changed, ["scopes_of_responsibility"], batch_size=CHUNK)


def roles(
    maker: Maker, found: Sequence[Opportunity], persons: Sequence[Contact]
) -> Iterator[OpportunityContactRole]:
    """Yield up to three people of the account for most deals, the first of them the primary one."""
    rng, there = maker.rng, _by_account(persons)
    for deal in found:
        people = there.get(deal.account_id or 0, [])
        for place, person in enumerate(rng.sample(people, min(len(people), rng.randrange(4)))):
            yield OpportunityContactRole(
                opportunity_id=deal.pk, contact_id=person.pk, role=rng.choice(PARTS[:2] if place == 0 else PARTS[2:]),
                is_primary=place == 0, **_stamp(deal),
            )  # fmt: skip


def first_contacts(found: Sequence[Opportunity]) -> None:
    """Name the primary one of these people on the deal itself."""
    primary = OpportunityContactRole.objects.filter(opportunity=OuterRef("pk"), is_primary=True)
    deals = (
        Opportunity.objects.filter(pk__gte=found[0].pk, pk__lte=found[-1].pk)
        if found
        else Opportunity.objects.none()
    )
    deals.update(contact=Subquery(primary.values("contact")[:1]))


def moves(
    maker: Maker, firms: Sequence[Account], persons: Sequence[Contact]
) -> Iterator[AccountContactRelation]:
    """Yield where some people were before: the former company and the one they are with now."""
    rng = maker.rng
    for person in rng.sample(list(persons), round(len(persons) * MOVED)):
        former = rng.choice(firms)
        if person.account_id is None or former.pk == person.account_id:
            continue
        day = (maker.now - timedelta(days=rng.randrange(20, 700))).date()
        came = day - timedelta(days=rng.randrange(300, 2000))
        for account, start, end in ((former.pk, came, day), (person.account_id, day, None)):
            yield AccountContactRelation(
                account_id=account, contact_id=person.pk, start_date=start, end_date=end, is_active=end is None,
                is_direct=end is None, **_stamp(person),
            )  # fmt: skip


def conversions(
    maker: Maker, leads: Sequence[Lead], found: Sequence[Opportunity], firms: Sequence[Account], persons: Sequence[Contact]
) -> Iterator[Conversion]:  # fmt: skip
    """Turn some leads into what deals of today once came from, and yield the conversions."""
    rng, there, names = maker.rng, _by_account(persons), {firm.pk: firm.name for firm in firms}
    first = min((lead.created_date for lead in leads), default=maker.now) + timedelta(days=LONGEST_COURTSHIP)
    # Older deals are of a time whose other leads are not kept: every one of them would be a converted one.
    deals = [deal for deal in found if there.get(deal.account_id or 0) and deal.created_date > first]
    count = min(round(len(leads) * CONVERTED), len(deals))
    changed: list[Lead] = []
    for lead, deal in zip(rng.sample(list(leads), count), rng.sample(deals, count), strict=True):
        account = deal.account_id or 0
        person = rng.choice(there[account])
        before, batch = lead.status, UUID(int=rng.getrandbits(128), version=4)
        for attr in (
            "first_name",
            "last_name",
            "name",
            "email",
            "title",
            "mobile_phone",
            "mobile_phone_e164",
        ):
            setattr(lead, attr, getattr(person, attr))
        lead.company, lead.status, lead.is_converted = names[account], "Closed - Converted", True
        lead.created_date = min(
            lead.created_date, deal.created_date - timedelta(days=rng.randrange(2, LONGEST_COURTSHIP))
        )
        lead.converted_date = deal.created_date.date()
        lead.converted_account_id, lead.converted_contact_id = account, person.pk
        lead.converted_opportunity_id = deal.pk
        changed.append(lead)
        yield Conversion(
            lead_id=lead.pk, account_id=account, contact_id=person.pk, opportunity_id=deal.pk, status_before=before,
            batch=batch, user_id=deal.owner_id or maker.owners[0], created_date=deal.created_date,
        )  # fmt: skip
    fields = [
        "first_name", "last_name", "name", "email", "title", "mobile_phone", "mobile_phone_e164", "company", "status",
        "is_converted", "created_date", "converted_date", "converted_account_id", "converted_contact_id",
        "converted_opportunity_id",
    ]  # fmt: skip
    Lead.objects.bulk_update(changed, fields, batch_size=CHUNK // 4)


def _by_account(persons: Sequence[Contact]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = defaultdict(list)
    for person in persons:
        found[person.account_id or 0].append(person)
    return found


def _stamp(record: Opportunity | Contact) -> dict[str, object]:
    names = ("created_by_id", "last_modified_by_id", "created_date", "last_modified_date", "system_modstamp")
    return {name: getattr(record, name) for name in names}
