"""A scenario is drawn by clicking from an empty sheet, started, and its numbers come up on the arrows."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_pages import inspect, problems

Visit = Callable[..., Page]


def add(page: Page, behind: Locator, kind: str) -> None:
    """Put a step of a kind behind an arrow; its panel opens."""
    before = page.locator(".fc-steps .fc-card").count()
    behind.click()
    page.locator(f".fc-kinds button[value={kind}]").click()
    expect(page.locator(".fc-steps .fc-card")).to_have_count(before + 1)
    expect(page.locator(".fc-card.is-chosen")).to_be_visible()


def keep(page: Page, told: str | re.Pattern[str]) -> None:
    """Save the panel; the card says what was saved."""
    page.locator("#panel-form button[value=save]").click()
    expect(page.locator(".fc-card.is-chosen")).to_contain_text(told)


def serve_mails(page: Page) -> None:
    """Set up a mail server."""
    page.goto("/setup/sending/server")
    page.fill("#f-name", "Sortie")
    page.fill("#f-host", "127.0.0.1")
    page.locator("form[data-guard] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/setup/sending/server/\d+$"))


def test_a_scenario_is_drawn_from_empty_and_its_numbers_come_up(house: str, visit: Visit) -> None:
    page = visit(house)
    serve_mails(page)
    page.goto("/scenarios/new")
    page.fill("#f-name", "Suivi du guide")
    page.locator("form[data-guard] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/scenarios/\d+/\?step=trigger"))
    base = page.url.partition("?")[0]
    segment = page.locator("#f-segment option").nth(1).inner_text()
    page.select_option("#f-segment", label=segment)
    expect(page.locator(".sc-count")).to_be_visible()
    keep(page, segment)

    add(page, page.locator(".fc-plus").first, "send")
    letter = page.locator("#f-template option").nth(1).inner_text()
    page.select_option("#f-template", label=letter)
    expect(page.locator(".sc-letter iframe")).to_be_visible()
    page.fill("#f-title", "Le guide")
    keep(page, "Le guide")
    add(page, page.locator(".fc-plus").nth(1), "wait")
    page.fill("#f-amount", "2")
    keep(page, "2 jours")
    add(page, page.locator(".fc-plus").nth(2), "engaged")
    page.select_option("#f-mail", label="Le guide")
    keep(page, "Le guide")
    expect(page.locator(".fc-lane")).to_have_count(2)
    add(page, page.locator(".fc-lane .fc-plus").first, "task")
    page.fill("#f-subject", "Appeler au sujet du guide")
    keep(page, "Appeler au sujet du guide")

    expect(page.locator(".fc-card.is-bad")).to_have_count(0)
    page.locator("[data-open-dialog=start-dialog]").click()
    page.locator("#start-dialog button[type=submit]").click()
    expect(page.locator(".flow-state .es-tag-good")).to_be_visible()
    expect(page.locator("#n-trigger-")).to_have_text(re.compile("^[1-9]"), timeout=240_000)
    expect(page.locator("#at-s2")).to_contain_text(re.compile("[1-9]"), timeout=240_000)
    assert not problems(page)

    phone = visit(house, width=360, scheme="dark")
    for address in (base, f"{base}?add=s1:", f"{base}people", "/scenarios/"):
        assert inspect(phone, address) == [], address


def test_the_scenario_of_the_demo_company_shows_how_many_went_where(house: str, visit: Visit) -> None:
    page = visit(house, "marketing@vauban.example")
    page.goto("/scenarios/")
    page.get_by_role("link", name="Après le guide : accompagner les lecteurs").click()
    expect(page.locator("#n-trigger-")).to_have_text(re.compile("^[1-9]"))
    assert not problems(page)
