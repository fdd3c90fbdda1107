"""The calendar by mouse, and a call logged in two clicks on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
HOUR = 44  # pixels of an hour, as in calendar.css


def test_an_event_is_dragged_to_another_hour(house: str, visit: Visit) -> None:
    page = visit(house, "commercial.nord@vauban.example")
    page.goto("/calendar/?view=week")
    event = page.locator(".cal-slots [data-cal]:not([data-repeats], .cal-task)").first
    key = event.get_attribute("data-cal")
    start = datetime.fromisoformat(event.get_attribute("data-start") or "")
    by = 2 if start.hour < 14 else -2
    event.scroll_into_view_if_needed()
    box = event.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + min(10, box["height"] / 2)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + by * HOUR, steps=5)
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.url.endswith("/move")
    ):
        page.mouse.up()
    moved = page.locator(f'[data-cal="{key}"]').first
    wanted = (start + timedelta(hours=by)).isoformat(timespec="minutes")
    expect(moved).to_have_attribute("data-start", wanted)
    page.reload()
    expect(moved).to_have_attribute("data-start", wanted)


def test_a_call_is_logged_in_two_clicks_on_a_phone(house: str, visit: Visit) -> None:
    page = visit(house, "commercial.nord@vauban.example", width=360)
    page.goto("/o/Contact/")
    page.locator("a[href^='/r/003']").first.click()
    form = page.locator("#compose-form-call")
    form.locator("fieldset").first.locator("label").nth(1).click()
    form.get_by_role("button", name="Consigner l’appel").click()
    expect(page.get_by_role("region", name="Chronologie")).to_contain_text(re.compile(r"Appel\s:"))
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
