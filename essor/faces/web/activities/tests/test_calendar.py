"""The calendar's pages: slots become events, events move, whole series follow, strangers see nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from essor.access.models import User
from essor.domain.activities.models import Event, Task
from essor.domain.activities.series import RULE
from essor.faces.web.conftest import New, text
from essor.kernel import ids

HX = {"HTTP_HX_REQUEST": "true"}
NEW = {"subject": "Team", "start": "2027-03-22T09:00", "end": "2027-03-22T10:00", "reminder": "15"}


def key(event: Event) -> str:
    return ids.encode("00U", event.pk)


@pytest.mark.parametrize("view", ["day", "week", "month", "nonsense"])
def test_every_view_shows_events_and_tasks(admin: Client, new: New, view: str) -> None:
    admin.post("/calendar/new", NEW, **HX)
    new("Task", Subject="Send it", ActivityDate="2027-03-22")
    page = text(admin.get(f"/calendar/?view={view}&day=2027-03-22"))
    assert "Team" in page
    assert "Send it" in page
    assert 'data-start="2027-03-22T09:00"' in page


def test_an_empty_calendar_says_what_to_do(admin: Client) -> None:
    assert "Click a time to add an event" in text(admin.get("/calendar/?day=not-a-day"))


def test_an_event_repeats_moves_with_its_following_and_goes(admin: Client) -> None:
    answer = admin.post("/calendar/new", {**NEW, RULE: "FREQ=WEEKLY;UNTIL=20270412T235959"}, **HX)
    assert answer.status_code == 204
    assert "es:refresh" in answer.headers["HX-Trigger"]
    events = list(Event.objects.order_by("start_date_time"))
    assert len(events) == 4
    assert all(one.is_reminder_set for one in events)
    assert "this and the following" in text(admin.get(f"/calendar/{key(events[1])}"))
    moved = {"start": "2027-03-30T11:00", "end": "2027-03-30T12:00", "scope": "following"}
    assert admin.post(f"/calendar/{key(events[1])}/move", moved, **HX).status_code == 204
    days = [one.activity_date.isoformat() for one in Event.objects.order_by("start_date_time")]
    assert days == ["2027-03-22", "2027-03-30", "2027-04-06", "2027-04-13"]
    gone = admin.post(f"/calendar/{key(events[0])}/delete", {"scope": "all"}, **HX)
    assert not Event.objects.filter(is_deleted=False).exists()
    back = re.search(r"/undo/[0-9a-f-]+", gone.headers["HX-Trigger"])
    assert back
    admin.post(back[0], **HX)
    assert Event.objects.filter(is_deleted=False).count() == 4


def test_an_event_becomes_one_of_whole_days_and_one_of_hours_again(admin: Client) -> None:
    admin.post("/calendar/new", NEW, **HX)
    one = key(Event.objects.get())
    admin.post(
        f"/calendar/{one}/move", {"start": "2027-03-30T00:00", "end": "2027-03-30T00:00", "whole": "1"}, **HX
    )
    event = Event.objects.get()
    assert event.is_all_day_event
    assert event.start_date_time.isoformat() == "2027-03-30T00:00:00+00:00"
    assert event.reminder_date_time is not None
    assert event.reminder_date_time.isoformat() == "2027-03-30T06:45:00+00:00"
    assert 'type="date"' in text(admin.get(f"/calendar/{one}"))
    admin.post(
        f"/calendar/{one}/move", {"start": "2027-03-22T09:00", "end": "2027-03-22T10:00", "whole": "0"}, **HX
    )
    event = Event.objects.get()
    assert event.start_date_time.isoformat() == "2027-03-22T08:00:00+00:00"
    assert event.reminder_date_time is not None
    assert event.reminder_date_time.isoformat() == "2027-03-22T07:45:00+00:00"


def test_appointments_stand_before_the_tasks_of_a_day(admin: Client, new: New) -> None:
    new("Task", Subject="Send it", ActivityDate="2027-03-22")
    admin.post("/calendar/new", NEW, **HX)
    page = text(admin.get("/calendar/?view=month&day=2027-03-22"))
    assert page.index('data-title="Team"') < page.index('data-title="Send it"')


def test_a_task_moves_by_days_and_nonsense_is_refused(admin: Client, new: New) -> None:
    task = new("Task", Subject="Send it", ActivityDate="2027-03-22")
    Task.objects.update(is_reminder_set=True, reminder_date_time="2027-03-22T08:00Z")
    there = {"start": "2027-03-29T00:00", "end": "2027-03-29T00:00"}
    answer = admin.post(f"/calendar/{task}/move", there, **HX)
    moved_task = Task.objects.get()
    assert moved_task.activity_date.isoformat() == "2027-03-29"
    assert moved_task.reminder_date_time.isoformat() == "2027-03-29T07:00:00+00:00"  # nine, by summer time
    back = re.search(r"/undo/[0-9a-f-]+", answer.headers["HX-Trigger"])
    assert back
    assert admin.post(back[0], **HX).status_code < 300
    assert Task.objects.get().activity_date.isoformat() == "2027-03-22"
    assert admin.post(f"/calendar/{task}/move", {"start": "soon", "end": ""}, **HX).status_code == 422
    account = new("Account", Name="Acme")
    moved = {"start": "2027-03-24T00:00", "end": "2027-03-24T00:00"}
    assert admin.post(f"/calendar/{account}/move", moved, **HX).status_code == 404


def test_what_was_refused_comes_back(admin: Client) -> None:
    answer = admin.post("/calendar/new", {**NEW, "end": "2027-03-22T08:00"}, **HX)
    assert answer.status_code == 422
    assert 'value="2027-03-22T08:00"' in text(answer)
    whole = admin.post("/calendar/new", {**NEW, "all_day": "1"}, **HX)
    assert whole.status_code == 204
    assert Event.objects.get().start_date_time.isoformat() == "2027-03-22T00:00:00+00:00"


def test_the_feed_needs_its_own_address_and_no_sign_in(admin: Client, client: Client, boss: User) -> None:
    admin.post("/calendar/new", NEW, **HX)
    found = re.search(r"/calendar/feed/[^\"]+\.ics", text(admin.get("/calendar/")))
    assert found is not None
    answer = client.get(found[0])
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "BEGIN:VCALENDAR" in text(answer)
    assert client.get("/calendar/feed/1-abc.sig.ics").status_code == 404


def test_an_event_of_a_series_has_a_record_page(admin: Client) -> None:
    admin.post("/calendar/new", {**NEW, RULE: "FREQ=WEEKLY;UNTIL=20270412T235959"}, **HX)
    last = Event.objects.order_by("-start_date_time")[0]
    assert "Team" in text(admin.get(f"/r/{key(last)}/"))


def test_an_event_that_stands_becomes_a_series(admin: Client) -> None:
    admin.post("/calendar/new", NEW, **HX)
    one = key(Event.objects.get())
    assert f'name="{RULE}"' in text(admin.get(f"/calendar/{one}"))
    admin.post(f"/calendar/{one}", {**NEW, RULE: "FREQ=DAILY;UNTIL=20270324T235959"}, **HX)
    assert [event.activity_date.day for event in Event.objects.order_by("start_date_time")] == [22, 23, 24]
    assert f'name="{RULE}"' not in text(admin.get(f"/calendar/{one}"))


def test_whole_days_remind_in_the_morning(admin: Client) -> None:
    admin.post("/calendar/new", {**NEW, "all_day": "1", "reminder": "1440"}, **HX)
    event = Event.objects.get()
    assert event.reminder_date_time is not None
    assert event.reminder_date_time.isoformat() == "2027-03-21T08:00:00+00:00"  # nine o'clock in Paris
    assert 'value="1440" selected' in text(admin.get(f"/calendar/{key(event)}"))


def test_an_event_says_whom_it_is_with_and_what_it_is_about(admin: Client, new: New) -> None:
    person, account = new("Contact", LastName="Roux"), new("Account", Name="Acme")
    answer = admin.post("/calendar/new", {**NEW, "WhoId": person, "WhatId": account}, **HX)
    assert answer.status_code == 204
    event = Event.objects.get()
    shown = text(admin.get(f"/calendar/{key(event)}"))
    assert f'name="WhoId" value="{person}"' in shown
    assert 'value="Acme"' in shown
    admin.post(f"/calendar/{key(event)}", {**NEW, "WhoId": "", "WhatId": account}, **HX)
    event.refresh_from_db()
    assert (event.who, ids.encode("001", event.what or 0)) == (None, account)
    wrong = admin.post(
        "/calendar/new", {**NEW, "subject": "", "WhatId": account, "WhatId.label": "Acme"}, **HX
    )
    assert wrong.status_code == 422
    assert f'value="{account}"' in text(wrong)


def test_the_form_of_an_event_begins_with_what_and_when_and_never_offers_its_series(admin: Client) -> None:
    page = text(admin.get("/o/Event/new"))
    places = [
        page.index(f'id="f-{name}"') for name in ("Subject", "StartDateTime", "WhoId", "ReminderDateTime")
    ]
    assert places == sorted(places)
    assert "RecurrenceActivityId" not in page
    assert "week(s)" not in page
