"""Somebody types a contact who is there already, merges the two, and takes it back: on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import problems

Visit = Callable[..., Page]


def sound(page: Page) -> None:
    assert problems(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "fr")])
def test_a_contact_typed_twice_is_told_merged_and_parted(
    house: str, visit: Visit, width: int, language: str
) -> None:
    page = visit(house, width=width, language=language)
    name = f"Twin{width}"
    for again in (False, True):
        page.goto("/o/Contact/new")
        page.fill("[name=FirstName]", "ANA" if again else "Ana")
        page.fill("[name=LastName]", name)
        page.fill("[name=Email]", f"ana@twin{width}.example")
        page.click("[data-save]")
        if again:
            page.wait_for_selector(".twin")
            sound(page)
            expect(page.locator("[name=FirstName]")).to_have_value("ANA")
            page.click("button[name=accept_duplicates]")
        page.wait_for_selector(".record-head")
    page.goto("/duplicates/Contact/")
    group = page.locator(".twin-group", has_text=name)
    expect(group.locator(".twin-members > li")).to_have_count(2)
    sound(page)
    group.locator("a.btn-primary").click()
    page.wait_for_selector(".merge")
    sound(page)
    page.locator("[data-take-all]").nth(1).click()
    page.click("form.merge [data-save]")
    page.wait_for_selector(".record-head")
    page.goto("/duplicates/Contact/")
    expect(page.locator(".twin-group", has_text=name)).to_have_count(0)
    page.locator(".twin-merged form button").first.click()
    with page.expect_response("**/undo/*"):
        page.locator("#confirm [data-confirm-yes]").click()
    page.goto("/duplicates/Contact/")
    expect(page.locator(".twin-merged")).to_have_count(0)
