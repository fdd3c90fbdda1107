"""The import wizard, the console and the API's page as people use them: by keyboard, on a phone, watched by axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import problems

Visit = Callable[..., Page]
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def sound(page: Page) -> None:
    assert problems(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.skipif(not DATA.is_dir(), reason="the data beside the checkout is absent")
def test_the_real_leads_come_in_by_browser(house: str, visit: Visit) -> None:
    page = visit(house, width=360, language="fr")
    page.set_default_timeout(300_000)
    page.goto("/import/?object=Lead")
    page.set_input_files("#import-file", str(DATA / "xedu_leads" / "Leads.csv"))
    page.press("form.import-start button[type=submit]", "Enter")
    page.wait_for_selector(".import-columns")
    sound(page)
    name = page.locator(".import-column").first.locator("input[data-combobox]")
    name.fill("nom de famille")
    name.press("ArrowDown")
    name.press("Enter")
    page.click("[data-new-fields]")
    page.click(".form-foot button[type=submit]")
    page.wait_for_selector("form.import-settings")
    sound(page)
    page.fill("#f-Company", "X Education")
    page.click("[data-add-words]")
    page.click(".form-foot button[type=submit]")
    start = page.locator("form[action$='/start'] button")
    start.wait_for()
    sound(page)
    expect(page.locator(".import-result .stat-value").first).to_have_text("6\u202f468")
    start.click()
    page.locator("form[action$='/undo'] button").wait_for()
    expect(page.locator(".import-result .stat-value").first).to_have_text("6\u202f468")


def test_the_console_suggests_runs_and_marks_mistakes(house: str, visit: Visit) -> None:
    page = visit(house, language="en")
    page.goto("/console/")
    page.fill("#soql", "SELECT Name,  FROM Account")
    page.evaluate("document.getElementById('soql').setSelectionRange(13, 13)")
    page.focus("#soql")
    page.keyboard.type("Annua")
    expect(page.locator("#soql-offers [role=option]").first).to_contain_text("AnnualRevenue")
    sound(page)
    page.keyboard.press("Tab")
    expect(page.locator("#soql")).to_have_value("SELECT Name, AnnualRevenue FROM Account")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".soql-result")
    sound(page)
    page.fill("#soql", "SELECT Nope FROM Account")
    expect(page.locator("#soql-state.wrong")).to_be_visible()
    expect(page.locator(".tok-wrong")).to_have_text("Nope")
    page.reload()
    expect(page.locator("[data-soql-history] li")).to_have_count(1)


def test_the_api_can_be_tried_on_its_page(house: str, visit: Visit) -> None:
    page = visit(house, width=360, scheme="dark")
    page.goto("/api/docs/#Account")
    page.locator(".operation summary").first.click()
    page.locator("[data-try] button").first.click()
    expect(page.locator(".apidocs-answer .es-tag-good")).to_have_text("200")
    sound(page)
