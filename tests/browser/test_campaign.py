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
from essor.domain.marketing.tracking.verdicts import EARLY
from essor.domain.public_forms.strangers import SHORTEST
from essor.project.testing import start_with_tables
from tests import story
from tests.browser.house import command, free_port, make_administrator, running

Visit = Callable[..., Page]
CONTACTS, UNKNOWN, BACK, OUT, CLICKED = 12, 1, 1, 1, 4  # one of those who clicked takes the paper
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"  # one without a screen is a machine
LETTER = """<!doctype html><html lang="en"><body><p>Hello {{ FirstName or "you" }},</p>
<p><a href="%s">The white paper</a></p><p><a href="{{ unsubscribe }}">Unsubscribe</a></p></body></html>"""
VERDICT = 240_000  # milliseconds: half a minute by design, and the work on a slow machine


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
        page.locator(".form-foot .btn-primary").click()
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
    saved(page, "/setup/sending/domain", name="vauban.example")
    page.goto("/setup/consent")
    page.locator("[name=clicks_need_consent][type=checkbox]").uncheck()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator(".form-foot .btn-primary").click()
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
        page.locator(".form-foot .btn-primary").click()
    assert answer.value.status < 400
    expect(page.get_by_text("Open the page")).to_be_visible()
    return page.locator(".web-form-address").inner_text().strip()


def written(page: Page, link: str) -> None:
    """Write the letter of a mailing in expert mode, and come back."""
    page.get_by_role("link", name="Write a new e-mail").click()
    page.locator("button[name=from][value=html]").click()
    page.wait_for_url(re.compile(r"/letters/00X"))
    shown = page.frame_locator("iframe").first
    expect(shown.get_by_text("Ana 0")).to_be_visible()
    page.fill("#lt-source", LETTER % link)
    expect(shown.get_by_text("The white paper")).to_be_visible()
    expect(page.locator("[data-saved=saved]")).to_be_visible()
    page.get_by_role("link", name=re.compile("Back")).first.click()
    page.wait_for_url(re.compile("/launch"))


def launched(page: Page, campaign: str, link: str) -> None:
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
    written(page, link)
    page.locator(".launch-letter summary").click()
    page.fill("[name=Subject]", "Our white paper")
    page.fill("[name=FromAddress]", "zoe@vauban.example")
    page.locator(".launch-letter").get_by_role("button", name="Save").click()
    page.get_by_role("button", name=f"Launch to {CONTACTS} people").click()
    page.wait_for_url(re.compile(r"/r/0XB\w+/$"))


def reader(company: Company, chromium: Browser, number: int) -> Page:
    """Open the mail of a contact as their mail program shows it."""
    page = chromium.new_context(user_agent=AGENT).new_page()
    page.set_content(story.html_of(company.mail_to(number)))
    return page


def takes_the_paper(page: Page, number: int) -> None:
    """Fill in the form of the landing page and fetch the file."""
    page.fill("[name=LastName]", "Roux")
    page.fill("[name=Company]", "Roux et filles")
    page.fill("[name=Email]", f"p{number}@dest.example")
    page.wait_for_timeout(SHORTEST * 1_000)  # nobody fills in a form sooner
    page.locator("button[type=submit]").click()
    page.wait_for_url(re.compile(r"/thanks/"))
    with page.expect_download() as download:
        page.locator("a[href*='/file/']").click()
    assert Path(download.value.path()).read_bytes() == story.PAPER


def test_from_the_plan_to_the_people_to_call(company: Company, visit: Visit, chromium: Browser) -> None:
    page = visit(company.address, "ana@example.fr", language="en")
    campaign = prepared(page, company)
    launched(page, campaign, landing_page(page, company, campaign))
    expect(page.get_by_text(f"{CONTACTS} of {CONTACTS}")).to_be_visible(timeout=VERDICT)
    page.wait_for_timeout(EARLY.total_seconds() * 1_000)  # nobody has read a mail sooner

    back, out, *clicks = range(UNKNOWN, UNKNOWN + BACK + OUT + CLICKED)
    company.send_back(back)
    leaving = reader(company, chromium, out)
    leaving.click("text=Unsubscribe")
    leaving.get_by_role("button", name="Yes, unsubscribe").click()
    expect(leaving.get_by_text("unsubscribed").first).to_be_visible()
    readers = [reader(company, chromium, number) for number in clicks]
    for one in readers:
        one.click("text=The white paper")
        one.wait_for_url(re.compile(r"/lp/"))
        expect(one.locator("h1")).to_have_text("The white paper")
    takes_the_paper(readers[0], clicks[0])

    page.goto(f"/r/{campaign}/")
    warm = f"{CLICKED - 1} people clicked and did not respond"
    expect(page.locator(".cp-warm")).to_contain_text(warm, timeout=VERDICT)
    funnel = page.locator(".cp-funnel")
    for label, number in (
        ("Bounced", UNKNOWN + BACK),
        ("Opted out", OUT),
        ("Clicked", CLICKED),
        ("Responded", 1),
    ):
        expect(funnel.locator(".cp-step", has_text=label).locator(".cp-value")).to_have_text(
            str(number), timeout=VERDICT
        )
    with page.expect_response(re.compile("/call-tasks")):
        page.get_by_role("button", name="Create call tasks for them").click()
    page.goto("/o/Task/")
    expect(page.locator("td.cell-primary a")).to_have_count(CLICKED - 1)
    for one in (leaving, *readers):
        one.context.close()
