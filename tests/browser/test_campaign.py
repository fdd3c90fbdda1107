"""A campaign as its people live it: planned in the browser, sent by a real mail server, its links clicked, and called after."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from essor.domain.marketing.sending.tests.sink import Sink, sink
from essor.project.testing import start_with_tables
from tests import story
from tests.browser.house import command, free_port, make_administrator, running

Visit = Callable[..., Page]
CONTACTS, UNKNOWN, BACK, OUT, CLICKED = 12, 1, 1, 1, 4  # one of those who clicked takes the paper
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"  # one without a screen is a machine
LETTER = """<!doctype html><html lang="en"><body><p>Hello {{ FirstName or "you" }},</p>
<p><a href="%s">The white paper</a></p><p><a href="{{ unsubscribe }}">Unsubscribe</a></p></body></html>"""
VERDICT = 60_000  # milliseconds: half a minute by design, and the work


@dataclass(frozen=True, slots=True)
class Company:
    """An empty company with some contacts, its mail server, and the door at which mails come back."""

    address: str
    server: Sink
    door: int

    def mail_to(self, number: int) -> Message:
        """Return the mail that the contact of this number got."""
        return message_from_bytes(self._got(number)[2])

    def send_back(self, number: int) -> None:
        """Have the contact's server report that the mail reached nobody."""
        sender, _to, data = self._got(number)
        with smtplib.SMTP("127.0.0.1", self.door) as line:
            line.sendmail("", [sender], story.report_of(message_from_bytes(data)))

    def _got(self, number: int) -> tuple[str, str, bytes]:
        return next(one for one in self.server.got if one[1] == f"p{number}@dest.example")


@pytest.fixture
def company(chromium: Browser, tmp_path: Path, django_db_setup: None) -> Iterator[Company]:
    start_with_tables(tmp_path)
    make_administrator(tmp_path)
    people = "".join(f"Roux,Ana {number},p{number}@dest.example\n" for number in range(CONTACTS))
    (tmp_path / "people.csv").write_text(f"LastName,FirstName,Email\n{people}")
    command(tmp_path, "import", "Contact", str(tmp_path / "people.csv"))
    door = free_port()
    with (
        sink() as server,
        running(tmp_path, demo=False, settings={"ESSOR_BOUNCES": f"smtp://127.0.0.1:{door}"}) as address,
    ):
        server.rcpt = {f"p{number}": "550 5.1.1 No such user" for number in range(UNKNOWN)}
        yield Company(address, server, door)


def saved(page: Page, address: str, **values: str) -> str:
    """Fill in the form of an address and save it; return where that leads."""
    page.goto(address)
    for name, text in values.items():
        field = page.locator(f"main [name={name}]").last
        field.select_option(text) if field.evaluate("one => one.tagName") == "SELECT" else field.fill(text)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.locator("[data-save]").click()
    assert answer.value.status < 400, answer.value.status
    page.wait_for_url(lambda url: not url.endswith(address))
    return page.url


def prepared(page: Page, company: Company) -> str:
    """Set up what a campaign needs; return the id of the campaign."""
    saved(
        page,
        "/setup/sending/server",
        name="Loopback",
        host="127.0.0.1",
        port=str(company.server.port),
        security="none",
    )
    page.goto("/setup/consent")
    page.locator("[name=clicks_need_consent][type=checkbox]").uncheck()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("[data-save]").click()
    campaign = saved(page, "/o/Campaign/new", Name="White paper")
    return campaign.split("/r/")[1].split("/")[0]


def landing_page(page: Page, company: Company, campaign: str) -> str:
    """Put a page online that gives a file for a filled-in form; return its address."""
    made = saved(
        page, f"/o/LandingPage/new?CampaignId={campaign}", Name="White paper", Title="The white paper"
    )
    page.goto(f"/landing/{made.split('/r/')[1].split('/')[0]}/")
    page.set_input_files(
        "[name=file]", {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": story.PAPER}
    )
    page.locator("[name=IsActive][type=checkbox]").check()
    with page.expect_response(re.compile(r"/landing/")) as answer:
        page.locator("[data-save]").click()
    assert answer.value.status < 400
    expect(page.get_by_text("Open the page")).to_be_visible()
    return page.locator(".web-form-address").inner_text().strip()


def written(page: Page, link: str) -> None:
    """Write the letter in expert mode."""
    page.goto("/letters/new?language=en")
    page.locator("button[name=from][value=html]").click()
    page.wait_for_url(re.compile(r"/letters/00X\w{15}/$"))
    page.locator(".lt-source textarea, textarea.lt-source").first.fill(LETTER % link)
    expect(page.frame_locator("iframe").first.get_by_text("The white paper")).to_be_visible()
    expect(page.locator("[data-saved=saved]")).to_be_visible()


def launched(page: Page, campaign: str) -> None:
    """Let everybody of a new segment into the campaign and launch its mailing."""
    page.goto(f"/campaigns/{campaign}/audience")
    page.get_by_role("link", name="New segment: Contacts").first.click()
    page.locator("#page").get_by_role("button", name="New segment").first.click()
    page.wait_for_url(re.compile(r"/segments/\d+/"))
    page.goto(f"/campaigns/{campaign}/audience")
    page.select_option("#part-include", index=1)
    page.locator("button[name=do][value=include]").first.click()
    expect(page.locator(".cp-big strong")).to_have_text(str(CONTACTS))
    page.locator("#audience").get_by_role("button", name="New mailing").click()
    page.wait_for_url(re.compile("/launch"))
    page.select_option("[name=EmailTemplateId]", index=1)
    page.fill("[name=Subject]", "Our white paper")
    page.fill("[name=FromAddress]", "zoe@vauban.example")
    page.locator(".launch-letter").get_by_role("button", name="Save").click()
    page.get_by_role("button", name=f"Launch to {CONTACTS} people").click()
    page.wait_for_url(re.compile(r"/r/0XB\w+/$"))


def test_from_the_plan_to_the_people_to_call(company: Company, visit: Visit) -> None:
    page = visit(company.address, "ana@example.fr", language="en")
    campaign = prepared(page, company)
    link = landing_page(page, company, campaign)
    written(page, link)
    launched(page, campaign)
    page.screenshot(path="/tmp/essor/look/x1.png")
