"""Series over the years: continued each night as they stand, ended where somebody ends them, renewed with their rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.tests.team import Person
from essor.domain.activities import extension, recurrence, series
from essor.domain.activities.models import Event
from essor.domain.notifications import reading
from essor.kernel.clock import zone_named
from essor.records.change import Change
from essor.records.save import save
from essor.records.undelete import undelete

PARIS = zone_named("Europe/Paris")


@pytest.fixture
def year(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Series reach eight weeks instead of a year: the same rules with fewer rows."""
    monkeypatch.setattr(recurrence, "HORIZON", timedelta(days=56))
    monkeypatch.setattr(extension, "MARGIN", timedelta(days=7))


def begin(actor: Actor, weeks_ago: int, rule: str = "FREQ=WEEKLY") -> int:
    """Write a meeting of an hour at nine, `weeks_ago` before tomorrow the first time."""
    day = timezone.localdate() + timedelta(days=1) - timedelta(weeks=weeks_ago)
    start = datetime(day.year, day.month, day.day, 9, tzinfo=PARIS)
    values = {"Subject": "Team", "StartDateTime": start, "EndDateTime": start + timedelta(hours=1)}
    return save(actor, Change("Event", {**values, "Recurrence2PatternText": rule})).id


def moved(one: Event, **by: int) -> dict[str, Any]:
    start = one.start_date_time + timedelta(**by)
    return {"StartDateTime": start, "EndDateTime": start + timedelta(hours=1)}


def alive() -> list[Event]:
    return list(Event.objects.filter(is_deleted=False).order_by("start_date_time"))


def test_a_series_is_continued_as_it_stands_and_only_behind_its_last(boss: Actor, year: None) -> None:
    begin(boss, 6)
    first = alive()
    assert len(first) == 9
    series.remove(boss, first[4].pk)
    series.change(boss, first[3].pk, {"Subject": "Once elsewhere"})
    series.change(boss, first[5].pk, {**moved(first[5], hours=2), "Subject": "Team at eleven"}, "following")
    series.change(boss, first[8].pk, moved(first[8], days=1, hours=2))
    extension.extend.func()
    rows = alive()
    added = rows[8:]
    assert [one.start_date_time.astimezone(PARIS).strftime("%a %H") for one in added] == [
        first[0].start_date_time.astimezone(PARIS).strftime("%a 11")
    ] * 5
    assert {(one.subject, one.end_date_time - one.start_date_time) for one in added if one.end_date_time} == {
        ("Team at eleven", timedelta(hours=1))
    }
    extension.extend.func()
    assert len(alive()) == len(rows)
    assert not reading.latest(boss.user_id, 5)


def test_ended_series_and_those_of_people_who_left_stay_as_they_are(
    boss: Actor, person: Person, year: None
) -> None:
    begin(boss, 6, "FREQ=WEEKLY;COUNT=9")
    begin(boss, 6, f"FREQ=WEEKLY;UNTIL={timezone.localdate():%Y%m%d}T235959")
    cut = begin(boss, 6)
    gone = person("Gone")
    begin(gone, 6)

    User.objects.filter(pk=gone.user_id).update(is_active=False)
    ones = Event.objects.filter(recurrence_activity=cut).order_by("start_date_time")
    assert series.remove(boss, ones[3].pk, "following") == 5
    count = len(alive())
    extension.extend.func()
    assert len(alive()) == count
    assert "UNTIL=" in (Event.objects.get(pk=cut).recurrence2_pattern_text or "")


def test_the_cost_does_not_grow_with_the_number_of_series(boss: Actor, year: None) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            extension.extend.func()
        return len(found)

    begin(boss, 6)
    one = cost()
    for _number in range(4):
        begin(boss, 6)
    assert cost() <= one + 2


def test_a_changed_rule_renews_what_is_to_come(boss: Actor, year: None) -> None:
    first = begin(boss, 1)
    rows = alive()
    series.change(boss, rows[3].pk, moved(rows[3], hours=3))
    series.remove(boss, rows[5].pk)
    save(boss, Change("Event", {"Recurrence2PatternText": "FREQ=WEEKLY;INTERVAL=2"}, id=first))
    left = [(one.start_date_time - rows[0].start_date_time).days // 7 for one in alive()]
    assert left == [0, 2, 3, 4, 6, 8]
    save(boss, Change("Event", {"Recurrence2PatternText": None}, id=first))
    assert [one.pk for one in alive()] == [first, rows[3].pk]


def test_a_series_keeps_its_hour_over_the_change_of_clocks_however_it_is_moved(boss: Actor) -> None:
    start = datetime(2027, 10, 22, 9, tzinfo=PARIS)
    values = {
        "Subject": "Team",
        "StartDateTime": start,
        "EndDateTime": start + timedelta(hours=1),
        "IsReminderSet": True,
        "ReminderDateTime": start - timedelta(minutes=15),
    }
    save(boss, Change("Event", {**values, "Recurrence2PatternText": "FREQ=WEEKLY;COUNT=3"}))

    def stand(zone: Any) -> list[str]:
        spans = [(one.start_date_time, one.end_date_time or start) for one in alive()]
        return [f"{low.astimezone(zone):%d %H:%M}-{high.astimezone(zone):%d %H:%M}" for low, high in spans]

    friday = alive()[1]
    monday = datetime(2027, 11, 1, 9, tzinfo=PARIS)
    series.change(
        boss, friday.pk, {"StartDateTime": monday, "EndDateTime": monday + timedelta(hours=1)}, "all"
    )
    assert stand(PARIS) == ["25 09:00-25 10:00", "01 09:00-01 10:00", "08 09:00-08 10:00"]
    day = datetime(2027, 11, 2, tzinfo=UTC)
    series.change(boss, friday.pk, {"StartDateTime": day, "EndDateTime": day, "IsAllDayEvent": True}, "all")
    assert stand(UTC) == ["26 00:00-26 00:00", "02 00:00-02 00:00", "09 00:00-09 00:00"]
    reminders = [one.reminder_date_time for one in alive() if one.reminder_date_time]
    assert [f"{one.astimezone(PARIS):%d %H:%M}" for one in reminders] == ["26 08:45", "02 08:45", "09 08:45"]


def test_whole_days_that_repeat_remind_at_one_hour_summer_and_winter(boss: Actor) -> None:
    day = datetime(2027, 10, 29, tzinfo=UTC)
    values = {"Subject": "Fair", "StartDateTime": day, "EndDateTime": day, "IsAllDayEvent": True}
    reminder = {"IsReminderSet": True, "ReminderDateTime": datetime(2027, 10, 29, 9, tzinfo=PARIS)}
    save(boss, Change("Event", {**values, **reminder, "Recurrence2PatternText": "FREQ=WEEKLY;COUNT=2"}))
    found = [one.reminder_date_time for one in alive() if one.reminder_date_time]
    assert [f"{one.astimezone(PARIS):%H:%M}" for one in found] == ["09:00", "09:00"]


def test_a_series_outlives_its_first_event(boss: Actor) -> None:
    first = begin(boss, 0, "FREQ=DAILY;COUNT=4")
    series.remove(boss, first)
    left = alive()
    assert len(left) == 3
    assert series.change(boss, left[0].pk, {"Subject": "All of them"}, "all") == 3


def test_a_yearly_series_finds_the_next_year(boss: Actor) -> None:
    start = datetime(2024, 2, 29, 8, tzinfo=UTC)
    reach = extension.Reach(1, "FREQ=YEARLY", start, "UTC", (start,), 1, "UTC")
    assert extension.further(reach, datetime(2030, 1, 1, tzinfo=UTC)) == [
        datetime(2028, 2, 29, 8, tzinfo=UTC)
    ]


def test_a_series_goes_on_without_its_first(boss: Actor, year: None) -> None:
    first = begin(boss, 6)
    rows = alive()
    series.remove(boss, first)
    assert [one.pk for one in alive()] == [one.pk for one in rows[1:]]
    assert series.change(boss, rows[2].pk, {"Subject": "Renamed"}, "all") == 8
    extension.extend.func()
    assert len(alive()) == 13
    assert {one.subject for one in alive()} == {"Renamed"}
    undelete(boss, "Event", [first])
    extension.extend.func()
    assert len(alive()) == 14
    counted = begin(boss, 0, "FREQ=DAILY;COUNT=4")
    series.remove(boss, counted)
    rule = Event.objects.get(
        recurrence2_pattern_text__contains="DAILY", is_deleted=False
    ).recurrence2_pattern_text
    assert rule is not None
    assert rule.startswith("FREQ=DAILY;UNTIL=")
