"""Calls, notes and mentions: what follows from writing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from essor.access.actions import set_field_rights
from essor.access.actor import Actor
from essor.access.models import PermissionSet, Profile, User
from essor.access.rights import FieldAccess
from essor.access.tests.team import Person
from essor.domain.activities.calls import link_of, log_call
from essor.domain.activities.models import Event, Note, Task
from essor.domain.notifications import following, mentions, reading
from essor.domain.sales.models import Account
from essor.kernel import ids
from essor.kernel.clock import moment_for
from essor.kernel.tests.outbox import deliver
from essor.query import run, soql
from essor.records.change import Change
from essor.records.save import save, save_many


def account(actor: Actor) -> str:
    return ids.encode("001", save(actor, Change("Account", {"Name": "Acme"})).id)


def test_a_logged_call_is_done_and_brings_its_next_task(boss: Actor) -> None:
    record = account(boss)
    key = log_call(boss, link_of("Account", record), result="No answer", comment="Rang twice", next_in=3)
    call, following = Task.objects.get(pk=key), Task.objects.exclude(pk=key).get()
    assert (call.is_closed, call.task_subtype, call.call_disposition) == (True, "Call", "No answer")
    assert not following.is_closed
    assert following.activity_date - call.activity_date == timedelta(days=3)
    assert Account.objects.get().last_activity_date == call.activity_date


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # never the same day at once
def test_an_activity_counts_for_the_day_it_is_where_it_was_done(boss: Actor, zone: str) -> None:
    record = account(boss)
    values = {"Subject": "Met", "Status": "Completed", "WhatId": record}
    save(replace(boss, timezone=zone), Change("Task", values))
    assert Account.objects.get().last_activity_date == moment_for(zone).today


def test_a_note_without_a_title_is_called_by_its_first_line(boss: Actor) -> None:
    save(boss, Change("Note", {"ParentId": account(boss), "Body": "Likes blue\nand red"}))
    assert Note.objects.get().title == "Likes blue"


def test_who_is_mentioned_is_told_once_where_the_note_is_read(boss: Actor, person: Person) -> None:
    ana, other = person("Ana"), person("Ana-Lise")
    record = account(boss)
    following.follow(ana.user_id, "Account", ids.decode(record)[1])  # she hears of the note once all the same
    text = "@Ana Test could you call? Mail ana@example.fr, @Boss Test knows."
    note = save(boss, Change("Note", {"ParentId": record, "Body": text})).id
    deliver()
    (told,) = reading.latest(ana.user_id, 5)
    assert (told.title, told.prefix, told.record_id) == (
        "You are mentioned on “Acme”",
        "001",
        ids.decode(record)[1],
    )
    assert not reading.latest(other.user_id, 5)
    assert not reading.latest(boss.user_id, 5)
    save(boss, Change("Note", {"Body": text + " @Ana-Lise Test too"}, id=note))
    deliver()
    assert len(reading.latest(ana.user_id, 5)) == 1
    assert len(reading.latest(other.user_id, 5)) == 1


def test_nobody_is_told_of_a_text_that_is_hidden_from_them(boss: Actor, person: Person) -> None:
    ana = person("Ana")
    own = PermissionSet.objects.get(profile=Profile.objects.get(name="Sales"))
    set_field_rights(boss, own, "Task", "Description", FieldAccess.HIDDEN)
    save(
        boss,
        Change(
            "Task", {"Subject": "Call", "WhatId": account(boss), "Description": "@Ana Test: the code is 7"}
        ),
    )
    deliver()
    assert not reading.latest(ana.user_id, 5)


def test_the_longest_name_wins() -> None:
    known = {"ana": [1], "ana roux": [2]}
    assert mentions.named("@Ana Roux, please", known) == {2}
    assert mentions.named("@ana!", known) == {1}
    assert mentions.named("ana@ana roux @anatole", known) == set()


def test_an_evening_meeting_counts_for_the_day_on_the_writers_clock(boss: Actor) -> None:
    User.objects.filter(pk=boss.user_id).update(timezone="Europe/Paris")
    save(boss, Change("Event", {"Subject": "Dinner", "StartDateTime": "2026-07-01T22:30:00Z"}))
    assert Event.objects.get().activity_date.isoformat() == "2026-07-02"


def test_a_reminder_moves_with_its_event(boss: Actor) -> None:
    start = timezone.now().replace(microsecond=0) + timedelta(days=2)
    values = {
        "Subject": "Visit",
        "StartDateTime": start,
        "IsReminderSet": True,
        "ReminderDateTime": start - timedelta(minutes=15),
    }
    key = save(boss, Change("Event", values)).id
    save(boss, Change("Event", {"StartDateTime": start + timedelta(hours=3)}, id=key))
    assert Event.objects.get().reminder_date_time == start + timedelta(hours=3) - timedelta(minutes=15)


def test_days_inactive_sort_filter_and_follow_the_date(boss: Actor) -> None:
    today = timezone.localdate()
    for name, days in (("Old", 40), ("New", 2), ("Never", None)):
        key = save(boss, Change("Account", {"Name": name})).id
        if days is not None:
            Account.objects.filter(pk=key).update(last_activity_date=today - timedelta(days=days))
    found = run.rows(
        boss, soql.parse("SELECT Name, DaysInactive FROM Account ORDER BY DaysInactive DESC NULLS LAST")
    )
    assert [(row["Name"], row["DaysInactive"]) for row in found] == [("Old", 40), ("New", 2), ("Never", None)]
    found = run.rows(boss, soql.parse("SELECT Name FROM Account WHERE DaysInactive > 30"))
    assert [row["Name"] for row in found] == ["Old"]


def test_followers_hear_of_notes_and_activities_that_others_write(boss: Actor, person: Person) -> None:
    rep, reader = person("Rep"), person("Reader")
    account = save(boss, Change("Account", {"Name": "Acme"})).id
    for one in (boss, rep, reader):
        following.follow(one.user_id, "Account", account)
    deliver()
    at = ids.encode("001", account)
    save(rep, Change("Note", {"ParentId": at, "Body": "They want two sites.\nSoon."}))
    start = {"StartDateTime": "2027-03-22T08:00:00Z", "Recurrence2PatternText": "FREQ=DAILY;COUNT=9"}
    save(rep, Change("Event", {"Subject": "Visit", "WhatId": at, **start}))
    deliver()
    assert not reading.latest(rep.user_id, 9)
    for one in (boss, reader):
        told = reading.latest(one.user_id, 9)
        assert {row.title for row in told} == {"New at “Acme”: They want two sites.", "New at “Acme”: Visit"}
        assert {(row.kind, row.prefix, row.record_id) for row in told} == {("followed", "001", account)}
    save_many(rep, "Task", [Change("Task", {"Subject": f"Call {n}", "WhatId": at}) for n in range(5)])
    deliver()
    assert reading.latest(boss.user_id, 1)[0].title == "5 new activities at “Acme”"
