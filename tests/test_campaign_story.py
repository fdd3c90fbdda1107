"""From the contacts of a company to the ninety people to call, and to what the campaign earned: one story, over real servers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email import message_from_bytes
from email.message import Message

import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.activities.models import Task
from essor.domain.mailroom import keeping as mailroom
from essor.domain.marketing import tokens
from essor.domain.marketing.audience import count
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.consent.models import Suppression
from essor.domain.marketing.returns.models import Bounce, OptOut
from essor.domain.marketing.sending import addresses, launch, runner
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.marketing.sending.tests.sink import Sink, sink
from essor.domain.marketing.tracking import destinations, keeping, reading, verdicts
from essor.domain.marketing.tracking.keeping import Seen
from essor.domain.marketing.tracking.models import Hit
from essor.domain.marketing.tracking.recorder import Recorder
from essor.domain.public_forms import strangers
from essor.domain.sales.models import Contact
from essor.faces.web import hits
from essor.kernel.tests.outbox import deliver
from tests import story

pytestmark = pytest.mark.django_db
SIZES = story.Sizes(everybody=500, directors=130, refused=8, bounced=6, out=5, clicked=100, responded=10)
BACK = SIZES.refused + SIZES.bounced
AGENT = (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/133.0")


@pytest.fixture
def server() -> Iterator[Sink]:
    """A mail server."""
    with sink() as running:
        yield running


@pytest.fixture
def mailing(admin: Actor, server: Sink) -> ListEmail:
    """A mailing of a campaign to the directors among all contacts."""
    story.contacts(admin, SIZES)
    return story.mailing_to_directors(admin, server, SIZES)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder[Seen]:
    """Return a recorder without a thread: another connection does not see what this test has not committed."""
    own = Recorder(keeping.keep)
    monkeypatch.setattr(own, "_start", bool)
    monkeypatch.setattr(hits, "recorder", own)
    return own


async def nothing() -> dict[str, str]:
    """Be a request without a body."""
    return {"type": "http.request"}


def follow(path: str) -> None:
    """Follow a link of a mail as a browser does."""
    hit = addresses.read_click(path.removeprefix("/l/"))
    assert hit is not None
    assert destinations.of(hit) == story.TARGET
    answer = asyncio.run(
        hits.click({"path": path, "method": "GET", "headers": [AGENT], "client": ("203.0.113.7", 1)}, nothing)
    )
    assert answer is not None
    assert dict(answer.headers)[b"location"] == story.TARGET.encode()


def asking(client: Client) -> story.Ask:
    """Return how somebody's browser asks for a page, or sends a form."""

    def ask(method: str, path: str, form: Mapping[str, str]) -> story.Answer:
        answer = client.post(path, form) if method == "POST" else client.get(path)
        body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        return answer.status_code, answer.headers.get("Location", ""), body

    return ask


def come_back(mails: list[Message]) -> None:
    """Have servers report that these mails reached nobody, and let everybody hear of it."""
    for mail in mails:
        assert mailroom.keep("returns", story.report_of(mail))
    mailroom.handle.call()
    deliver()


def test_from_all_contacts_to_the_ninety_to_call_and_the_return(
    admin: Actor,
    mailing: ListEmail,
    server: Sink,
    client: Client,
    recorder: Recorder[Seen],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = count.counted(launch.audience_of(mailing), admin)
    assert (counted.total, counted.mailable) == (SIZES.directors, SIZES.directors)

    # Sent: whom the server does not know comes back at once, others by a report that names the mail.
    launch.launch(admin, mailing.pk)
    runner.run(mailing.pk, seconds=60)
    mailing.refresh_from_db()
    assert (mailing.status, mailing.total_sent, mailing.total_refused) == (
        SENT,
        SIZES.accepted,
        SIZES.refused,
    )
    mails = {to.partition("@")[0]: message_from_bytes(data) for _from, to, data in server.got}
    assert len(mails) == SIZES.accepted
    come_back([mails[f"p{number}"] for number in range(SIZES.refused, BACK)])
    assert Bounce.objects.count() == Suppression.objects.count() == BACK
    assert Contact.objects.filter(email_bounced_date__isnull=False).count() == BACK

    # Some unsubscribe by the button of their mail program, without seeing a page.
    readers = [mails[f"p{number}"] for number in range(BACK, SIZES.directors)]
    for mail in readers[-SIZES.out :]:
        assert client.post(story.way_out_of(mail), {"List-Unsubscribe": "One-Click"}).status_code == 204
    assert OptOut.objects.count() == SIZES.out

    # The mail is shown in the browser as it came; nobody else's token opens it.
    path = f"/v/{tokens.make(addresses.BROWSER, Recipient.objects.get(address='p30@dest.example').pk)}"
    page = client.get(path)
    assert "Bonjour Ana 30" in page.content.decode()
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert client.get(path + "x").status_code == 404

    # A hundred follow the link; the verdict that they are people comes half a minute later.
    for mail in readers[: SIZES.clicked]:
        follow(story.link_of(mail))
    recorder.flush()
    assert reading.clicked(mailing.pk).people == SIZES.clicked
    Recipient.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    Hit.objects.update(at=timezone.now() - timedelta(minutes=1))
    verdicts.settle.call()
    deliver()
    assert CampaignMember.objects.filter(sent_date__isnull=False).count() == SIZES.accepted
    assert CampaignMember.objects.filter(bounced_date__isnull=False).count() == BACK

    # Ten fill in the form and take the white paper; the ninety others are handed to sales, a call each; one of the ten buys.
    monkeypatch.setattr(strangers, "SHORTEST", 0)
    page = story.page_of(admin, mailing)
    responded = story.respond(mailing, page, SIZES, asking(client), read=lambda: None)
    assert story.call(admin, mailing) == Task.objects.filter(task_subtype="Call").count() == SIZES.warm
    assert story.sell(admin, mailing, responded[0]) == pytest.approx(1_100)
    assert Recipient.objects.filter(state=State.BOUNCED).count() == SIZES.bounced
