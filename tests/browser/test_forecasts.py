"""Forecasts as people use them: look, open the deals, move one, adjust, set quotas; on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import inspect, problems

Visit = Callable[..., Page]
LEADER = "directeur@vauban.example"
PAGES = ("/forecasts/", "/forecasts/movements/", "/forecasts/quotas/", "/forecasts/leaderboard/")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_forecast_page_is_sound(house: str, visit: Visit, width: int, scheme: str) -> None:
    page = visit(house, LEADER, width=width, scheme=scheme)
    assert not {address: found for address in PAGES if (found := inspect(page, address))}


def test_a_company_without_deals_is_told_what_to_do(empty_house: str, visit: Visit) -> None:
    page = visit(empty_house, "ana@example.fr", width=360, language="en")
    assert not {address: found for address in PAGES if (found := inspect(page, address))}
    page.goto("/forecasts/")
    expect(page.locator(".empty-state")).to_be_visible()
    page.goto("/forecasts/movements/")
    expect(page.locator(".empty-state")).to_contain_text("Every night")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_leader_opens_the_deals_of_a_figure_and_adjusts_somebodys(
    house: str, visit: Visit, width: int
) -> None:
    page = visit(house, LEADER, width=width)
    page.goto("/forecasts/")
    team = page.locator("[data-key^=r]").first
    team.locator("td a").first.click()
    expect(page.locator("#forecast-deals h2")).to_be_focused()
    expect(page.locator("#forecast-deals tbody tr").first).to_be_visible()
    assert not problems(page)
    page.locator("[data-fc-close]").click()
    closed = page.locator('[data-fc-toggle][aria-expanded="false"]:visible')
    while closed.count():
        closed.first.click()
    person = page.locator("[data-key^=u]:visible").first
    key = person.get_attribute("data-key")
    person.hover()
    person.locator(".fc-adjust").first.click()
    dialog = page.locator("#fc-adjust")
    expect(dialog).to_be_visible()
    assert not problems(page)
    dialog.locator("[name=amount]").fill("beaucoup")
    dialog.locator("[type=submit]").first.click()
    expect(dialog.locator("[name=amount]")).to_have_value("beaucoup")
    expect(dialog.locator(".field-error")).to_be_visible()
    dialog.locator("[name=amount]").fill("123 456")
    dialog.locator("[name=note]").fill("vu avec le client")
    dialog.locator("[type=submit]").first.click()
    expect(dialog).not_to_be_visible()
    expect(page.locator(f"[data-key={key}] .fc-adjusted").first).to_contain_text("123")
    expect(page.locator(f"[data-key={key}]")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_deal_moved_to_another_category_changes_the_figures_at_once(
    house: str, visit: Visit, width: int
) -> None:
    page = visit(house, LEADER, width=width)
    page.goto("/forecasts/")
    open_pipeline = page.locator("[data-depth='0'] td:nth-child(5) a")
    before = open_pipeline.inner_text()
    open_pipeline.click()
    cell = page.locator("#forecast-deals td[data-field=ForecastCategoryName]").first
    cell.dblclick()
    expect(cell.locator("select")).to_be_focused()
    with page.expect_response(lambda one: "part=tree" in one.url):
        cell.locator("select").select_option("Omitted")
    expect(page.locator("[data-depth='0'] td:nth-child(5)")).not_to_contain_text(before)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_quota_is_copied_along_the_year_and_saved(house: str, visit: Visit, width: int) -> None:
    page = visit(house, LEADER, width=width)
    page.goto("/forecasts/quotas/")
    row = page.locator(".fc-grid tbody tr").first
    row.locator("input").first.fill("7500")
    row.locator("[data-fc-copy]").click()
    expect(row.locator("input").last).to_have_value("7500")
    page.locator("[data-save]").click()
    page.wait_for_url("**/forecasts/quotas/?year=*")
    expect(page.locator(".fc-grid tbody tr").first.locator("td.num")).to_contain_text("90")
