"""Limits hold, what is not used comes back, and the calendar says the days beforehand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from essor.access.actor import Actor
from essor.domain.marketing.sending import (
    jobs,
    pacing,
    planning,
    runner,
    setting_up,
    waiting,
    zones,
)
from essor.domain.marketing.sending.models import Bucket, ListEmail, Recipient, Server
from essor.domain.marketing.sending.pacing import Limits
from essor.domain.marketing.sending.states import PAUSED, SENDING, SENT, State
from essor.domain.marketing.sending.tests.sink import Sink
from essor.records.change import Change
from essor.records.save import save

PARIS = ZoneInfo("Europe/Paris")
Make = Callable[..., ListEmail]


@pytest.mark.django_db
def test_a_bucket_gives_what_it_holds_and_what_comes_back() -> None:
    limits = Limits("s1", "m1", server_rate=1200)  # a bucket of 20
    assert pacing.reserve(limits, 300, PARIS, time(9)).count == 20
    empty = pacing.reserve(limits, 300, PARIS, time(9))
    assert (empty.count, empty.reason) == (0, "hour")
    assert empty.until is not None
    assert empty.until > timezone.now()
    pacing.give_back(limits, 10, PARIS)
    assert pacing.reserve(limits, 300, PARIS, time(9)).count == 10


@pytest.mark.django_db
@pytest.mark.parametrize("rate", [12, 1200])
def test_no_hour_has_more_mails_than_its_rate(rate: int, monkeypatch: pytest.MonkeyPatch) -> None:
    limits, start, sent = Limits("s1", "m1", server_rate=rate), timezone.now(), 0
    for minute in range(60):
        now = start + timedelta(minutes=minute)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        sent += pacing.reserve(limits, 300, PARIS, time(9)).count
    assert 0.95 * rate <= sent <= rate


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_a_day_at_once_share_its_cap() -> None:
    limits, got = Limits("s1", "m1", server_cap=100), []

    def other() -> None:
        try:
            got.append(pacing.reserve(limits, 90, PARIS, time(9)).count)
        finally:
            connection.close()

    with transaction.atomic():
        thread = threading.Thread(target=other)
        assert pacing.reserve(limits, 90, PARIS, time(9)).count == 90
        thread.start()
        thread.join(0.3)  # it waits for us, or has taken what is not there
    thread.join()
    assert got == [10]


@pytest.mark.django_db
def test_a_full_day_goes_on_the_next_morning() -> None:
    limits = Limits("s1", "m1", server_cap=500, mailing_cap=120)
    assert pacing.reserve(limits, 300, PARIS, time(9)).count == 120
    full = pacing.reserve(limits, 300, PARIS, time(9))
    assert (full.count, full.reason) == (0, "day")
    assert full.until is not None
    local = full.until.astimezone(PARIS)
    assert (local.hour, local.date()) == (9, timezone.now().astimezone(PARIS).date() + timedelta(days=1))
    assert pacing.reserve(Limits("s1", "m2", server_cap=500), 900, PARIS, time(9)).count == 380


def test_a_warm_up_grows_by_half_each_day_and_ends() -> None:
    first = date(2026, 11, 1)
    days = [pacing.warm_up(first, first + timedelta(days=n)) for n in range(22)]
    assert days[:4] == [50, 75, 112, 169]
    assert days[21] == 0
    assert pacing.warm_up(None, first) == 0


@pytest.mark.django_db
def test_a_destination_gets_its_rate_and_the_others_are_not_held_up(
    admin: Actor, mailing: Make, server: Sink
) -> None:
    Server.objects.update(domain_rates={"dest.example": 120})  # a bucket of two
    made = mailing(["ana", "bob", "carl", "dora"])
    Recipient.objects.filter(address="dora@dest.example").update(
        address="dora@other.example", domain="other.example"
    )
    runner.run(made.pk)
    assert sorted(server.mailed) == ["ana@dest.example", "bob@dest.example", "dora@other.example"]
    late = Recipient.objects.get(address="carl@dest.example")
    assert late.due_at is not None
    assert timedelta(seconds=20) < late.due_at - timezone.now() < timedelta(seconds=31)
    made.refresh_from_db()
    with override("en"):
        assert waiting.why(made, "en_GB") == "The limits for single domains are reached."
        Recipient.objects.filter(pk=late.pk).update(attempts=1)
        assert waiting.why(made, "en_GB") == "Some servers asked to be tried again later."
    Recipient.objects.filter(pk=late.pk).update(due_at=timezone.now())
    runner.run(made.pk)  # its token is its own: it does not queue twice
    made.refresh_from_db()
    assert made.status == SENT


@pytest.mark.django_db
def test_who_comes_too_late_for_their_turn_queues_again_and_who_stops_leaves_the_queue(
    admin: Actor, mailing: Make, server: Sink
) -> None:
    Server.objects.update(domain_rates={"dest.example": 120})  # a bucket of two
    made = mailing(["ana", "bob", "carl", "dora", "emma"])
    runner.run(made.pk)
    waiting_ = Recipient.objects.filter(list_email=made, state=State.WAITING)
    assert (waiting_.count(), round(Bucket.objects.get().level)) == (3, -3)

    # As after a night without a worker: all turns have passed, and nobody may go faster for it.
    now = timezone.now()
    waiting_.update(due_at=now - timedelta(hours=9))
    Bucket.objects.update(level=2, at=now)
    runner.run(made.pk)
    assert (len(server.mailed), waiting_.count()) == (4, 1)

    save(admin, Change("ListEmail", {"Status": PAUSED}, id=made.pk))
    assert round(Bucket.objects.get().level) == 0, "others need not wait for a mailing that does not go on"
    assert waiting_.filter(code=0, due_at__lte=timezone.now()).exists()


@pytest.mark.django_db
def test_a_daily_cap_ends_the_day(admin: Actor, mailing: Make, server: Sink) -> None:
    made = mailing(["ana", "bob", "carl"], daily_cap=2)
    runner.run(made.pk)
    made.refresh_from_db()
    assert (len(server.mailed), made.status) == (2, SENDING)
    assert made.held_until is not None
    assert made.held_until.astimezone(PARIS).date() > timezone.now().astimezone(PARIS).date()
    assert pacing.full(made)

    save(admin, Change("ListEmail", {"DailyCap": 10}, id=made.pk))
    made.refresh_from_db()
    assert (made.held_until, pacing.full(made)) == (None, False), "another limit counts at once"


@pytest.mark.django_db
def test_a_mailing_asks_again_when_its_server_was_changed(admin: Actor, mailing: Make, server: Sink) -> None:
    made = mailing(["ana"])
    row = Server.objects.get()
    ListEmail.objects.update(held_until=timezone.now() + timedelta(hours=5), problem="No answer.")
    typed = {"name": row.name, "kind": "smtp", "host": row.host, "port": str(row.port), "security": "none"}
    setting_up.keep_server(admin, typed, row)
    jobs.wake.call()
    runner.run(made.pk)
    made.refresh_from_db()
    assert (server.mailed, made.status, made.problem) == (["ana@dest.example"], SENT, None)


@pytest.mark.django_db
def test_the_calendar_adds_up_and_keeps_every_limit() -> None:
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    mailing = ListEmail(quiet_from=20, quiet_until=8)
    days = planning.planned(mailing, Limits("s1", "m1", server_cap=1000), 2500, start, PARIS)
    assert [(one.day.day, one.count) for one in days] == [(23, 1000), (24, 1000), (25, 500)]
    warm = planning.planned(mailing, Limits("s1", "m1", warm_up_from=date(2026, 11, 23)), 250, start, PARIS)
    assert [one.count for one in warm] == [50, 75, 112, 13]
    slow = planning.planned(mailing, Limits("s1", "m1", mailing_rate=100), 2000, start, PARIS)
    assert [one.count for one in slow] == [
        994,
        1006,
    ]  # from 10 to 20, then from 8 to 20 (capped by what is left)


@pytest.mark.django_db
def test_the_calendar_says_what_the_runner_does_on_full_days_and_quiet_evenings() -> None:
    evening = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # 21 o'clock in Paris
    quiet, capped = ListEmail(quiet_from=20, quiet_until=8), Limits("s1", "m1", mailing_cap=100)
    assert pacing.start_of(quiet, PARIS, evening) == time(8), "else each day would begin when it is over"
    days = planning.planned(quiet, capped, 250, evening, PARIS)
    assert [one.count for one in days] == [0, 100, 100, 50]

    # A day that is not full goes on at midnight; one that is goes on at the hour of the first.
    both = Limits("s1", "m1", mailing_cap=600, mailing_rate=60)
    days = planning.planned(ListEmail(), both, 2000, evening, PARIS)
    assert [one.count for one in days] == [180, 600, 180, 600, 180, 260]

    # Who has a slow domain takes longer than the others.
    noon = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    days = planning.planned(ListEmail(), Limits("s1", "m1"), 2000, noon, PARIS, [(60, 1500)])
    assert [one.count for one in days] == [500 + 12 * 60, 780]


@pytest.mark.django_db
def test_why_a_mailing_waits_is_told_all_the_while_that_it_does(
    admin: Actor, mailing: Make, server: Sink
) -> None:
    made = mailing(["ana", "bob", "carl"], hourly_rate=60)
    runner.run(made.pk)
    made.refresh_from_db()
    Bucket.objects.update(level=1)  # as shortly before it goes on
    with override("en"):
        assert waiting.why(made, "en_GB") == "At most 60 mails go out in an hour, spread evenly."
        ListEmail.objects.update(hourly_rate=None)
        made.refresh_from_db()
        Server.objects.update(slow=3)
        assert waiting.why(made, "en_GB") == "The mail server asked for less: it is getting faster again."


def test_zones_follow_the_country_as_it_is_written() -> None:
    assert zones.zone_of("Japon", PARIS).key == "Asia/Tokyo"
    assert zones.zone_of("united states", PARIS).key == "America/New_York"
    assert zones.zone_of("FR", PARIS).key == "Europe/Paris"
    assert zones.zone_of("Atlantis", PARIS) == PARIS
    night = datetime(2026, 11, 22, 23, 30, tzinfo=PARIS)
    assert zones.wakes(night, PARIS, 20, 8) == datetime(2026, 11, 23, 8, 0, tzinfo=PARIS)
    assert zones.wakes(night, ZoneInfo("America/New_York"), 20, 8) is None
