"""Every main page: no serious violation of the accessibility rules, no sideways scroll, no error in the console."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
ACCOUNT, DEAL = "00100000000000CAAQ", "00600000000000CAAQ"
CAMPAIGN, MAILING = "70100000000000CAAQ", "0XB000000000002GAA"
PAGES = (
    "/",
    "/o/Account/?view=all",
    "/o/Opportunity/?view=all",
    f"/r/{ACCOUNT}/",
    f"/r/{DEAL}/",
    f"/r/{DEAL}/edit",
    "/o/Contact/new",
    "/search/?q=martin",
    "/recycle-bin/",
    "/jobs/",
    "/setup/",
    "/me/",
    "/import/",
    "/console/",
    "/api/docs/",
    "/o/Opportunity/?as=board",
    "/o/Opportunity/new",
    f"/r/{CAMPAIGN}/",
    f"/campaigns/{CAMPAIGN}/audience",
    f"/r/{MAILING}/",
    "/letters/new",
    "/approvals/",
    "/me/absence",
    "/forecasts/leaderboard/",
    "/reports/",
    "/reports/1/",
    "/reports/15/",
    "/reports/3/edit",
    "/dashboards/",
    "/dashboards/2/",
    "/dashboards/4/",
)
CLOSED = ("/setup/", "/import/", f"/campaigns/{CAMPAIGN}/audience", "/letters/new")  # to a salesperson
EMPTY = (
    "/",
    "/o/Account/",
    "/o/Opportunity/",
    "/search/?q=nothing",
    "/recycle-bin/",
    "/jobs/",
    "/reports/1/",
    "/dashboards/1/",
)
# The buttons of a bar that stays in view, with something else above them.
COVERED = """
[...document.querySelectorAll('.form-foot .btn')].filter((button) => {
  const { x, y, width, height } = button.getBoundingClientRect();
  const [left, top] = [x + width / 2, y + height / 2];
  const stays = getComputedStyle(button.closest('.form-foot')).position === 'sticky';
  return stays && width && top > 0 && top < innerHeight && !button.contains(document.elementFromPoint(left, top));
}).map((button) => button.outerHTML.slice(0, 160))
"""
# What fetches itself has begun when the page is loaded; a quiet network would be waited for half a second longer.
BUSY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
AT_REST = """
Promise.all(document.getAnimations()
  .filter((one) => one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished.catch(() => null)))
"""
Visit = Callable[..., Page]


def problems(page: Page) -> list[str]:
    """Return the serious violations of the page as axe-core tells them, once what moves or fades has come to rest."""
    page.evaluate(AT_REST)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def inspect(page: Page, address: str) -> list[str]:
    """Return what is wrong with one page."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"script: {error}"))
    page.emulate_media(reduced_motion="reduce")  # colours are looked at where they end
    answer = page.goto(address)
    expect(page.locator(BUSY)).to_have_count(0)
    if answer is None or answer.status != 200:
        errors.append(f"status {answer and answer.status}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        errors.append("scrolls sideways")
    errors.extend(f"covered: {one}" for one in page.evaluate(COVERED))
    return errors + problems(page)


@pytest.mark.parametrize(
    ("width", "language", "scheme"), [(1280, "fr", "light"), (360, "fr", "dark"), (360, "en", "light")]
)
def test_every_page_is_sound(house: str, visit: Visit, width: int, language: str, scheme: str) -> None:
    login = "commercial.export2@vauban.example" if language == "en" else "admin@vauban.example"
    page = visit(house, login, width=width, language=language, scheme=scheme)
    pages = [one for one in PAGES if language == "fr" or one not in CLOSED]
    wrong = {address: found for address in pages if (found := inspect(page, address))}
    assert not wrong


STAGE = "/setup/objects/Opportunity/stages/NewBusiness/?stage=Qualification"
PIPELINES = (STAGE, "/setup/objects/Opportunity/stages/", "/setup/objects/Opportunity/record-types/Renewals/")
SET_UP = (
    *PIPELINES,
    "/setup/sending/",
    "/setup/sending/server",
    "/setup/returns/",
    "/setup/consent",
    "/setup/website/",
    "/setup/currencies/CHF/",
)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_the_pages_of_the_set_up_are_sound(house: str, visit: Visit, width: int, scheme: str) -> None:
    page = visit(house, width=width, scheme=scheme)
    assert not {address: found for address in SET_UP if (found := inspect(page, address))}


def test_empty_pages_say_what_to_do(empty_house: str, visit: Visit) -> None:
    page = visit(empty_house, "ana@example.fr", width=360, language="en")
    assert not {address: found for address in EMPTY if (found := inspect(page, address))}
    page.goto("/o/Account/")
    assert page.locator(".empty-state").is_visible()
