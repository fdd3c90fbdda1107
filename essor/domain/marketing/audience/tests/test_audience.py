"""Everybody let in is mailed once or has a reason; the numbers and the people behind them agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from essor.access.actor import Actor, actor_for
from essor.access.models import OrgDefault
from essor.access.version import bump
from essor.domain.marketing.audience import caps, keep
from essor.domain.marketing.audience.count import counted, listed
from essor.domain.marketing.audience.definition import Audience, Part, read
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.audience.select import recipients
from essor.domain.marketing.campaigns.tests.conftest import Make
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.models import Policy, Topic
from essor.domain.marketing.consent.people import CONTACT, LEAD, Person
from essor.domain.sales.conversion.convert import convert
from essor.domain.sales.conversion.works import Ask
from essor.kernel.errors import NotFound, ValidationFailed
from essor.query.actions.segments import Step, save_segment
from essor.query.tree import Compare, Constant, Path
from essor.records.change import Change
from essor.records.save import save, save_many

pytestmark = pytest.mark.django_db


def people(admin: Actor, name: str, mails: list[str | None]) -> list[int]:
    """Make contacts or leads with these addresses."""
    more = {"Company": "X"} if name == "Lead" else {}
    changes = [
        Change(name, {"LastName": f"{name}{n}", "Email": mail, **more}, accept_duplicates=True)
        for n, mail in enumerate(mails)
    ]
    return [row.saved.id for row in save_many(admin, name, changes) if row.saved]


def segment(admin: Actor, name: str, text: str) -> Part:
    where = Compare(Path(("LastName",)), "startswith", (Constant(text),))
    return Part("segment", save_segment(admin, object_name=name, name=text, steps=[Step("all", where)]).pk)


def answer(audience: Audience, actor: Actor) -> dict[tuple[int, int], int | None]:
    sql, params = recipients(audience, actor)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    assert len({row[:2] for row in rows}) == len(rows)
    return {(row[0], row[1]): row[3] for row in rows}


def test_each_has_one_reason_and_the_numbers_say_the_same(admin: Actor, make: Make) -> None:
    contacts = people(admin, "Contact", ["a@x.fr", "A@X.fr", None, "b@x.fr", "c@x.fr", "d@x.fr", "e@x.fr"])
    lead, converted = people(admin, "Lead", ["a@x.fr", "z@x.fr"])
    convert(admin, Ask(converted, contact=contacts[6], opportunity=False))
    write.suppress(["B@x.fr"], "complaint", "feedback loop")
    write.record(Person(CONTACT, contacts[4]), "email", "opt_out", source="form", wording="")
    topic = Topic.objects.create(name="News")
    write.record(Person(CONTACT, contacts[5]), "email", "opt_out", topic=topic, source="form", wording="")
    everybody = (segment(admin, "Contact", "Contact"), segment(admin, "Lead", "Lead"))
    audience = Audience(
        everybody, exclude=(Part("people", object="Contact", people=(contacts[6],)),), topic=topic.pk
    )
    found = answer(audience, admin)
    assert found == {
        (CONTACT, contacts[0]): None,
        (CONTACT, contacts[1]): Reason.DUPLICATE,
        (CONTACT, contacts[2]): Reason.NO_ADDRESS,
        (CONTACT, contacts[3]): Reason.SUPPRESSED,
        (CONTACT, contacts[4]): Reason.OPTED_OUT,
        (CONTACT, contacts[5]): Reason.TOPIC,
        (CONTACT, contacts[6]): Reason.EXCLUDED,
        (LEAD, lead): Reason.DUPLICATE,
        (LEAD, converted): Reason.CONVERTED,
    }
    by_hand = (
        Part("people", object="Contact", people=tuple(contacts)),
        Part("people", object="Lead", people=(lead, converted)),
    )
    assert answer(Audience(by_hand, audience.exclude, topic.pk), admin) == found
    told = counted(audience, admin)
    assert (told.total, told.mailable, sum(told.by_reason.values())) == (9, 1, 8)
    for reason in (None, *Reason):
        behind = {tuple(person) for person, _address in listed(audience, admin, reason)}
        assert behind == {key for key, why in found.items() if why == reason}
    first, second = (
        listed(audience, admin, Reason.DUPLICATE, size=1, after=one) for one in (None, Person(1, contacts[1]))
    )
    assert [first[0][0], second[0][0]] == [(CONTACT, contacts[1]), (LEAD, lead)]


def test_with_consent_required_only_those_who_agreed_are_mailed(admin: Actor) -> None:
    asked, agreed, to_topic = people(admin, "Contact", ["a@x.fr", "b@x.fr", "c@x.fr"])
    topic = Topic.objects.create(name="News")
    write.record(Person(CONTACT, agreed), "email", "opt_in", source="form", wording="")
    write.record(Person(CONTACT, to_topic), "email", "opt_in", topic=topic, source="form", wording="")
    Policy.objects.create(email_needs_consent=True)
    part = Part("people", object="Contact", people=(asked, agreed, to_topic))
    assert [why for _who, why in sorted(answer(Audience((part,)), admin).items())] == [5, None, 5]
    assert [why for _who, why in sorted(answer(Audience((part,), topic=topic.pk), admin).items())] == [
        5,
        None,
        None,
    ]


def test_what_each_part_brings_takes_and_shares(admin: Actor, make: Make) -> None:
    keys = people(admin, "Contact", [f"{n}@x.fr" for n in range(12)])
    campaign = make("Campaign")
    for key in keys[:4]:
        make(
            "CampaignMember",
            CampaignId=campaign,
            ContactId=key,
            Status="Sent" if key == keys[0] else "Planned",
        )
    include = (segment(admin, "Contact", "Contact1"), Part("members", campaign))
    exclude = (
        Part("members", campaign, ("Sent",)),
        Part("people", object="Contact", people=(keys[1], keys[9])),
    )
    told = counted(Audience(include, exclude), admin)
    assert [(one.size, one.left) for one in told.included] == [(3, 3), (4, 6)]
    assert [(one.first, one.second, one.count) for one in told.overlap] == [(0, 1, 1)]
    assert [(one.name, one.size, one.left) for one in told.excluded] == [
        ("C (Sent)", 1, 5),
        ("2 picked by hand", 1, 4),
    ]
    assert (told.total, told.mailable) == (6, 4)


@pytest.fixture
def sent(admin: Actor) -> Iterator[list[int]]:
    mails: list[int] = []

    def rows(since: datetime, _among: str) -> tuple[str, tuple[Any, ...]]:
        each = " UNION ALL ".join("SELECT 1 AS kind, %s AS person_id" for _one in mails)
        return f"SELECT kind, person_id FROM ({each}) AS x WHERE %s > ''", (*mails, since.isoformat())

    caps.mails(rows)
    yield mails
    caps._sent.remove(rows)


def test_who_had_enough_mail_is_spared(admin: Actor, sent: list[int]) -> None:
    keys = people(admin, "Contact", ["a@x.fr", "b@x.fr"])
    sent.extend([keys[0], keys[0], keys[1]])
    Policy.objects.create(cap_mails=2, cap_days=7)
    part = Part("people", object="Contact", people=tuple(keys))
    assert answer(Audience((part,)), admin) == {(CONTACT, keys[0]): Reason.CAPPED, (CONTACT, keys[1]): None}
    assert set(answer(Audience((part,), capped=False), admin).values()) == {None}


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_nobody_is_looked_for_among_all_the_blocked_one_by_one(admin: Actor, sent: list[int]) -> None:
    """Whatever PostgreSQL guesses of how many there are, it joins: a subplan within a CASE would run once a person."""
    sent.append(1)
    Policy.objects.create(cap_mails=1, cap_days=7)
    sql, params = recipients(
        Audience((segment(admin, "Lead", "Lead"), segment(admin, "Contact", "Contact"))), admin
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64kB'")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "SubPlan" not in plan, plan


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_addresses_that_two_have_are_found_in_the_index_alone(admin: Actor) -> None:
    """Of a million people that is 0.2 seconds; to open their rows in the order of their addresses took 3."""
    sql, params = recipients(Audience((segment(admin, "Lead", "Lead"),)), admin)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan using lead_email" in plan, plan


def test_an_audience_is_seen_through_its_readers_eyes(admin: Actor, make_user: Any, make: Make) -> None:
    OrgDefault.objects.update_or_create(object_name="Contact", defaults={"access": "Private"})
    bump()
    mia = actor_for(make_user("Mia", "Marketing"))
    hers = save(mia, Change("Contact", {"LastName": "Roux", "Email": "r@x.fr"})).id
    other = people(admin, "Contact", ["a@x.fr"])[0]
    part = Part("people", object="Contact", people=(hers, other))
    assert answer(Audience((part,)), mia) == {(CONTACT, hers): None}
    with pytest.raises(NotFound):
        counted(Audience((segment(admin, "Contact", "C"),)), mia)
    assert answer(Audience(), mia) == {}


def test_an_audience_is_kept_and_what_is_none_is_refused(admin: Actor, make: Make) -> None:
    campaign = make("Campaign")
    audience = Audience((segment(admin, "Lead", "L"),), (Part("members", campaign, ("Sent",)),), capped=False)
    keep.save(admin, campaign, audience)
    assert keep.of_campaign(campaign) == audience
    for wrong in (
        {"include": 1},
        {"include": [{"source": "sql"}]},
        {"include": [{"source": "segment", "key": "1"}]},
        {"include": [{"source": "people", "object": "User", "people": [1]}]},
        {"topic": True},
    ):
        with pytest.raises(ValidationFailed):
            read(wrong)
