"""The newest word rules, proof stays, and the box on a contact says the same as the consent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from essor.access import actions
from essor.access.actor import Actor, system_actor
from essor.domain.marketing.consent import ask, write
from essor.domain.marketing.consent.models import Consent, Individual, Suppression, Topic, TopicChoice
from essor.domain.marketing.consent.people import CONTACT, LEAD, Person
from essor.domain.sales.models import Contact, Lead
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(admin: Actor) -> Person:
    saved = save(system_actor(), Change("Contact", {"LastName": "Roux", "FirstName": "Ana"}))
    return Person(CONTACT, saved.id)


def test_refusing_mail_is_proof_and_ticks_every_box_of_the_person(ana: Person) -> None:
    write.record(ana, "tracking_clicks", "opt_in", source="form", wording="I agree")
    one = Contact.objects.get(pk=ana.id).individual
    lead = save(
        system_actor(), Change("Lead", {"LastName": "Roux", "Company": "X", "IndividualId": one.pk})
    ).id
    write.record(ana, "email", "opt_out", source="https://x.example/u", wording="No more mail")
    assert Contact.objects.get(pk=ana.id).has_opted_out_of_email
    assert Lead.objects.get(pk=lead).has_opted_out_of_email
    proof = Consent.objects.get(channel="email")
    assert (proof.state, proof.source, proof.wording) == ("OptOut", "https://x.example/u", "No more mail")
    write.record(Person(LEAD, lead), "email", "opt_in", source="form", wording="Yes again")
    assert not Contact.objects.get(pk=ana.id).has_opted_out_of_email
    assert Individual.objects.get().email_consent == "OptIn"


def test_an_older_word_is_kept_but_does_not_rule(ana: Person) -> None:
    topic = Topic.objects.create(name="News")
    for about in (None, topic):
        write.record(ana, "email", "opt_in", topic=about, source="fair", wording="")
        write.record(
            ana,
            "email",
            "opt_out",
            topic=about,
            source="old list",
            wording="",
            at=timezone.now() - timedelta(days=9),
        )
    assert Consent.objects.count() == 4
    assert Individual.objects.get().email_consent == "OptIn"
    assert TopicChoice.objects.get().state == "OptIn"


def test_a_box_ticked_by_hand_is_the_persons_word(ana: Person, admin: Actor) -> None:
    write.record(ana, "email", "opt_in", source="form", wording="")
    save(admin, Change("Contact", {"HasOptedOutOfEmail": True}, id=ana.id))
    assert Individual.objects.get().email_consent == "OptOut"
    last = Consent.objects.latest("pk")
    assert (last.state, last.user_id) == ("OptOut", admin.user_id)


def test_only_those_who_agreed_are_followed(ana: Person) -> None:
    bob = Person(LEAD, save(system_actor(), Change("Lead", {"LastName": "Bo", "Company": "X"})).id)
    write.record(ana, "tracking_clicks", "opt_in", source="form", wording="")
    keys = write.individuals([ana, bob])
    assert ask.may_track(keys.values(), "clicks") == {keys[ana]}
    assert ask.may_track(keys.values(), "opens") == set()
    ask.Policy.objects.create(clicks_need_consent=False)
    assert ask.may_track(keys.values(), "clicks") == set(keys.values())
    save(system_actor(), Change("Individual", {"HasOptedOutTracking": True}, id=keys[ana]))
    assert ask.may_track(keys.values(), "clicks") == {keys[bob]}


def test_an_address_is_blocked_once_whatever_its_case() -> None:
    assert write.suppress(["Ana@X.fr", "ana@x.fr ", "bo@x.fr"], "hard_bounce", "bounce", "550 5.1.1") == 2
    assert write.suppress(["ANA@x.fr"], Suppression.Reason.MANUAL, "hand") == 0
    assert ask.suppressed(["ana@X.FR", "cy@x.fr"]) == {"ana@x.fr"}
    assert Suppression.objects.get(address="ana@x.fr").reason == "hard_bounce"


def test_a_lead_that_waits_in_a_queue_may_agree(admin: Actor) -> None:
    queue = actions.save_group(admin, name="Inbox", members=[], queue=True, supported_objects=["Lead"])
    lead = save(admin, Change("Lead", {"LastName": "Roux", "Company": "Émeraude", "OwnerId": queue.pk})).id
    write.record(Person(LEAD, lead), "email", "opt_in", source="x", wording="Yes")
    assert Lead.objects.get(pk=lead).owner_id == queue.pk
    assert Individual.objects.get().email_consent == "OptIn"
