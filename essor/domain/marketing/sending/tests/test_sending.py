"""A mailing is sent to the end whatever the server says, and what it says is written down."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.utils import timezone

from essor.access.actor import Actor, system_actor
from essor.access.models import User
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.audience.select import recipients
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.models import (
    OPT_IN,
    OPT_OUT,
    Individual,
    Policy,
    Suppression,
    Topic,
    TopicChoice,
)
from essor.domain.marketing.consent.people import CONTACT, Person
from essor.domain.marketing.letters.compiled import Compiled, Slot
from essor.domain.marketing.sending import addresses, jobs, outbox, patience, people, problems, runner, since
from essor.domain.marketing.sending.models import ListEmail, Recipient, Recipients, Server
from essor.domain.marketing.sending.outbox import Claimed
from essor.domain.marketing.sending.results import Outcome, Result
from essor.domain.marketing.sending.states import FAILED, PAUSED, SENDING, SENT, State
from essor.domain.marketing.sending.tests.conftest import states
from essor.domain.marketing.sending.tests.sink import Sink
from essor.jobs.tasks import Interrupted
from essor.kernel.tests.outbox import deliver
from essor.records.change import Change
from essor.records.save import save

Make = Callable[..., ListEmail]
pytestmark = pytest.mark.django_db


def go(mailing: ListEmail, seconds: float = 20.0) -> ListEmail:
    runner.run(mailing.pk, seconds=seconds)
    mailing.refresh_from_db()
    return mailing


def test_everybody_gets_it_once_and_the_mailing_ends(admin: Actor, mailing: Make, server: Sink) -> None:
    sent = go(mailing([f"p{place}" for place in range(25)]))
    assert sorted(server.mailed) == sorted(f"p{place}@dest.example" for place in range(25))
    assert (sent.status, sent.total_sent, sent.total_recipients) == (SENT, 25, 25)
    row = Recipient.objects.get(address="p7@dest.example")
    assert (row.state, row.code) == (State.SENT, 250)
    sender, _to, data = next(one for one in server.got if one[1] == row.address)
    assert b"Hello p7" in data
    assert sender == "zoe@vauban.example"  # no domain of ours: bounces go to the sender
    assert f"<{addresses.message_id(row.pk, 'vauban.example').strip('<>')}>".encode() in data


def test_each_refusal_is_written_on_its_own_row(admin: Actor, mailing: Make, server: Sink) -> None:
    server.rcpt = {"gone": "550 5.1.1 no such user", "grey": "451 4.7.1 later"}
    server.data = {"cut": "drop"}
    made = go(mailing(["ana", "gone", "grey", "cut", "bob"]))
    assert states(made) == {
        "ana": State.SENT,
        "gone": State.REFUSED,
        "grey": State.WAITING,
        "cut": State.UNSURE,
        "bob": State.SENT,
    }
    gone, grey = (Recipient.objects.get(address=f"{name}@dest.example") for name in ("gone", "grey"))
    assert (gone.code, gone.detail) == (550, "5.1.1 no such user")
    assert grey.attempts == 1
    assert grey.due_at is not None
    assert timedelta(minutes=4) < grey.due_at - timezone.now() < timedelta(minutes=6)
    assert (made.status, made.held_until) == (SENDING, grey.due_at)
    assert (made.total_sent, made.total_refused, made.total_unsure) == (2, 1, 1)


def test_a_retry_that_comes_due_is_sent_and_one_too_many_is_given_up(
    admin: Actor, mailing: Make, server: Sink
) -> None:
    server.rcpt = {"grey": "451 4.7.1 later"}
    made = mailing(["grey", "slow"])
    go(made)
    Recipient.objects.filter(address="grey@dest.example").update(
        due_at=timezone.now(), attempts=len(outbox.PAUSES)
    )
    assert go(made).status == SENT
    assert states(made) == {"grey": State.REFUSED, "slow": State.SENT}
    assert made.total_refused == 1
    deliver()  # what is given up is a bounce like any other, and the person says so
    bounce = apps.get_model("returns", "Bounce").objects.get()
    assert (bounce.address, bounce.category) == ("grey@dest.example", "policy")


def test_a_server_that_wants_less_gets_less(admin: Actor, mailing: Make, server: Sink) -> None:
    names = [f"p{place}" for place in range(100)]
    server.data = dict.fromkeys(names, "421 4.7.0 slow down")
    made = go(mailing(names))
    tried = Recipient.objects.filter(attempts=1).count()
    assert 0 < tried <= 4, "one on each connection, and the next; the rest of the batch waits untouched"
    assert list(states(made).values()) == [State.WAITING] * 100
    assert Server.objects.get().slow == 1
    assert made.held_until is not None
    assert made.problem
    assert "slowly" in made.problem


def test_what_holds_a_mailing_up_is_told_in_the_language_of_who_launched_it(
    admin: Actor, mailing: Make, server: Sink
) -> None:
    User.objects.filter(pk=admin.user_id).update(language="fr", locale="fr_FR")
    server.data = {"fast": "421 4.7.0 slow down"}
    made = go(mailing(["fast"], launched_by_id=admin.user_id))
    assert "slowly" not in str(made.problem)
    Server.objects.update(port=1)
    dead = go(mailing(["late"], launched_by_id=admin.user_id))
    assert "127.0.0.1:1" in str(dead.problem)
    assert "does not answer" not in str(dead.problem)
    assert re.search(r"\d\d/\d\d/\d{4} \d\d:\d\d", str(made.problem))


def test_a_dead_server_is_told_and_nothing_is_lost(
    admin: Actor, mailing: Make, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = mailing(["ana", "bob"])
    Server.objects.update(port=1)
    go(made)
    assert (made.status, set(states(made).values())) == (SENDING, {State.WAITING})
    assert made.problem
    assert "127.0.0.1:1 does not answer" in made.problem
    first = made.held_until
    go(made)
    assert made.failures == 2
    assert first is not None
    assert made.held_until is not None
    assert made.held_until > first
    Server.objects.update(port=server.port)
    monkeypatch.setattr(runner.Sending, "_went_well", lambda _self: None)
    runner.run(made.pk, seconds=0.1)
    made.refresh_from_db()
    assert (made.problem, made.failures) == (None, 0), "taken back at the first answer, not after the batch"
    assert go(made).status == SENT
    assert (made.problem, made.failures, len(server.mailed)) == (None, 0, 2)


def test_a_server_that_does_not_let_us_send_stops_the_mailing(
    admin: Actor, mailing: Make, server: Sink
) -> None:
    server.mail = "550 5.7.1 who are you?"
    made = go(mailing(["ana", "bob"]))
    assert (made.status, set(states(made).values())) == (FAILED, {State.WAITING})
    assert made.problem
    assert "who are you?" in made.problem
    server.mail = ""
    save(system_actor(), Change("ListEmail", {"Status": SENDING}, id=made.pk))
    assert go(made).status == SENT


def test_a_letter_that_cannot_be_written_stops_the_mailing(admin: Actor, mailing: Make, server: Sink) -> None:
    broken = Compiled(("s",), (Slot("source", "{{ 'a' / 2 }}"),), ("t",))
    made = go(mailing(["ana"], [broken]))
    assert (made.status, states(made)) == (FAILED, {"ana": State.WAITING})
    assert made.problem
    assert server.mailed == []


def test_refused_by_the_dozen_is_our_fault(
    admin: Actor, mailing: Make, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "REFUSALS", 5)
    monkeypatch.setattr(runner, "BATCH", 5)
    names = [f"p{place}" for place in range(20)]
    server.data = dict.fromkeys(names, "554 5.7.1 spam")
    made = go(mailing(names))
    assert made.status == FAILED
    assert list(states(made).values()).count(State.WAITING) == 15


def test_who_opted_out_or_was_blocked_or_deleted_since_the_launch_is_left_out(
    admin: Actor, mailing: Make, server: Sink
) -> None:
    made = mailing(["ana", "out", "blocked", "gone"])
    contacts = apps.get_model("sales", "Contact").objects
    contacts.filter(first_name="out").update(has_opted_out_of_email=True)
    contacts.filter(first_name="gone").update(is_deleted=True)
    Suppression.objects.create(address="blocked@dest.example", reason="complaint")
    go(made)
    assert server.mailed == ["ana@dest.example"]
    assert (made.total_skipped, made.status) == (3, SENT)


def test_what_people_said_since_the_launch_counts(admin: Actor, mailing: Make, server: Sink) -> None:
    """A mailing may be scheduled for next week and sent over days: a topic left, or consent taken back, is asked each time."""
    topic = Topic.objects.create(name="News")
    made = mailing(["ana", "topic", "never", "taken", "silent"], topic_id=topic.pk)
    contacts = dict(apps.get_model("sales", "Contact").objects.values_list("first_name", "pk"))
    who = {name: Person(CONTACT, key) for name, key in contacts.items()}
    for name in ("ana", "topic", "never", "taken"):
        write.record(who[name], "email", "opt_in", source="form", wording="Yes.")
    write.record(who["topic"], "email", "opt_out", topic=topic, source="page", wording="Not this.")
    write.record(who["taken"], "email", "opt_out", source="page", wording="No.")
    individual = write.individuals([who["never"]])[who["never"]]
    save(system_actor(), Change("Individual", {"HasOptedOutSolicit": True}, id=individual))
    Policy.objects.create(pk=1, email_needs_consent=True)
    go(made)
    assert server.mailed == ["ana@dest.example"]
    skipped = Recipient.objects.filter(list_email=made, state=State.SKIPPED)
    assert dict(skipped.values_list("address", "code")) == {
        "topic@dest.example": since.TOPIC,
        "never@dest.example": since.OPTED_OUT,
        "taken@dest.example": since.OPTED_OUT,
        "silent@dest.example": since.NO_CONSENT,
    }


def test_what_is_asked_again_is_what_was_asked_at_the_launch(admin: Actor) -> None:
    """Two ways to one answer: the SELECT of an audience and the question before each batch, for all that may be said."""
    contact, topic = apps.get_model("sales", "Contact").objects, Topic.objects.create(name="News")
    said = (None, OPT_IN, OPT_OUT)
    keys = []
    for place, (mail, about, never) in enumerate(product(said, said, (False, True))):
        one = Individual.objects.create(name="I", email_consent=mail, has_opted_out_solicit=never)
        if about:
            TopicChoice.objects.create(individual=one, topic=topic, state=about)
        keys.append(contact.create(last_name="L", name="L", email=f"p{place}@x.fr", individual_id=one.pk).pk)
    keys.append(contact.create(last_name="L", name="L", email="nobody@x.fr").pk)
    same = {since.OPTED_OUT: Reason.OPTED_OUT, since.TOPIC: Reason.TOPIC, since.NO_CONSENT: Reason.NO_CONSENT}
    batch = [Claimed(key, 0, CONTACT, key, f"{key}@x.fr", "x.fr", 0, 0) for key in keys]
    for needs, about in product((False, True), (None, topic.pk)):
        Policy.objects.update_or_create(pk=1, defaults={"email_needs_consent": needs})
        part = Part("people", object="Contact", people=tuple(keys))
        sql, params = recipients(Audience((part,), topic=about, capped=False), admin)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT person_id, reason FROM ({sql}) AS found WHERE reason IS NOT NULL", params)
            launched = dict(cursor.fetchall())
        again = people.known(system_actor(), ListEmail(topic_id=about), batch).skipped
        assert {key: same[reason] for key, reason in again.items()} == launched
        assert 0 < len(launched) < len(keys)


def test_quiet_hours_are_those_of_the_person(admin: Actor, mailing: Make, server: Sink) -> None:
    hour = timezone.now().hour
    made = mailing(["paris", "utc"], quiet_from=hour, quiet_until=(hour + 1) % 24)
    contacts = apps.get_model("sales", "Contact").objects
    contacts.filter(first_name="utc").update(mailing_country="Iceland")  # where the clocks show UTC
    contacts.filter(first_name="paris").update(mailing_country="France")
    go(made)
    assert server.mailed == ["paris@dest.example"]
    due = Recipient.objects.get(address="utc@dest.example").due_at
    assert due is not None
    assert due.hour == (hour + 1) % 24
    save(system_actor(), Change("ListEmail", {"QuietFrom": None, "QuietUntil": None}, id=made.pk))
    go(made)
    assert server.mailed[1:] == ["utc@dest.example"], "other hours count at once"


def test_pausing_holds_a_running_batch(transactional_db: None, admin: Actor, server: Sink) -> None:
    from essor.domain.marketing.sending.tests.conftest import make_mailing

    server.wait = 0.25  # so slow that it cannot be done before it is paused
    made = make_mailing([f"p{place}" for place in range(200)])
    thread = threading.Thread(target=_run_and_close, args=(made.pk,))
    thread.start()
    while not server.got:
        time.sleep(0.02)
    save(system_actor(), Change("ListEmail", {"Status": PAUSED}, id=made.pk))
    thread.join()
    found = list(states(made).values())
    assert found.count(State.SENT) == len(server.mailed) < 200
    assert found.count(State.WAITING) == 200 - len(server.mailed)


def _run_and_close(key: int) -> None:
    from django.db import connections

    try:
        runner.run(key)
    finally:
        connections.close_all()


def test_a_worker_that_ends_does_not_wait_for_its_batch(
    admin: Actor, mailing: Make, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end() -> None:
        raise Interrupted

    made = mailing([f"p{place}" for place in range(60)])
    server.wait = 0.5  # all of them would take a quarter of a minute
    monkeypatch.setattr(runner, "check_interrupted", end)
    with pytest.raises(Interrupted):
        go(made)
    found = list(states(made).values())
    assert found.count(State.SENT) == len(server.mailed) < 60
    assert found.count(State.WAITING) == 60 - len(server.mailed), "nobody is unsure"


def test_only_one_runner_at_a_time(admin: Actor, mailing: Make) -> None:
    made = mailing(["ana"])
    first = outbox.take_over(made.pk)
    assert first
    assert outbox.take_over(made.pk) == ""
    assert outbox.take_over(made.pk, lease=timedelta(0))
    assert outbox.claim(made.pk, first, 10) is None  # who was thought dead takes nothing any more


def test_on_a_full_disk_answers_are_kept_and_nobody_is_unsure(
    admin: Actor, mailing: Make, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = mailing([f"p{place}" for place in range(60)])
    server.wait = 0.01
    broken: list[int] = []
    real = Recipients.update

    def full(self: Recipients, **values: object) -> int:
        """Refuse every answer while fewer than fourteen attempts failed: as a disk that fills up while mail is sent."""
        if values.get("state") in (State.SENT, State.WAITING) and len(broken) < 14:
            broken.append(len(server.got))
            raise OperationalError("database or disk is full")
        return real(self, **values)

    monkeypatch.setattr(Recipients, "update", full)
    monkeypatch.setattr(patience, "PAUSES", ())
    monkeypatch.setattr(patience, "LONGEST", 0.03)
    assert go(made).status == SENT, "it went on by itself"
    assert broken[-1] == broken[-2] < 60, "no mail begins whose answer cannot be written down"
    assert sorted(server.mailed) == sorted(set(server.mailed))
    assert (made.total_sent, made.total_unsure, set(states(made).values())) == (60, 0, {State.SENT})


def test_nobody_is_mailed_while_the_disk_has_no_room_and_then_it_goes_on(
    admin: Actor, mailing: Make, server: Sink
) -> None:
    made = mailing(["ana", "bob"])
    with pytest.MonkeyPatch.context() as full:
        full.setattr(problems, "no_room", lambda: "full")
        go(made)
        assert (server.mailed, set(states(made).values())) == ([], {State.WAITING})
        assert made.held_until is not None
        assert made.held_until - timezone.now() < timedelta(minutes=1)
    assert go(made).total_sent == 2


def test_what_a_dead_runner_leaves_of_a_paused_mailing_is_told_too(admin: Actor, mailing: Make) -> None:
    made = mailing(["ana", "bob", "cid"])
    outbox.claim(made.pk, outbox.take_over(made.pk), 2)
    save(admin, Change("ListEmail", {"Status": PAUSED}, id=made.pk))
    jobs.wake.call()
    assert sorted(states(made).values()) == [State.WAITING, State.CLAIMED, State.CLAIMED], "it may live yet"
    ListEmail.objects.update(beat_at=timezone.now() - 2 * outbox.LEASE)
    jobs.wake.call()
    made.refresh_from_db()
    assert sorted(states(made).values()) == [State.WAITING, State.UNSURE, State.UNSURE]
    assert (made.total_unsure, made.runner) == (2, "")


def test_whom_the_sender_may_not_see_is_left_out_and_nobody_says_that_the_address_is_bad(
    admin: Actor, mailing: Make, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "values", lambda *_asked: ({}, {}))  # as for somebody who sees none of them
    made = go(mailing(["ana"]))
    row = Recipient.objects.get(list_email=made)
    assert (server.mailed, made.status, made.total_skipped) == ([], SENT, 1)
    assert (row.state, row.code) == (State.SKIPPED, since.UNSEEN)


def test_an_answer_that_comes_after_somebody_else_took_over_is_the_truth(admin: Actor, mailing: Make) -> None:
    made = mailing(["ana", "bob", "cid"])
    batch = {one.id: one for one in outbox.claim(made.pk, outbox.take_over(made.pk), 3) or ()}
    outbox.take_over(made.pk, lease=timedelta(0))
    made.refresh_from_db()
    assert made.total_unsure == 3
    outcomes = (Outcome.SENT, Outcome.UNTOUCHED, Outcome.UNSURE)
    outbox.mark(made.pk, [Result(key, one) for key, one in zip(batch, outcomes, strict=True)], batch)
    made.refresh_from_db()
    assert (made.total_sent, made.total_unsure) == (1, 1)
    assert sorted(states(made).values()) == sorted([State.SENT, State.WAITING, State.UNSURE])
