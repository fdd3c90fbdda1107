"""Approving on a phone with one tap, and asking for approval of a discount, as people do it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import inspect

Visit = Callable[..., Page]
SETUP = ("/setup/approvals/", "/setup/approvals/1/", "/setup/approvals/1/steps/1/", "/setup/approvals/new")


def test_one_tap_on_a_phone(house: str, visit: Visit) -> None:
    page = visit(house, "directeur@vauban.example", width=360, scheme="dark")
    page.goto("/")
    page.locator(".frame-bottom a[data-tab=approvals]").click()
    card = page.locator(".approval-card")
    expect(card).to_have_count(1)
    expect(card.locator(".approval-facts").first).to_contain_text("30")
    address = card.locator(".approval-title a").get_attribute("href")
    assert address
    assert inspect(page, "/approvals/") == []
    yes = page.locator(".approval-yes button")
    box = yes.bounding_box()
    assert box
    assert box["height"] >= 44, "large enough for a thumb"
    yes.click()
    expect(page.locator(".approval-card")).to_have_count(0)
    expect(page.locator(".empty-state")).to_be_visible()
    expect(page.locator(".frame-bottom a[data-tab=approvals]")).to_have_count(0)
    page.goto(address)
    expect(page.locator(".approval-trail .approval-approved")).to_have_count(2)
    expect(page.locator(".field-row[data-field=ApprovedDiscount__c] dd")).to_contain_text("30")


@pytest.mark.parametrize(("hers", "his"), [(1280, 360), (360, 1280)])
def test_a_discount_above_the_threshold_is_locked_until_it_is_refused_with_a_reason(
    house: str, visit: Visit, hers: int, his: int
) -> None:
    rep = visit(house, "commercial.sud@vauban.example", width=hers)
    boss = visit(house, "sud@vauban.example", width=his)
    rep.goto("/o/Opportunity/new?StageName=Prospecting")
    expect(rep.locator("#f-Name")).to_be_focused()  # the first field that has to be filled
    for name, value in (
        ("Name", "Toiture"),
        ("CloseDate", "31/12/2030"),
        ("Amount", "50000"),
        ("Discount__c", "22"),
    ):
        control = rep.locator(f"#f-{name}")
        control.fill("2030-12-31" if control.get_attribute("type") == "date" else value)
    rep.locator("[data-save]").click()
    rep.wait_for_url(re.compile(r"/r/006\w{15}/$"))
    address = re.sub(r"^https?://[^/]+", "", rep.url)
    rep.locator(f"a[href='{address}approval/submit']").click()
    rep.fill("#f-comment", "Deux sites")
    rep.locator("[data-save]").click()
    expect(rep.locator("h1 .es-tag-warn")).to_be_visible()
    expect(rep.locator(f"a[href='{address}edit']")).to_have_count(0)
    boss.goto("/approvals/")
    if his > hers:  # its tab has no room: the menu that holds it tells that something waits
        expect(boss.locator(".frame-tabs [data-tab-count]")).to_contain_text(re.compile(r"\d"))
    card = boss.locator(".approval-card", has_text="Toiture")
    card.locator("summary").click()
    card.locator("textarea").fill("Trop")
    card.evaluate("card => { card.dataset.old = 1; document.body.dispatchEvent(new Event('es:changed')); }")
    expect(boss.locator("[data-old]")).to_have_count(0)  # drawn anew, as when somebody else asks something
    expect(card.locator("textarea")).to_have_value("Trop")
    card.locator("button[value=refuse]").click()
    expect(boss.locator(".approval-card", has_text="Toiture")).to_have_count(0)
    rep.goto(address)
    expect(rep.locator(".approval-trail .approval-rejected")).to_contain_text("Trop")
    expect(rep.locator(".field-row[data-field=Discount__c] dd")).to_contain_text("15")
    expect(rep.locator(f"a[href='{address}edit']")).to_have_count(1)


def test_the_pages_are_sound_on_a_phone_and_a_desk(house: str, visit: Visit) -> None:
    for width in (360, 1280):
        page = visit(house, width=width)
        assert not {one: found for one in ("/approvals/", *SETUP) if (found := inspect(page, one))}
