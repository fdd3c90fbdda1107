"""The home page: what is due, where deals stand, what was seen last, and how to begin."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from essor.access.models import User
from essor.faces.web.conftest import New, text
from essor.kernel import ids


def test_an_empty_company_is_told_how_to_begin(admin: Client) -> None:
    page = text(admin.get("/"))
    assert "Import your data" in page
    assert "/o/Account/new" in page
    steps = page[page.index("first-steps") :]
    ways = ("/setup/organization", "/setup/users/", "/import/", "/setup/sending/", "/o/Campaign/new")
    places = [steps.index(f'href="{way}"') for way in ways]
    assert places == sorted(places)


def test_steps_are_ticked_off_in_the_set_up_and_leave_the_home_page(
    admin: Client, seller: Client, new: New
) -> None:
    assert "/setup/users/" not in text(seller.get("/")), "who may not set up is not told to"
    new("Account", Name="First")
    page = text(admin.get("/"))
    assert 'class="done"' in page.split("first-steps")[1], "the data is there, the rest is still to be done"
    assert "/o/Opportunity/new" in page.split('id="home-deals"')[1].split("</section>")[0]
    new("Lead", LastName="Roux", Company="First")
    assert "first-steps" not in text(admin.get("/"))
    steps = text(admin.get("/setup/")).split("first-steps")[1].split("</ol>")[0].split("<li")
    done = {
        way: next('class="done"' in one for one in steps if f'href="{way}"' in one)
        for way in ("/import/", "/setup/sending/", "/setup/letterhead")
    }
    assert done == {"/import/": True, "/setup/sending/": False, "/setup/letterhead": False}


def test_tasks_due_and_deals_by_stage_are_mine_only(
    admin: Client, seller: Client, rep: User, new: New
) -> None:
    today, late = timezone.localdate(), timezone.localdate() - timedelta(days=2)
    task = new("Task", Subject="Call back", ActivityDate=late.isoformat())
    new("Task", Subject="Much later", ActivityDate=(today + timedelta(days=9)).isoformat())
    new("Opportunity", Name="Deal", StageName="Prospecting", CloseDate=today.isoformat(), Amount="1200")
    new(
        "Opportunity",
        Name="Theirs",
        StageName="Qualification",
        CloseDate=today.isoformat(),
        OwnerId=ids.encode("005", rep.pk),
    )
    page = text(admin.get("/"))
    assert "Call back" in page
    assert "Much later" not in page
    assert "Prospecting" in page
    assert "Qualification" not in page
    assert "1,200" in page
    answer = admin.post(f"/home/done/{task}", HTTP_HX_REQUEST="true")
    assert answer.status_code == 204
    assert "Call back" not in text(admin.get("/"))
    assert "Qualification" in text(seller.get("/"))


def test_what_was_seen_last_comes_first_and_only_while_it_may_be_seen(admin: Client, new: New) -> None:
    first, second = new("Account", Name="First"), new("Account", Name="Second")
    admin.get(f"/r/{first}/")
    admin.get(f"/r/{second}/")
    seen = text(admin.get("/")).split("Recently viewed")[1]
    assert seen.index("Second") < seen.index("First")
    admin.post(f"/r/{second}/delete")
    assert "Second" not in text(admin.get("/")).split("Recently viewed")[1]


def test_my_day_shows_meetings_deals_that_should_close_and_leads_left_alone(
    admin: Client, seller: Client, new: New
) -> None:
    today = timezone.localdate()
    assert "No meeting today" not in text(admin.get("/"))
    past, far = (today - timedelta(days=3)).isoformat(), (today + timedelta(days=40)).isoformat()
    new("Opportunity", Name="Overdue deal", StageName="Prospecting", CloseDate=past)
    new("Opportunity", Name="Far deal", StageName="Prospecting", CloseDate=far)
    assert "No meeting today" in text(admin.get("/"))
    new("Lead", LastName="Untouched", Company="Acme")
    touched = new("Lead", LastName="Touched", Company="Acme")
    new("Task", Subject="Called", Status="Completed", WhoId=touched)
    admin.post("/calendar/new", {"subject": "Stand-up", "start": f"{today}T00:00", "end": f"{today}T23:59"})
    page = text(admin.get("/")).split("Recently viewed")[0]
    for shown in ("Overdue deal", "Untouched", "Stand-up", "1 meeting to come"):
        assert shown in page
    assert "Far deal" not in page
    assert ">Touched" not in page
    assert "Overdue deal" not in text(seller.get("/"))


def test_campaigns_under_way_are_mine_and_offered_to_those_who_plan(
    admin: Client, seller: Client, new: New
) -> None:
    assert admin.get("/home/campaigns").content == b"", "nothing leaves no frame on the page"
    new("Account", Name="First")
    new("Campaign", Name="Guide", Status="In Progress")
    new("Campaign", Name="Long over", Status="Completed")
    assert 'hx-get="/home/campaigns"' in text(admin.get("/"))
    assert 'hx-get="/home/campaigns"' not in text(seller.get("/"))
    page = text(admin.get("/home/campaigns"))
    assert "Guide" in page
    assert "Long over" not in page
