"""Clicks and opens: kept by person only with consent, told apart from machines, told to others once somebody was there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import orjson
import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from essor.access.actor import Actor, system_actor
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.people import CONTACT, Person
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.marketing.tracking import agents, keeping, measures, verdicts
from essor.domain.marketing.tracking.keeping import Seen
from essor.domain.marketing.tracking.models import OPENED, Hit, Verdict
from essor.domain.marketing.tracking.recorder import Recorder
from essor.kernel.models import OutboxEvent
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"  # noqa: E501 -- as it comes
Maker = Callable[..., Recipient]


@pytest.fixture
def mailing() -> ListEmail:
    return ListEmail.objects.create(name="News", status=SENT)


@pytest.fixture
def recipient(admin: Actor, mailing: ListEmail) -> Maker:
    """Return a maker of people who got the mailing an hour ago, and said yes or no to being followed, or nothing."""

    def make(clicks: bool | None = True) -> Recipient:
        key = save(system_actor(), Change("Contact", {"LastName": "Roux"})).id
        if clicks is not None:
            state = "opt_in" if clicks else "opt_out"
            write.record(Person(CONTACT, key), "tracking_clicks", state, source="form", wording="Yes")  # type: ignore[arg-type]
        return Recipient.objects.create(
            list_email=mailing,
            kind=CONTACT,
            person_id=key,
            address=f"{key}@example.fr",
            domain="example.fr",
            state=State.SENT,
            sent_at=timezone.now() - timedelta(hours=1),
        )

    return make


def seen(row: Recipient, link: int = 0, at: datetime | None = None) -> Seen:
    moment = at or timezone.now() - timedelta(minutes=1)
    return row.pk, row.list_email_id, link, None, moment, False, "", ""


def test_only_who_agreed_is_kept_by_name_and_everybody_is_counted(recipient: Maker) -> None:
    yes, no, silent = recipient(True), recipient(False), recipient(None)
    keeping.keep([seen(yes), seen(no), seen(silent), seen(yes, OPENED)])
    assert Counter(Hit.objects.values_list("recipient_id", "link")) == {
        (yes.pk, 0): 1,
        (None, 0): 2,
        (None, OPENED): 1,
    }


def test_a_trial_goes_by_all_clicks_named_or_not(mailing: ListEmail, recipient: Maker) -> None:
    named, silent = recipient(True), recipient(False)
    Recipient.objects.filter(pk__in=[named.pk, silent.pk]).update(variant=1)
    nobody = (None, mailing.pk, 0, 2, timezone.now() - timedelta(minutes=1), False, "", "")
    keeping.keep([seen(named), seen(named, 1), seen(silent), seen(named, OPENED), nobody, nobody])
    assert measures.clicks(mailing.pk) == {1: 2, 2: 2}, "by name once, each of the others"
    assert measures.opens(mailing.pk) == {1: 1}


def test_who_took_the_consent_back_is_not_followed_though_the_mail_names_them(recipient: Maker) -> None:
    row = recipient(True)
    write.record(Person(CONTACT, row.person_id), "tracking_clicks", "opt_out", source="page", wording="No")
    keeping.keep([seen(row)])
    assert Hit.objects.get().recipient_id is None


def test_a_click_waits_for_its_verdict_and_then_others_hear_of_it(recipient: Maker) -> None:
    row = recipient()
    keeping.keep([seen(row, at=timezone.now())])
    verdicts.settle.call()
    assert verdicts.judged() < Hit.objects.get().pk
    assert not OutboxEvent.objects.filter(topic="mail.clicked").exists()
    Hit.objects.update(at=timezone.now() - timedelta(seconds=31))
    verdicts.settle.call()
    assert Hit.objects.get().verdict == Verdict.PERSON
    assert verdicts.judged() == Hit.objects.get().pk
    verdicts.settle.call()  # and nothing is told again
    payload = orjson.loads(OutboxEvent.objects.get(topic="mail.clicked").payload)
    assert payload["people"] == [[row.pk, "Contact", row.person_id]]
    assert payload["link"] == 0


def test_hits_that_are_taken_back_have_asked_for_no_verdict(
    recipient: Maker,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    """The next ones of the same slot ask for theirs, once."""
    monkeypatch.setattr(keeping, "SLOT", 10**9)
    hit = seen(recipient())
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            keeping.keep([hit])
            transaction.set_rollback(True)
        assert not DBTaskResult.objects.filter(task_path=verdicts.settle.module_path).exists()
        keeping.keep([hit])
    for _again in range(2):
        keeping.keep([hit])
    assert DBTaskResult.objects.filter(task_path=verdicts.settle.module_path).count() <= 2, (
        "one a slot of time"
    )


def test_who_follows_every_link_at_once_is_a_scanner(recipient: Maker) -> None:
    scanner, person = recipient(), recipient()
    start = timezone.now() - timedelta(minutes=2)
    keeping.keep([seen(scanner, link, start + timedelta(seconds=link)) for link in range(3)])
    keeping.keep([seen(person, link, start + timedelta(seconds=link * 11)) for link in range(3)])
    verdicts.settle.call()
    by_person = dict(Hit.objects.values_list("recipient_id", "verdict").distinct())
    assert by_person == {scanner.pk: Verdict.MACHINE, person.pk: Verdict.PERSON}


def test_who_clicks_before_anybody_could_have_read_is_a_scanner(recipient: Maker) -> None:
    row = recipient()
    assert row.sent_at
    keeping.keep([seen(row, at=row.sent_at + timedelta(seconds=1))])
    verdicts.settle.call()
    assert Hit.objects.get().verdict == Verdict.MACHINE
    assert not OutboxEvent.objects.filter(topic="mail.clicked").exists()


@pytest.mark.parametrize(
    ("method", "agent", "headers", "opened", "machine"),
    [
        ("GET", SAFARI, {}, False, False),
        ("HEAD", SAFARI, {}, False, True),
        ("GET", "", {}, False, True),
        ("GET", "Mozilla/5.0 (compatible; Barracuda Sentinel)", {}, False, True),
        ("GET", "python-requests/2.32", {}, False, True),
        ("GET", SAFARI, {"sec-purpose": "prefetch;prerender"}, False, True),
        ("GET", "Mozilla/5.0", {}, True, True),
        (
            "GET",
            "Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)",
            {},
            True,
            False,
        ),
    ],
)
def test_machines_that_say_what_they_are_are_believed(
    method: str, agent: str, headers: dict[str, str], opened: bool, machine: bool
) -> None:
    sent = {name.encode(): text.encode() for name, text in {"user-agent": agent, **headers}.items()}
    assert agents.judged(method, sent, opened=opened)[0] is machine


def test_what_is_kept_of_a_visitor_does_not_name_one() -> None:
    assert agents.network("203.0.113.77") == "203.0.113.0"
    assert agents.network("2001:db8:1:2::7") == "2001:db8:1::"
    assert [agents.network(text) for text in ("unix:", "", "203.0.113", "1.2.3.4\0", "é:1")] == [""] * 5
    assert "18.0" not in agents.shortened(SAFARI)


def test_hits_wait_in_memory_while_the_database_is_away(
    recipient: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, kept = [True], []

    def keep(batch: Sequence[Seen]) -> None:
        if away:
            kept.append(len(batch))
            raise OperationalError
        keeping.keep(batch)

    row, recorder = recipient(), Recorder(keep)
    monkeypatch.setattr(recorder, "_start", bool)  # no thread: the test writes
    recorder.note(seen(row))
    with pytest.raises(OperationalError):
        recorder.flush()
    away.clear()
    recorder.note(seen(row, 1))
    recorder.flush()
    assert kept == [1]
    assert list(Hit.objects.order_by("pk").values_list("link", flat=True)) == [0, 1]


def test_what_comes_while_a_batch_is_written_gathers_for_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batches: list[list[int]] = []

    def keep(batch: Sequence[int]) -> None:
        batches.append(list(batch))
        recorder.note(len(batches) + 10)

    recorder: Recorder[int] = Recorder(keep)
    monkeypatch.setattr(recorder, "_start", bool)  # no thread: the test writes
    recorder.note(1)
    recorder.note(2)
    recorder.flush()
    recorder.flush()
    assert batches == [[1, 2], [11]]


def test_an_event_names_people_once_and_never_too_many(
    recipient: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "MOST_PEOPLE", 2)
    people = [recipient() for _number in range(3)]
    start = (timezone.now() - timedelta(minutes=5)).replace(second=0, microsecond=0)
    keeping.keep([seen(row, at=start + timedelta(seconds=second)) for row in people for second in (0, 30)])
    keeping.keep([seen(people[0], at=start + timedelta(seconds=90))])
    verdicts.settle.call()
    told = [
        orjson.loads(row.payload) for row in OutboxEvent.objects.filter(topic="mail.clicked").order_by("pk")
    ]
    assert [len(one["people"]) for one in told] == [2, 1, 1], (
        "three within a minute, one of them again in the next"
    )
    assert {key for one in told for key, _name, _person in one["people"]} == {row.pk for row in people}
    assert [datetime.fromisoformat(one["at"]) - start for one in told] == [
        timedelta(seconds=30),
        timedelta(seconds=30),
        timedelta(seconds=90),
    ]


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_the_recipients_of_the_newest_hits_are_found_one_by_one() -> None:
    """PostgreSQL takes hits that it has not counted yet for one, and would read all recipients there are to find theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(f"EXPLAIN {verdicts._said(verdicts._SEEN)}", [timezone.now(), 0, 10_000])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Nested Loop" in plan, plan
    assert "Join" not in plan, plan
