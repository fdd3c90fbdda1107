"""Merging people keeps the strictest of what they said, with proof; undoing it restores every word."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor, system_actor
from essor.domain.duplicates import merging
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.models import Consent, Individual, Topic, TopicChoice
from essor.domain.marketing.consent.people import CONTACT, Person
from essor.domain.sales.models import Contact, Lead
from essor.records import undo
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


def contact(**more: object) -> Person:
    return Person(CONTACT, save(system_actor(), Change("Contact", {"LastName": "Roux", **more})).id)


def test_a_refusal_of_either_rules_and_an_undo_restores_both(admin: Actor) -> None:
    news, jobs = (Topic.objects.create(name=name) for name in ("News", "Jobs"))
    keep, gone = contact(), contact()
    write.record(keep, "email", "opt_in", source="form", wording="Yes")
    write.record(keep, "email", "opt_in", topic=news, source="form", wording="News")
    write.record(keep, "visits", "opt_in", source="form", wording="Visits")
    write.record(gone, "email", "opt_out", source="page", wording="No mail")
    write.record(gone, "email", "opt_out", topic=news, source="page", wording="No news")
    write.record(gone, "email", "opt_in", topic=jobs, source="page", wording="Jobs")
    first, second = (Contact.objects.get(pk=one.id).individual_id for one in (keep, gone))
    lead = save(
        system_actor(), Change("Lead", {"LastName": "Roux", "Company": "X", "IndividualId": first})
    ).id
    picks = {"HasOptedOutOfEmail": keep.id, "IndividualId": keep.id}
    saved, batch = merging.merge(admin, "Contact", [keep.id, gone.id], keep.id, picks)

    row = Contact.objects.get(pk=saved.id)
    one = Individual.objects.get(pk=row.individual_id)
    assert (row.has_opted_out_of_email, one.email_consent, one.visits_consent) == (True, "OptOut", "OptIn")
    assert one.pk not in (first, second)
    topics = TopicChoice.objects.filter(individual=one).values_list("topic", "state")
    assert dict(topics) == {news.pk: "OptOut", jobs.pk: "OptIn"}
    assert Lead.objects.get(pk=lead).individual_id == one.pk, "other records of the person follow"
    assert Lead.objects.get(pk=lead).has_opted_out_of_email
    proof = Consent.objects.filter(individual=one)
    assert proof.filter(wording="No mail").exists(), "the earlier proof stays with the person"
    merged = proof.filter(source__startswith="Merge of Roux").order_by("pk")
    assert list(merged.values_list("channel", "topic", "state")) == [
        ("email", None, "OptOut"),
        ("visits", None, "OptIn"),
        ("email", news.pk, "OptOut"),
        ("email", jobs.pk, "OptIn"),
    ]

    undo.undo(admin, batch)
    rows = {one.id: Contact.objects.get(pk=one.id) for one in (keep, gone)}
    assert [rows[keep.id].individual_id, rows[gone.id].individual_id] == [first, second]
    assert [rows[keep.id].has_opted_out_of_email, rows[gone.id].has_opted_out_of_email] == [False, True]
    assert Lead.objects.get(pk=lead).individual_id == first
    states = (
        Individual.objects.filter(pk__in=(first, second))
        .order_by("pk")
        .values_list("email_consent", flat=True)
    )
    assert list(states) == ["OptIn", "OptOut"]


def test_who_said_nothing_brings_nothing_and_a_box_alone_is_a_refusal(admin: Actor) -> None:
    said, silent, boxed = contact(), contact(), contact(HasOptedOutOfEmail=True)
    write.record(said, "email", "opt_in", source="form", wording="Yes")
    own = Contact.objects.get(pk=said.id).individual_id
    merging.merge(admin, "Contact", [said.id, silent.id], silent.id, {})
    assert Contact.objects.get(pk=silent.id).individual_id == own, "nothing differs: the same person goes on"
    merging.merge(admin, "Contact", [silent.id, boxed.id], silent.id, {})
    row = Contact.objects.get(pk=silent.id)
    assert (row.has_opted_out_of_email, row.individual.email_consent) == (True, "OptOut")
    assert Individual.objects.get(pk=own).email_consent == "OptIn"
