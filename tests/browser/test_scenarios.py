"""A scenario is drawn by clicking from an empty sheet, started, and its numbers are on the arrows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_pages import inspect

Visit = Callable[..., Page]
STEP = re.compile(r"\?step=s\d+")


def add(page: Page, where: Locator, kind: str) -> None:
    """Put a step of a kind behind an arrow; its panel opens."""
    where.click()
    page.locator(f".fc-kinds button[value={kind}]").click()
    page.wait_for_url(STEP)
    expect(page.locator("#panel-form")).to_be_visible()


def keep(page: Page) -> None:
    """Save the panel and wait for the server's answer."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/scenarios/" in answer.url):
        page.locator("#panel-form button[value=save]").click()
    expect(page.locator(".es-toast", has_text="Enregistré").last).to_be_visible()


def test_a_scenario_is_drawn_from_empty_and_its_numbers_are_on_the_arrows(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto("/scenarios/new")
    page.fill("#f-name", "Suivi du guide")
    page.locator("form[data-guard] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/scenarios/\d+/\?step=trigger"))
    base = page.url.partition("?")[0]
    page.locator(".flow-criteria button").click()
    expect(page.locator("#filter-panel form")).to_be_visible()
