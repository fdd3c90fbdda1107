"""The calendar by mouse and by finger, and a call logged in two clicks, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
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


def test_a_finger_rests_on_an_event_and_takes_it_an_hour_later_and_back(house: str, visit: Visit) -> None:
    page = visit(house, "commercial.nord@vauban.example", width=360)
    page.goto("/calendar/?view=day")
    page.locator(".cal-head .btn-primary").click()
    page.fill("#ev-subject", "Visite au doigt")
    today = (page.locator("[data-hours]").get_attribute("data-day") or "")[:10]
    page.fill("#ev-start", f"{today}T13:00")
    page.fill("#ev-end", f"{today}T14:00")
    page.locator("#event-dialog button.btn-primary").click()
    event = page.locator(".cal-slots [data-cal]", has_text="Visite au doigt")
    expect(event).to_have_attribute("data-start", f"{today}T13:00")
    event.scroll_into_view_if_needed()
    box = event.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 10
    touch = page.context.new_cdp_session(page)

    def finger(what: str, *points: tuple[float, float]) -> None:
        spots = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": spots})

    finger("touchStart", (x, y))
    expect(event).to_have_class(re.compile("cal-dragged"))
    finger("touchMove", (x, y + HOUR))
    with page.expect_response(lambda answer: answer.url.endswith("/move")):
        finger("touchEnd")
    expect(event).to_have_attribute("data-start", f"{today}T14:00")
    page.locator(".es-toast", has_text="Déplacé").get_by_role("button").first.click()
    expect(event).to_have_attribute("data-start", f"{today}T13:00")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_call_is_logged_in_two_clicks(house: str, visit: Visit, width: int) -> None:
    page = visit(house, "commercial.nord@vauban.example", width=width)
    page.goto("/o/Contact/")
    page.locator("a[href^='/r/003']").first.click()
    form = page.locator("#compose-form-call")
    form.locator("fieldset").first.locator("label").nth(1).click()
    form.locator("textarea").fill("Rappeler lundi")
    form.get_by_role("button", name="Consigner l’appel").click()
    expect(page.get_by_role("region", name="Chronologie")).to_contain_text(re.compile(r"Appel\s:"))
    expect(form.locator("textarea")).to_have_value("")  # what was sent is not offered a second time
    expect(form.locator("fieldset").first.locator("input:checked")).to_have_count(0)
    expect(page.locator("#last-activity")).to_have_text("Actif aujourd’hui")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
