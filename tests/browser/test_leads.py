"""From a stranger's form to a customer: sent, handed over by rule, taken from the queue, converted, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


@pytest.mark.parametrize("width", [1280, 360])
def test_a_lead_is_converted_on_one_page_and_taken_back(house: str, visit: Visit, width: int) -> None:
    page = visit(house, width=width, scheme="dark" if width == 360 else "light")
    page.goto("/o/Lead/new")
    page.fill("#f-LastName", f"Conversion{width}")
    page.fill("#f-Company", f"Essais {width} SAS")
    page.locator("[data-save]").first.click()
    page.wait_for_url(re.compile(r"/r/00Q\w{15}/$"))
    lead = page.url
    page.locator("a[href$='/convert']").click()
    page.wait_for_url(re.compile(r"/convert$"))
    page.fill("[name='Opportunity.CloseDate']", "")
    page.locator(".convert [data-save]").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert page.input_value("[name='Account.Name']") == f"Essais {width} SAS", "nothing typed is lost"
    page.fill("[name='Opportunity.CloseDate']", "2030-03-31")
    page.locator(".convert [data-save]").click()
    page.wait_for_url(lead)
    expect(page.locator(".converted-list dd")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".es-toast button", has_text=re.compile("Undo|Annuler")).click()
    expect(page.locator("a[href$='/convert']")).to_be_visible()


def test_a_stranger_s_form_ends_in_the_queue_and_is_taken(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto("/setup/leads/forms/1/")
    address = page.locator(".web-form-address").get_attribute("href") or ""
    stranger = page.context.browser.new_context(base_url=house).new_page()
    stranger.goto(address)
    stranger.fill("[name=LastName]", "Inconnue")
    stranger.fill("[name=Company]", "Nulle Part SARL")
    stranger.fill("[name=Email]", "inconnue@nullepart.example")
    stranger.locator("button[type=submit]").click()
    again = stranger.locator("p.notice[role=status]")  # sent within three seconds: asked once more
    expect(again.or_(stranger.locator("p.thanks"))).to_be_visible()
    if again.is_visible():
        stranger.wait_for_timeout(3_200)
        stranger.locator("button[type=submit]").click()
    stranger.wait_for_url(re.compile(r"/thanks$"))
    stranger.context.close()
    seller = visit(house, "commercial.nord@vauban.example")
    seller.goto("/o/Lead/?view=recent")
    seller.locator("td a", has_text="Inconnue").first.click()
    take = seller.locator("form[action$='/take'] button")
    take.click()
    expect(take).to_have_count(0)


def test_the_builder_sets_the_criteria_of_a_rule(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto("/setup/leads/assignment/1/")
    page.locator("#filter-button").click()
    value = page.locator(".filter-value input").first
    value.fill("450")
    page.locator(".filter-foot button[value=apply]").click()
    expect(page.locator(".assignment-words")).to_contain_text("450")
