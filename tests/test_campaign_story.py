"""From the contacts of a company to the ninety people to call, and to what the campaign earned: one story, over real servers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.activities.models import Task
from essor.domain.marketing import tokens
from essor.domain.marketing.audience import count, keep
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.campaigns import calls, members
from essor.domain.marketing.campaigns.influence import influence
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.consent.models import Policy, Suppression
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.returns import incoming
from essor.domain.marketing.returns.models import Bounce, OptOut
from essor.domain.marketing.returns.tests import letters
from essor.domain.marketing.sending import addresses, launch, runner
from essor.domain.marketing.sending.models import ListEmail, Recipient, Server
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.marketing.sending.tests.sink import Sink, sink
from essor.domain.marketing.tracking import destinations, keeping, reading, verdicts
from essor.domain.marketing.tracking.models import Hit
from essor.domain.marketing.tracking.recorder import Recorder, Seen
from essor.domain.sales.models import Contact
from essor.faces.web import hits
from essor.faces.web.campaigns.results import WARM
from essor.kernel import ids
from essor.kernel.tests.outbox import deliver
from essor.query import run
from essor.query.actions.segments import Step, save_segment
from essor.query.tree import All, Compare, Constant, Path, Query
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db
EVERYBODY, DIRECTORS, REFUSED, BOUNCED, OUT, CLICKED, RESPONDED = 500, 130, 8, 6, 5, 100, 10
AGENT = (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/133.0")
SOURCE = (
    "<p>Bonjour {{ FirstName }},</p><p><a href='https://vauban.example/white-paper'>Le livre blanc</a></p>"
    "<p><a href='{{ unsubscribe }}'>Se désabonner</a></p>"
)


@pytest.fixture
def server() -> Iterator[Sink]:
    """A mail server that does not know some of the directors."""
    with sink() as running:
        running.rcpt = {f"p{number}": "550 5.1.1 No such user" for number in range(REFUSED)}
        Server.objects.create(
            name="Loopback", host="127.0.0.1", port=running.port, security="none", connections=2
        )
        yield running


@pytest.fixture
def mailing(admin: Actor, server: Sink) -> ListEmail:
    """A mailing of a campaign to the directors among all contacts."""
    destinations.forget()
    Policy.objects.create(opens_need_consent=False, clicks_need_consent=False)
    contact = apps.get_model("sales", "Contact")
    contact.objects.bulk_create(
        contact(
            first_name=f"Ana {number}", last_name="Roux", name=f"Ana {number} Roux", email=f"p{number}@dest.example",
            title="Director" if number < DIRECTORS else "Clerk", owner_id=admin.user_id,
        )
        for number in range(EVERYBODY)
    )  # fmt: skip
    directors = Compare(Path(("Title",)), "eq", (Constant("Director", "text"),))
    segment = save_segment(
        admin, object_name="Contact", name="Directors", steps=[Step("Directors", directors)]
    )
    campaign = save(
        admin, Change("Campaign", {"Name": "White paper", "Type": "Email", "ActualCost": 1_000})
    ).id
    keep.save(admin, campaign, Audience((Part("segment", key=segment.pk),)))
    template = EmailTemplate.objects.create(
        name="White paper", subject="Votre livre blanc", template_type="html", html_value=SOURCE, language="fr",
        owner_id=admin.user_id,
    )  # fmt: skip
    values = {
        "Name": "White paper", "CampaignId": campaign, "EmailTemplateId": template.pk, "FromAddress": "zoe@vauban.example",
    }  # fmt: skip
    return ListEmail.objects.get(pk=save(admin, Change("ListEmail", values)).id)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder[Seen]:
    """Return a recorder without a thread: another connection does not see what this test has not committed."""
    own = Recorder(keeping.keep)
    monkeypatch.setattr(own, "_start", bool)
    monkeypatch.setattr(hits, "recorder", own)
    return own


def html_of(mail: Message) -> str:
    """Return the HTML part of a mail as its reader's program decodes it."""
    part = next(one for one in mail.walk() if one.get_content_type() == "text/html")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def path_of(pattern: str, text: str) -> str:
    """Return the first address of ours in a text, without its host."""
    found = re.search(pattern, text)
    assert found
    return found[1]


async def nothing() -> dict[str, str]:
    """Be a request without a body."""
    return {"type": "http.request"}


def follow(path: str) -> None:
    """Follow a link of a mail as a browser does."""
    hit = addresses.read_click(path.removeprefix("/l/"))
    assert hit is not None
    assert destinations.of(hit) == "https://vauban.example/white-paper"
    answer = asyncio.run(
        hits.click({"path": path, "method": "GET", "headers": [AGENT], "client": ("203.0.113.7", 1)}, nothing)
    )
    assert answer is not None
    assert dict(answer.headers)[b"location"] == b"https://vauban.example/white-paper"


def come_back(mails: list[Message]) -> None:
    """Have servers report that these mails reached nobody, and let everybody hear of it."""
    for mail in mails:
        report = letters.delivery(
            letters.failed("5.1.1", "550 5.1.1 User unknown"), message_id=str(mail["Message-ID"])
        )
        assert incoming.keep(report)
    incoming.handle.call()
    deliver()


def test_from_all_contacts_to_the_ninety_to_call_and_the_return(
    admin: Actor, mailing: ListEmail, server: Sink, client: Client, recorder: Recorder[Seen]
) -> None:
    counted = count.counted(launch.audience_of(mailing), admin)
    assert (counted.total, counted.mailable) == (DIRECTORS, DIRECTORS)

    # Sent: whom the server does not know comes back at once, others by a report that names the mail.
    launch.launch(admin, mailing.pk)
    runner.run(mailing.pk, seconds=60)
    mailing.refresh_from_db()
    delivered = DIRECTORS - REFUSED
    assert (mailing.status, mailing.total_sent, mailing.total_refused) == (SENT, delivered, REFUSED)
    mails = {to.partition("@")[0]: message_from_bytes(data) for _from, to, data in server.got}
    assert len(mails) == delivered
    come_back([mails[f"p{number}"] for number in range(REFUSED, REFUSED + BOUNCED)])
    assert Bounce.objects.count() == Suppression.objects.count() == REFUSED + BOUNCED
    assert Contact.objects.filter(email_bounced_date__isnull=False).count() == REFUSED + BOUNCED

    # Ten unsubscribe by the button of their mail program, without seeing a page.
    readers = [mails[f"p{number}"] for number in range(REFUSED + BOUNCED, DIRECTORS)]
    for mail in readers[-OUT:]:
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = path_of(r"https?://[^/]+(/u/[^>]+)>", str(mail["List-Unsubscribe"]))
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 204
    assert OptOut.objects.count() == OUT

    # The mail is shown in the browser as it came; nobody else's token opens it.
    path = f"/v/{tokens.make(addresses.BROWSER, Recipient.objects.get(address='p30@dest.example').pk)}"
    page = client.get(path)
    assert "Bonjour Ana 30" in page.content.decode()
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert client.get(path + "x").status_code == 404

    # A hundred follow the link; the verdict that they are people comes half a minute later.
    for mail in readers[:CLICKED]:
        follow(path_of(r'href="https?://[^/]+(/l/[^"]+)"', html_of(mail).replace("'", '"')))
    recorder.flush()
    assert reading.clicked(mailing.pk).people == CLICKED
    Recipient.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    Hit.objects.update(at=timezone.now() - timedelta(minutes=1))
    verdicts.settle.call()
    deliver()

    # Ten download the white paper: they have responded.
    own = Compare(Path(("CampaignId",)), "eq", (Constant(mailing.campaign_id),))
    clicked = CampaignMember.objects.filter(first_clicked_date__isnull=False).order_by("pk")
    assert clicked.count() == CLICKED
    assert CampaignMember.objects.filter(sent_date__isnull=False).count() == delivered
    responded = list(clicked.values_list("pk", flat=True)[:RESPONDED])
    assert members.set_status(admin, responded, "Responded") == RESPONDED

    # The ninety who clicked and did not respond are handed to sales, a call each.
    ninety = [row["Id"] for row in run.rows(admin, Query("CampaignMember", where=All((own, WARM))))]
    assert len(ninety) == CLICKED - RESPONDED
    called = calls.call(admin, "CampaignMember", ninety, subject="White paper", day=timezone.localdate())
    assert called.made == Task.objects.filter(task_subtype="Call").count() == CLICKED - RESPONDED

    # One of those who responded buys.
    buyer = CampaignMember.objects.get(pk=responded[0]).contact_id
    assert buyer is not None
    deal = {
        "Name": "Façade", "StageName": "Closed Won", "CloseDate": timezone.localdate().isoformat(), "Amount": 12_000,
        "ContactId": ids.encode("003", buyer), "CampaignId": mailing.campaign_id,
    }  # fmt: skip
    save(admin, Change("Opportunity", deal))
    assert mailing.campaign_id is not None
    found = influence(admin, [mailing.campaign_id])[mailing.campaign_id]["EUR"]
    assert (found.won_deals, found.touched_won) == (1, 1_200_000)
    assert found.roi("first", 100_000) == pytest.approx(1_100)
    assert Recipient.objects.filter(state=State.BOUNCED).count() == BOUNCED
