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


def test_a_night_is_carried_by_its_second_part_and_a_span_is_drawn_in_empty_hours(
    house: str, visit: Visit
) -> None:
    page = visit(house, "commercial.nord@vauban.example")
    page.goto("/calendar/?view=week&day=2027-10-27")
    columns = page.locator(".cal-slots")
    page.locator(".cal-scroll").evaluate("one => one.scrollTo(0, 0)")
    thursday = columns.nth(3).bounding_box()
    assert thursday
    x = thursday["x"] + thursday["width"] / 2

    def drawn(start: float, end: float) -> None:
        page.mouse.move(x, thursday["y"] + start * HOUR)
        page.mouse.down()
        page.mouse.move(x, thursday["y"] + end * HOUR, steps=4)

    drawn(3.2, 5.0)
    page.mouse.up()
    expect(page.locator("#ev-start")).to_have_value("2027-10-28T03:00")
    expect(page.locator("#ev-end")).to_have_value("2027-10-28T05:00")
    page.fill("#ev-subject", "Nuit")
    page.fill("#ev-start", "2027-10-27T22:00")
    expect(page.locator("#ev-end")).to_have_value("2027-10-28T00:00")  # as long as it was
    page.fill("#ev-end", "2027-10-28T04:00")
    page.locator("#event-dialog button.btn-primary").click()
    parts = page.locator('.cal-slots [data-cal][data-title="Nuit"]')
    expect(parts).to_have_count(2)
    page.locator(".cal-scroll").evaluate("one => one.scrollTo(0, 0)")
    drawn(2.0, 3.0)
    with page.expect_response(lambda answer: answer.url.endswith("/move")):
        page.mouse.up()
    expect(parts.last).to_have_attribute("data-start", "2027-10-27T23:00")
    expect(parts.last).to_have_attribute("data-end", "2027-10-28T05:00")
    page.locator(".cal-scroll").evaluate("one => one.scrollTo(0, 0)")
    drawn(2.0, 1.0)
    row = page.locator(".cal-whole").nth(4).bounding_box()
    assert row
    page.mouse.move(row["x"] + 20, row["y"] + 12, steps=4)
    with page.expect_response(lambda answer: answer.url.endswith("/move")):
        page.mouse.up()
    expect(page.locator('.cal-whole [data-cal][data-title="Nuit"]').first).to_have_attribute(
        "data-start", "2027-10-29T00:00"
    )


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
