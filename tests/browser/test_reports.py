"""Reports and dashboards as people use them: built by choosing, drawn at once, followed to the records, arranged."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
DRAWN = "canvas[data-drawn]"


@pytest.mark.parametrize("width", [1280, 360])
def test_a_report_is_built_saved_and_followed_to_its_records(house: str, visit: Visit, width: int) -> None:
    page = visit(house, "commercial.export2@vauban.example", width=width, language="en")
    page.goto("/reports/new?object=Opportunity")
    expect(page.locator("#report-preview table")).to_be_visible()
    page.locator("label", has=page.locator("#type-matrix")).click()
    page.select_option("#across-1", "IsWon")
    expect(page.locator("#report-preview th[scope=colgroup]").first).to_be_visible()
    page.select_option("#m-F2-function", "SUM")
    page.select_option("#m-F2-path", "Amount")
    expect(page.locator("#report-preview", has_text="Sum of Amount")).to_be_visible()
    page.once("dialog", lambda asked: asked.dismiss())
    with page.expect_event("dialog"):  # what was built is not lost by a click
        page.locator(".page-actions a").first.click()
    page.locator("[data-open-dialog=report-save]").click()
    page.fill("#report-name", f"Mine at {width}")
    page.locator("#report-save button[type=submit]").click()
    expect(page.locator("h1", has_text=f"Mine at {width}")).to_be_visible()
    figure = page.locator("#report-result tr.report-total td a").last
    expect(page.locator(DRAWN)).to_be_visible()
    figure.click()
    expect(page.locator("h1 .list-object")).to_be_visible()


def test_a_dashboard_is_narrowed_and_arranged_by_keyboard_and_mouse(house: str, visit: Visit) -> None:
    page = visit(house, "commercial.export2@vauban.example", language="en")
    page.goto("/dashboards/")
    page.locator("[data-open-dialog=board-new]").click()
    page.fill("#board-name", "Mine")
    page.locator("#board-new button[type=submit]").click()
    for report in ("1", "2", "7"):
        page.select_option("#board-report", report)
        page.locator(".board-add button").click()
        expect(page.locator("[data-tile]")).to_have_count(["1", "2", "7"].index(report) + 1)
    expect(page.locator(DRAWN)).to_have_count(3)

    def order() -> list[str]:
        found: list[str] = page.evaluate(
            "[...document.querySelectorAll('[data-tile]')].map((one) => one.dataset.tile)"
        )
        return found

    menu = page.locator("[data-tile='1'] details.menu summary")
    menu.focus()
    page.keyboard.press("Enter")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("[data-tile='1'] button", has_text="Move back").press("Enter")
    expect(page.locator("[data-tile]").first).to_have_attribute("data-tile", "2")
    page.locator("[data-tile='3'] .tile-grip").hover()
    page.mouse.down()
    page.locator("[data-tile='2'] h2").hover()
    expect(page.locator("[data-tile='2']")).to_have_class(re.compile("drop-here"))
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.mouse.up()
    expect(page.locator("[data-tile]").first).to_have_attribute("data-tile", "3")
    page.reload()
    assert order() == ["3", "2", "1"]
    page.select_option("#board-period", "THIS_YEAR")
    expect(page).to_have_url(re.compile("THIS_YEAR"))
    expect(page.locator("#board-period")).to_have_value("THIS_YEAR")


def test_a_french_reader_reads_french_months(house: str, visit: Visit) -> None:
    french = visit(house)
    french.goto("/reports/2/")
    expect(french.locator("#report-result table")).to_contain_text(
        re.compile(r"(janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)")
    )
