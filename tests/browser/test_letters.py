"""An e-mail is written with blocks, by mouse and by keyboard, looked at as somebody gets it, checked, and tried."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from essor.domain.marketing.letters.tests.test_pictures import png
from tests.browser.test_pages import problems

Visit = Callable[..., Page]
SAVED = "[data-saved=saved]"
SUBJECT, PICTURE = re.compile("objet"), re.compile("image")


def kinds(page: Page) -> Locator:
    """Return the outer blocks of the letter, in their order."""
    return page.locator(".lt-paper > .lt-list > [data-block]")


def make(page: Page, kind: str) -> None:
    """Add a block from the palette, behind the chosen one."""
    before = kinds(page).count()
    page.locator(f".lt-palette [data-make={kind}]").click()
    expect(kinds(page)).to_have_count(before + 1)


def begun(page: Page, what: str) -> None:
    """Begin a letter with something and open the editor."""
    page.goto("/letters/new?language=en")
    page.locator(f"button[name=from][value='{what}']").click()
    page.wait_for_url(re.compile(r"/letters/00X\w{15}/$"))
    expect(kinds(page).first).to_be_visible()


def title(page: Page) -> None:
    """Write a title below the greeting of a letter that was just begun."""
    kinds(page).first.locator(".lt-text").click()
    make(page, "title")
    page.keyboard.press("Control+a")
    page.keyboard.type("Our guide")


def test_blocks_are_added_moved_and_taken_back(house: str, visit: Visit) -> None:
    page = visit(house, "marketing@vauban.example")
    begun(page, "")
    title(page)
    make(page, "button")
    button = page.locator(".lt-is-button")
    expect(button.locator(".lt-nowhere")).to_be_visible()
    assert not problems(page)

    grip = button.locator("[data-grip]")
    grip.focus()
    page.keyboard.press("ArrowUp")
    expect(kinds(page).nth(1)).to_have_class(re.compile("lt-is-button"))
    expect(grip).to_be_focused()
    expect(page.locator("#announce")).not_to_be_empty()
    page.locator("[data-undo]").click()
    expect(kinds(page).nth(2)).to_have_class(re.compile("lt-is-button"))
    page.keyboard.press("Control+y")
    expect(kinds(page).nth(1)).to_have_class(re.compile("lt-is-button"))

    make(page, "divider")
    kinds(page).first.locator(".lt-text").click()
    line = kinds(page).nth(2)
    expect(line).to_have_class(re.compile("lt-is-divider"))
    line.locator("[data-grip]").focus()  # what is not chosen, and has no words to stop at, is reached too
    expect(line.locator("[data-grip]")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.locator(".lt-is-divider")).to_have_count(1)

    button.click()
    page.locator("#letter-panel input[list=letter-addresses]").fill(house)
    expect(button.locator(".lt-nowhere")).to_have_count(0)
    expect(page.locator(SAVED)).to_be_visible()
    page.reload()
    expect(kinds(page).nth(1)).to_have_class(re.compile("lt-is-button"))
    expect(kinds(page).nth(2)).to_contain_text("Our guide")


def test_a_letter_is_checked_shown_as_somebody_gets_it_and_tried(house: str, visit: Visit) -> None:
    page = visit(house, "marketing@vauban.example")
    begun(page, "")
    title(page)
    make(page, "picture")
    page.locator(".lt-nopicture").click()
    page.set_input_files(
        "#letter-pictures input[type=file]", {"name": "plan.png", "mimeType": "image/png", "buffer": png()}
    )
    picture = page.locator("img.lt-picture")
    expect(picture).to_be_visible()

    page.locator("[data-mode=checks]").click()
    found = page.locator("#letter-checks")
    expect(found.locator(".lt-bad", has_text=SUBJECT)).to_be_visible()
    expect(found.locator(".lt-warn", has_text=PICTURE)).to_be_visible()
    page.locator("[data-mode=write]").click()
    picture.click()
    described = page.locator("#letter-panel .field", has_text="Ce qu’elle montre").locator("input")
    described.fill("A plan of the house")
    page.fill("#lt-subject", "News for ")
    page.locator("[data-field-for=lt-subject]").click()
    dialog = page.locator("#letter-field")
    dialog.locator("#lt-field-q").fill("FirstName")
    dialog.locator(".menu-item").first.click()
    dialog.locator("#lt-fallback").fill("you")
    dialog.locator("[data-take]").click()
    expect(page.locator("#lt-subject")).to_have_value(re.compile(r'^News for \{\{ FirstName or "you" \}\}$'))
    page.locator("[data-mode=checks]").click()
    expect(found.locator(".lt-good", has_text=PICTURE)).to_be_visible()
    expect(found.locator(".lt-good", has_text=SUBJECT)).to_be_visible()

    page.locator("[data-mode=preview]").click()
    for screen in ("desktop", "phone"):
        frame = page.frame_locator(f"iframe[data-preview={screen}]")
        expect(frame.get_by_role("heading", name="Our guide")).to_be_visible()
    page.locator("#lt-person").click()
    page.locator("[data-people] .menu-item").last.click()
    expect(page.locator("[data-shown=subject]").first).to_have_text("News for you")
    assert not problems(page)

    expect(page.locator(SAVED)).to_be_visible()
    page.locator("[data-open-dialog=letter-test]").click()
    page.locator("#letter-test button[type=submit]").click()
    expect(page.locator("#letter-test [data-told]")).to_contain_text("marketing@vauban.example")

    page.reload()
    expect(page.locator("#lt-subject")).to_have_value(re.compile("FirstName"))
    expect(picture).to_have_attribute("alt", "A plan of the house")


def test_a_ready_made_letter_says_what_is_left_to_fill_on_a_phone(house: str, visit: Visit) -> None:
    page = visit(house, "marketing@vauban.example", width=360)
    begun(page, "newsletter")
    expect(page.locator(".lt-nowhere")).to_have_count(3)
    page.locator("[data-mode=checks]").click()
    expect(page.locator("#letter-checks .lt-bad", has_text="Read the story")).to_be_visible()
    page.locator("[data-mode=write]").click()
    assert problems(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
