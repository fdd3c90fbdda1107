"""The composer of a record page writes without leaving the page, and gives back what was refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.test import Client

from essor.access.models import User
from essor.domain.activities.models import Event, Note, Task
from essor.faces.web.conftest import New, person, text

HX = {"HTTP_HX_REQUEST": "true"}


def test_a_call_is_logged_with_its_next_task_and_the_timeline_hears_of_it(admin: Client, new: New) -> None:
    record = new("Account", Name="Acme")
    assert 'value="No answer"' in text(admin.get(f"/r/{record}/compose"))
    answer = admin.post(
        f"/r/{record}/compose", {"tab": "call", "result": "No answer", "comment": "Hi", "next": "7"}, **HX
    )
    assert answer.status_code == 200
    assert "es:changed" in answer.headers["HX-Trigger-After-Swap"]
    assert Task.objects.filter(is_closed=True, call_disposition="No answer", description="Hi").count() == 1
    assert Task.objects.filter(is_closed=False).count() == 1
    assert "Hi" in text(admin.get(f"/r/{record}/timeline"))


def test_an_open_task_offers_its_ends(admin: Client, new: New) -> None:
    page = text(admin.get(f"/r/{new('Task', Subject='Call back', Status='Not Started')}/"))
    assert page.index('class="path-ends') < page.index("Completed", page.index('class="path-ends'))


def test_notes_tasks_and_events_hang_on_the_record(admin: Client, new: New) -> None:
    lead = new("Lead", LastName="Roux", Company="Acme")
    address = f"/r/{lead}/compose"
    admin.post(address, {"tab": "note", "comment": "A note"}, **HX)
    admin.post(address, {"tab": "task", "subject": "Send", "date": "2026-12-01"}, **HX)
    admin.post(
        address,
        {"tab": "event", "subject": "Meet", "start": "2026-12-01T10:00", "end": "2026-12-01T11:00"},
        **HX,
    )
    assert Note.objects.get().parent_type == "00Q"
    assert Task.objects.get().who_type == "00Q"
    assert Event.objects.get().start_date_time.isoformat() == "2026-12-01T09:00:00+00:00"
    assert "A note" in text(admin.get(f"/r/{lead}/timeline"))


def test_tasks_and_events_bring_their_reminder(admin: Client, new: New) -> None:
    address = f"/r/{new('Account', Name='Acme')}/compose"
    admin.post(address, {"tab": "task", "subject": "Send", "date": "2027-01-12", "remind": "1"}, **HX)
    times = {"start": "2027-01-12T10:00", "end": "2027-01-12T11:00"}
    admin.post(address, {"tab": "event", "subject": "Meet", **times, "reminder": "60"}, **HX)
    admin.post(address, {"tab": "event", "subject": "Quiet", **times, "reminder": ""}, **HX)
    assert Task.objects.get().reminder_date_time == datetime(2027, 1, 12, 8, tzinfo=UTC)
    reminders = Event.objects.order_by("pk").values_list("is_reminder_set", "reminder_date_time")
    assert list(reminders) == [(True, datetime(2027, 1, 12, 8, tzinfo=UTC)), (False, None)]


def test_what_was_refused_comes_back_typed(admin: Client, new: New) -> None:
    lead = new("Lead", LastName="Roux", Company="Acme")
    values = {"tab": "event", "subject": "Meet", "start": "2026-12-01T10:00", "end": "2026-12-01T09:00"}
    answer = admin.post(f"/r/{lead}/compose", values, **HX)
    assert answer.status_code == 422
    assert "cannot end before it starts" in text(answer)
    assert 'value="2026-12-01T09:00"' in text(answer)
    assert admin.post(f"/r/{lead}/compose", {"tab": "nonsense"}, **HX).status_code == 403


def test_people_are_suggested_by_the_beginning_of_their_names(admin: Client) -> None:
    for one, name in (("A", "Aurélie Leroux"), ("B", "Rémi Da Silva"), ("C", "Zoé Rémy")):
        User.objects.filter(pk=person(one, "Sales").pk).update(name=name)

    def suggested(typed: str) -> list[str]:
        return re.findall(r'data-name="([^"]+)"', text(admin.get("/people/suggest", {"q": typed})))

    assert suggested("bos") == ["Boss Test"]
    assert suggested("ré") == suggested("RE") == ["Rémi Da Silva", "Zoé Rémy"], "never in the midst of a word"
    assert suggested("ler aur") == ["Aurélie Leroux"]
    assert suggested("zzz") == suggested(" ") == []
