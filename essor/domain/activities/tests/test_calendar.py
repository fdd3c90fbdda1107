"""The calendar's ground: recurrence over clock changes, series, what stands where, reminders, the feed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.access.snapshot import Company
from essor.access.tests.team import Person
from essor.domain.activities import agenda, ical, recurrence, reminders, series
from essor.domain.activities.models import Event, Task
from essor.domain.notifications import reading
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.save import save

MARCH = datetime(2027, 3, 22, 8, tzinfo=UTC)  # nine o'clock in Paris, a week before summer time


def weekly(actor: Actor, rule: str = "FREQ=WEEKLY;COUNT=4") -> int:
    values = {"Subject": "Team", "StartDateTime": MARCH, "EndDateTime": MARCH + timedelta(hours=1)}
    return save(actor, Change("Event", {**values, "Recurrence2PatternText": rule})).id


def starts() -> list[str]:
    rows = Event.objects.filter(is_deleted=False).order_by("start_date_time")
    return [row.start_date_time.astimezone(UTC).strftime("%m-%d %H:%M") for row in rows]


def test_nine_stays_nine_when_the_clocks_change(boss: Actor) -> None:
    weekly(boss)
    assert starts() == ["03-22 08:00", "03-29 07:00", "04-05 07:00", "04-12 07:00"]


def test_a_series_without_an_end_is_unfolded_for_a_year(boss: Actor) -> None:
    assert len(recurrence.starts("RRULE:FREQ=DAILY", MARCH, "Europe/Paris")) == 365
    last = recurrence.starts("FREQ=WEEKLY;UNTIL=20270405T235959Z", MARCH, "Europe/Paris")
    assert [one.day for one in last] == [29, 5]


@pytest.mark.parametrize("rule", ["nonsense", "FREQ=MINUTELY", "FREQ=DAILY\nEXDATE:1", "FREQ=DAILY;COUNT=x"])
def test_what_is_no_rule_is_refused(boss: Actor, rule: str) -> None:
    with pytest.raises(ValidationFailed):
        weekly(boss, rule)
    assert not Event.objects.exists()


def test_changes_reach_this_one_the_following_or_all(boss: Actor) -> None:
    first = weekly(boss)
    second = Event.objects.order_by("start_date_time")[1].pk
    later = {"StartDateTime": "2027-03-29T10:00", "EndDateTime": "2027-03-29T11:00"}
    assert series.change(boss, second, later, "following") == 3
    assert starts() == ["03-22 08:00", "03-29 08:00", "04-05 08:00", "04-12 08:00"]
    assert series.change(boss, second, {"Subject": "All hands"}, "all") == 4
    assert set(Event.objects.values_list("subject", flat=True)) == {"All hands"}
    series.change(boss, first, {"Subject": "Only me"})
    assert Event.objects.filter(subject="Only me").count() == 1
    assert series.remove(boss, second, "following") == 3
    assert len(starts()) == 1


def test_a_task_that_repeats_plans_the_next_when_it_is_done(boss: Actor) -> None:
    values = {
        "Subject": "Report",
        "ActivityDate": "2027-01-31",
        "Recurrence2PatternText": "FREQ=DAILY;INTERVAL=7",
    }
    key = save(boss, Change("Task", values)).id
    save(boss, Change("Task", {"Status": "Completed"}, id=key))
    following = Task.objects.exclude(pk=key).get()
    assert (following.activity_date, following.is_closed) == (date(2027, 2, 7), False)
    save(boss, Change("Task", {"Subject": "Report!"}, id=key))
    assert Task.objects.count() == 2


def test_a_task_repeats_as_often_as_its_rule_counts_and_never_in_the_past(boss: Actor) -> None:
    values = {
        "Subject": "Ring",
        "Description": "Weekly",
        "ActivityDate": "2027-01-04",
        "IsReminderSet": True,
        "ReminderDateTime": "2027-01-04T08:00:00Z",
        "Recurrence2PatternText": "FREQ=WEEKLY;COUNT=3",
    }
    save(boss, Change("Task", values))
    for _time in range(4):
        for key in Task.objects.filter(is_closed=False).values_list("pk", flat=True):
            save(boss, Change("Task", {"Status": "Completed"}, id=key))
    rows = Task.objects.order_by("activity_date")
    assert [one.activity_date.day for one in rows if one.activity_date] == [4, 11, 18]
    assert [one.reminder_date_time.day for one in rows if one.reminder_date_time] == [4, 11, 18]
    assert {one.description for one in rows} == {"Weekly"}
    assert recurrence.next_day("FREQ=DAILY", date(2027, 1, 1), date(2027, 3, 1)) == (
        date(2027, 3, 1),
        "FREQ=DAILY",
    )
    assert recurrence.next_day("FREQ=DAILY;COUNT=5", date(2027, 1, 1), date(2027, 3, 1)) is None


def test_the_calendar_shows_wall_clock_times_whole_days_and_ones_own_only(boss: Actor, rep: Actor) -> None:
    save(
        boss,
        Change(
            "Event",
            {
                "Subject": "Late",
                "StartDateTime": "2027-07-01T21:30:00Z",
                "EndDateTime": "2027-07-01T22:30:00Z",
            },
        ),
    )
    days = {"StartDateTime": "2027-07-02T00:00:00Z", "EndDateTime": "2027-07-03T00:00:00Z"}
    save(boss, Change("Event", {"Subject": "Fair", "IsAllDayEvent": True, **days}))
    save(boss, Change("Task", {"Subject": "Do", "ActivityDate": "2027-07-02"}))
    save(rep, Change("Task", {"Subject": "Theirs", "ActivityDate": "2027-07-02"}))
    first = agenda.between(boss, date(2027, 7, 1), date(2027, 7, 1))
    assert [(one.title, one.start.hour) for one in first] == [("Late", 23)]
    second = agenda.between(boss, date(2027, 7, 2), date(2027, 7, 2))
    assert {one.title for one in second} == {"Late", "Fair", "Do"}
    assert [one.title for one in agenda.between(boss, date(2027, 7, 3), date(2027, 7, 3))] == ["Fair"]


def test_meetings_at_the_same_time_stand_side_by_side() -> None:
    def item(name: str, start: int, end: int) -> agenda.Item:
        day = datetime(2027, 1, 4)  # noqa: DTZ001 -- a wall-clock time
        return agenda.Item(name, "event", name, day.replace(hour=start), day.replace(hour=end), False, 1, "")

    found = agenda.placed(
        [item("a", 9, 12), item("b", 10, 11), item("c", 11, 13), item("d", 15, 16)], date(2027, 1, 4)
    )
    lanes = {one.item.title: (one.lane, one.lanes) for one in found}
    assert lanes == {"a": (0, 2), "b": (1, 2), "c": (1, 2), "d": (0, 1)}


def test_a_reminder_comes_once_and_again_when_it_is_set_anew(boss: Actor) -> None:
    now = timezone.now()
    values = {"Subject": "Visit", "StartDateTime": now + timedelta(minutes=10), "IsReminderSet": True}
    key = save(boss, Change("Event", {**values, "ReminderDateTime": now - timedelta(minutes=1)})).id
    reminders.remind.func()
    reminders.remind.func()
    assert [row.title for row in reading.latest(boss.user_id, 9)] == ["Visit"]
    save(boss, Change("Event", {"ReminderDateTime": now - timedelta(seconds=5)}, id=key))
    reminders.remind.func()
    assert len(reading.latest(boss.user_id, 9)) == 2


def test_the_morning_tells_what_is_due(boss: Actor, person: Person) -> None:
    idle, today = person("Idle"), timezone.localdate()
    for shift in (0, 0, -1):
        save(
            boss,
            Change("Task", {"Subject": "x", "ActivityDate": (today + timedelta(days=shift)).isoformat()}),
        )
    reminders.tell_due.func()
    (row,) = reading.latest(boss.user_id, 5)
    assert (row.title, row.body) == ("2 tasks are due today", "1 more is overdue")
    assert not reading.latest(idle.user_id, 5)


def test_the_feed_speaks_icalendar_and_its_address_dies_with_the_password(boss: Actor) -> None:
    start = timezone.now().replace(microsecond=0) + timedelta(days=1)
    subject = "Dîner; chez l’ami, " + "très " * 20
    save(
        boss,
        Change(
            "Event", {"Subject": subject, "StartDateTime": start, "EndDateTime": start + timedelta(hours=1)}
        ),
    )
    user = User.objects.get(pk=boss.user_id)
    token = ical.token_of(user)
    reader = ical.reader_of(token)
    assert reader is not None
    text = ical.feed(reader)
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}" in text
    assert "SUMMARY:Dîner\\; chez l’ami\\, " in text.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert ical.reader_of(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    user.set_password("another horse battery")
    user.save()
    assert ical.reader_of(token) is None
    assert actor_for(user).user_id == reader.user_id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "start", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=4", "2026-12-23", [24, 28, 29]),  # Christmas is a Friday
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=3",
            "2026-12-01",
            [4, 1],
        ),  # New Year's is a Friday
        ("FREQ=WEEKLY;BYDAY=FR;COUNT=3", "2026-12-18", [25, 1]),  # a Friday is a Friday
    ],
)
def test_every_working_day_leaves_out_holidays(rule: str, start: str, days: list[int]) -> None:
    begun = datetime.fromisoformat(f"{start}T09:00+01:00")
    closed = recurrence.closed_days([rule], Company(country="FR"))
    found = recurrence.starts(rule, begun, "Europe/Paris", closed)
    assert [one.day for one in found] == days
    first = date.fromisoformat(start)
    assert recurrence.next_day(rule, first, first, closed) == (found[0].date(), rule[:-1] + str(len(days)))
    assert recurrence.between(rule, begun, "Europe/Paris", begun, found[-1], closed) == [begun, *found]
