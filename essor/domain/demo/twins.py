"""Some dozens of records that stand twice, as they come about: a hurried call, a trade fair, an old file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import models, transaction

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.demo.companies import ascii_of
from essor.domain.duplicates import finding, keys, pairs, scan, setting
from essor.domain.duplicates.finding import Subject
from essor.domain.sales.models import Account, Contact, Lead

ACCOUNTS, CONTACTS, LEADS, MET = 14, 22, 14, 8
Twist = Callable[[Random, Any], None]
SKIPPED = frozenset(
    {"id", "created_date", "last_modified_date", "system_modstamp", "revision", "last_activity_date"}
)


def make(rng: Random, now: datetime) -> Iterator[tuple[type[models.Model], Sequence[Any], list[Any]]]:
    """Yield (model, some records, their copies, each written down another way); the copies may be of `model` or leads."""
    for model, count, twists in (
        (Account, ACCOUNTS, (_other_form, _capitals, _without_site)),
        (Contact, CONTACTS, (_slip, _without_accents, _other_mail, _initial)),
        (Lead, LEADS, (_slip, _without_accents, _other_form_of_company)),
    ):
        some = _some(model, count)
        yield (
            model,
            some,
            [_copy(rng, now, one, twists[place % len(twists)]) for place, one in enumerate(some)],
        )
    met = _some(Contact, CONTACTS + MET)[CONTACTS:]
    yield Lead, met, [_met(rng, now, one) for one in met]


def find() -> None:
    """Gather what stands twice."""
    for name in setting.objects():
        scan.search(name)


def find_among(made: Sequence[tuple[Sequence[Any], Sequence[Any]]]) -> None:
    """Gather what stands twice among (records, their copies) only: what it costs does not grow with the company."""
    catalog, region = current.get(), system_actor().company.phone_region
    with transaction.atomic():
        for rows in (part for pair in made for part in pair):
            name = type(rows[0]).__name__ if rows else ""
            if rows and (side := setting.side(catalog, name)) is not None:
                stored = keys.values_of(catalog.object(name), [one.pk for one in rows], side.fields)
                keys.write(name, side, stored, region)
        for copies in (copies for _some, copies in made if copies):
            obj = catalog.object(type(copies[0]).__name__)
            for rule in setting.rules_for(catalog, obj.name):
                stored = keys.values_of(obj, [one.pk for one in copies], rule.fields)
                subjects = [Subject(key, key, values) for key, values in stored.items()]
                found = finding.find(catalog, rule, subjects, region)
                pairs.report((rule, one.place, one.record, one.likeness) for one in found if not one.twin)


def _some(model: type[Any], count: int) -> Sequence[Any]:
    """Return records spread over the table, always the same ones."""
    keys = list(model.objects.filter(is_deleted=False).order_by("pk").values_list("pk", flat=True))
    step = max(1, len(keys) // (count + 1))
    return list(model.objects.filter(pk__in=keys[step::step][:count]).order_by("pk"))


def _copy(rng: Random, now: datetime, one: Any, twist: Twist) -> Any:
    fields = [field.attname for field in one._meta.concrete_fields if field.name not in SKIPPED]
    copy = type(one)(**{name: getattr(one, name) for name in fields})
    created = now - timedelta(days=rng.randrange(2, 60), hours=rng.randrange(9))
    copy.created_date = copy.last_modified_date = copy.system_modstamp = created
    for name in (
        "linked_in_url",
        "account_number",
        "annual_revenue",
        "rating",
        "department",
        "account_source",
    ):
        if hasattr(copy, name):
            setattr(copy, name, None)
    twist(rng, copy)
    if hasattr(copy, "last_name"):
        copy.name = " ".join(filter(None, (copy.first_name, copy.last_name)))
    return copy


def _other_form(_rng: Random, one: Any) -> None:
    one.name = f"{_bare(one.name)} S.A.R.L."


def _capitals(_rng: Random, one: Any) -> None:
    one.name, one.phone, one.phone_e164 = _bare(one.name).upper(), None, None


def _without_site(_rng: Random, one: Any) -> None:
    one.name, one.website, one.billing_street = f"Sté {_bare(one.name)}", None, None


def _other_form_of_company(_rng: Random, one: Any) -> None:
    one.company, one.mobile_phone, one.mobile_phone_e164 = f"{_bare(one.company)} SAS", None, None


def _slip(rng: Random, one: Any) -> None:
    """Exchange two letters of the name, as fast fingers do."""
    place = rng.randrange(1, max(2, len(one.last_name) - 1))
    letters = list(one.last_name)
    letters[place - 1 : place + 1] = reversed(letters[place - 1 : place + 1])
    one.last_name = "".join(letters).capitalize()


def _without_accents(_rng: Random, one: Any) -> None:
    one.first_name, one.last_name = ascii_of(one.first_name).capitalize(), one.last_name.upper()


def _other_mail(_rng: Random, one: Any) -> None:
    one.email, one.title = f"{ascii_of(one.first_name)}{ascii_of(one.last_name)}@gmail.com", None


def _initial(_rng: Random, one: Any) -> None:
    one.first_name, one.mobile_phone, one.mobile_phone_e164 = f"{one.first_name[0]}.", None, None


def _met(rng: Random, now: datetime, one: Any) -> Lead:
    """Return a contact who left a card at a trade fair and so became a lead as well."""
    created = now - timedelta(days=rng.randrange(2, 40))
    return Lead(
        first_name=one.first_name,
        last_name=one.last_name,
        name=one.name,
        company=one.account.name,
        email=one.email,
        mobile_phone=one.mobile_phone,
        mobile_phone_e164=one.mobile_phone_e164,
        city=one.mailing_city,
        title=one.title,
        status="Open - Not Contacted",
        lead_source="Trade Show",
        owner_id=one.owner_id,
        created_by_id=one.owner_id,
        last_modified_by_id=one.owner_id,
        created_date=created,
        last_modified_date=created,
        system_modstamp=created,
    )


def _bare(name: str) -> str:
    """Return a company's name without its last word where that is a legal form."""
    head, _space, tail = name.rpartition(" ")
    return head if head and tail.isupper() else name
