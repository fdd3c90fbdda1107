"""Deals on their board and along their path: mouse, finger, keyboard; what is missing is asked for on the spot."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_pages import problems

Visit = Callable[..., Page]
BOARD = "/o/Opportunity/?as=board"


def column(page: Page, value: str) -> Locator:
    return page.locator(f"[data-column='{value}']")


def middle(place: Locator, dy: float = 60) -> tuple[float, float]:
    box: Any = place.bounding_box()
    return box["x"] + 40, box["y"] + min(dy, box["height"] - 6)


def count(page: Page, value: str) -> int:
    return int(column(page, value).locator(".board-count").inner_text())


def test_a_card_is_dragged_by_the_mouse_and_taken_back(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto(BOARD)
    before = count(page, "Qualification")
    card = column(page, "Prospecting").locator("[data-card]").first
    key, revision = card.get_attribute("data-card"), int(card.get_attribute("data-revision") or "")
    page.mouse.move(*middle(card, 999))
    page.mouse.down()
    page.mouse.move(*middle(column(page, "Qualification").locator("[data-cards]")), steps=6)
    page.mouse.up()
    moved = column(page, "Qualification").locator(f"[data-card='{key}'][data-revision='{revision + 1}']")
    expect(moved).to_be_visible()
    expect(column(page, "Qualification").locator(".board-count")).to_have_text(str(before + 1))
    page.locator(".es-toast button").first.click()
    expect(column(page, "Prospecting").locator(f"[data-card='{key}']")).to_be_visible()
    expect(column(page, "Qualification").locator(".board-count")).to_have_text(str(before))


def test_a_card_is_moved_by_the_keyboard_and_it_is_said(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto(BOARD)
    card = column(page, "Needs Analysis").locator("[data-card]").first
    key = card.get_attribute("data-card")
    card.focus()
    for press in (" ", "ArrowRight", "ArrowRight", "Escape"):
        page.keyboard.press(press)
    expect(column(page, "Needs Analysis").locator(f"[data-card='{key}']")).to_have_count(1)
    with page.expect_response("**/move"):
        for press in (" ", "ArrowRight", " "):
            page.keyboard.press(press)
    moved = column(page, "Value Proposition").locator(f"[data-card='{key}'][data-revision]:not([aria-busy])")
    expect(moved).to_be_focused()
    expect(page.locator("#announce")).not_to_be_empty()


@pytest.mark.parametrize(
    ("width", "left", "right"),
    [(1280, "Needs Analysis", "Value Proposition"), (360, "Prospecting", "Qualification")],
)
def test_a_finger_rests_on_a_card_and_drags_it(
    house: str, visit: Visit, width: int, left: str, right: str
) -> None:
    page = visit(house, width=width)
    page.goto(BOARD)
    card = column(page, left).locator("[data-card]").first
    key = card.get_attribute("data-card")
    x, y = middle(card)
    touch = page.context.new_cdp_session(page)

    def finger(what: str, *points: tuple[float, float]) -> None:
        spots = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": spots})

    finger("touchStart", (x, y))
    page.wait_for_selector(".board-ghost")
    if width < 600:  # the next column is beyond the edge: a finger that waits there brings it
        finger("touchMove", (width - 10, y))
        page.wait_for_function(
            "name => document.querySelector(`[data-column='${name}']`).getBoundingClientRect().left < 100",
            arg=right,
        )
    finger("touchMove", middle(column(page, right).locator("[data-cards]")))
    with page.expect_response("**/move") as answer:
        finger("touchEnd")
    assert answer.value.ok
    expect(column(page, right).locator(f"[data-card='{key}']")).to_be_visible()


def test_a_refused_card_returns_and_its_dialog_mends_it(house: str, visit: Visit) -> None:
    page = visit(house, width=360)
    page.goto(BOARD)
    card = column(page, "Prospecting").locator("[data-card]").first
    key = card.get_attribute("data-card")
    card.locator("[data-board-menu]").click()
    page.locator("[data-board-to='Closed Lost']").click()
    dialog = page.locator("#move[open]")
    expect(dialog).to_be_visible()
    expect(column(page, "Prospecting").locator(f"[data-card='{key}']")).to_have_count(1)
    assert not problems(page)
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator(".field-error")).to_be_visible()
    dialog.locator("select").select_option("Price")
    dialog.locator("button[type=submit]").click()
    expect(column(page, "Closed Lost").locator(f"[data-card='{key}']")).to_have_count(1)
    expect(page.locator("#move[open]")).to_have_count(0)


def test_a_stage_of_the_path_is_a_click_away(house: str, visit: Visit) -> None:
    page = visit(house)
    page.goto("/o/Opportunity/new?Name=Path&StageName=Prospecting&CloseDate=2030-01-31&Amount=1000")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/r/006\w{15}/$"))
    page.locator("button.path-stage").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".path-current")).to_contain_text("Qualification")
    expect(page.locator(".path-done")).to_have_count(1)
