"""A flow is built in the drawing, tried, turned on, and its run log tells what it did."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

Visit = Callable[..., Page]
STEP = re.compile(r"\?step=s\d+")


def add(page: Page, kind: str) -> None:
    """Put a step of a kind at the end; its panel opens."""
    before = page.locator(".fc-card").count()
    page.locator(".fc-plus").last.click()
    page.locator(f".fc-kinds button[value={kind}]").click()
    expect(page.locator(".fc-card")).to_have_count(before + 1)
    expect(page.locator(".fc-card.is-chosen")).to_be_visible()


def save_while_drawn_anew(page: Page, control: str, value: str) -> None:
    """Choose what gives the panel another shape, and press Save so soon that the new shape comes while it is pressed."""
    held: list[Route] = []
    drawn = re.compile(r"\?step=")
    page.route(
        drawn, lambda route: held.append(route) if "hx-request" in route.request.headers else route.fallback()
    )
    save = page.locator("#panel-form button[value=save]")
    save.scroll_into_view_if_needed()
    page.select_option(control, value)
    save.hover()
    page.mouse.down()
    for route in held:
        route.continue_()
    expect(page.locator("#panel-form .htmx-request")).to_have_count(0)
    page.mouse.up()
    page.unroute(drawn)


def test_a_flow_that_asks_for_approval_is_built_turned_on_and_followed(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto("/setup/flows/new")
    page.fill("#f-name", "Comptes à revoir")
    page.fill("#f-object", "Compte")
    page.get_by_role("option", name="Comptes", exact=True).click()
    page.get_by_role("button", name="Créer le flux").click()
    save_while_drawn_anew(page, "#f-on", "manual")
    expect(page.locator(".fc-card").first).to_contain_text("bouton")
    add(page, "create")
    page.fill("#value-Subject", "Revoir ce compte")
    page.locator("#panel-form button[value=save]").click()
    expect(page.locator(".fc-card.is-chosen")).to_contain_text("Revoir ce compte")
    add(page, "approval")
    page.select_option("#f-ask", "people")
    for one in (0, 1):
        page.locator("#f-people label.choice").nth(one).click()
    page.locator("#panel-form button[value=save]").click()
    expect(page.locator(".fc-lane")).to_have_count(2)
    page.get_by_role("button", name="Activer").click()
    expect(page.get_by_role("button", name="Désactiver")).to_be_visible()
    log = page.url.split("?")[0] + "runs"
    page.goto("/o/Account/")
    page.locator("td a[href^='/r/001']").first.click()
    start = page.locator("form[action*='/flows/'] button", has_text="Comptes à revoir")
    page.locator("details.menu", has=start).locator("summary").click()
    start.click()
    expect(page.get_by_text("Comptes à revoir » est lancé").first).to_be_visible()
    line = page.locator("tbody tr")
    for _attempt in range(400):
        page.goto(log)
        if line.get_by_text("En attente d’une réponse").count():
            break
        page.wait_for_timeout(200)
    line.locator("td.cell-primary a").click()
    steps = page.locator(".flow-report-step")
    expect(steps).to_have_count(2)
    expect(steps.last).to_contain_text("Demander une approbation")
