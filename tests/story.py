"""The story of a campaign, from all contacts of a company to the few people to call: told small by a test, in full by a bench."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from html import unescape

from django.apps import apps
from django.utils import timezone

from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.feed import attach
from essor.domain.marketing.audience import keep
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.campaigns import calls
from essor.domain.marketing.campaigns.influence import influence, roi
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.consent.models import Policy
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.marketing.returns.tests import letters
from essor.domain.marketing.sending.models import ListEmail, Server
from essor.domain.marketing.sending.tests.sink import Sink
from essor.faces.web.campaigns.results import WARM
from essor.kernel import ids
from essor.query import run
from essor.query.actions.segments import Step, save_segment
from essor.query.tree import All, Compare, Constant, Path, Query
from essor.records.change import Change
from essor.records.save import save

TARGET = "https://vauban.example/white-paper"
SOURCE = (
    "<p>Bonjour {{ FirstName }},</p><p><a href='" + TARGET + "'>Le livre blanc</a></p>"
    "<p><a href='{{ unsubscribe }}'>Se désabonner</a></p>"
)
CHUNK = 5_000
PAPER = b"%PDF-1.4\n%%EOF\n"
Answer = tuple[int, str, bytes]  # status, where it leads, body
Ask = Callable[[str, str, Mapping[str, str]], Answer]  # method, path, form


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many people there are, are directors, are refused at once, bounce later, opt out, click, and respond."""

    everybody: int
    directors: int
    refused: int
    bounced: int
    out: int
    clicked: int
    responded: int

    @property
    def accepted(self) -> int:
        """How many mails the server takes."""
        return self.directors - self.refused

    @property
    def warm(self) -> int:
        """How many click and do not respond."""
        return self.clicked - self.responded


def contacts(actor: Actor, sizes: Sizes) -> None:
    """Make the company's contacts, the directors first."""
    contact = apps.get_model("sales", "Contact")
    for start in range(0, sizes.everybody, CHUNK):
        contact.objects.bulk_create(
            contact(
                first_name=f"Ana {number}",
                last_name="Roux",
                name=f"Ana {number} Roux",
                email=f"p{number}@dest.example",
                title="Director" if number < sizes.directors else "Clerk",
                owner_id=actor.user_id,
            )
            for number in range(start, min(start + CHUNK, sizes.everybody))
        )


def mailing_to_directors(actor: Actor, server: Sink, sizes: Sizes) -> ListEmail:
    """Set up all that the story needs, and the mailing; the mail server does not know some of the directors."""
    server.rcpt = {f"p{number}": "550 5.1.1 No such user" for number in range(sizes.refused)}
    Server.objects.create(name="Loopback", host="127.0.0.1", port=server.port, security="none", connections=2)
    Policy.objects.update_or_create(
        pk=1, defaults={"opens_need_consent": False, "clicks_need_consent": False}
    )
    directors = Compare(Path(("Title",)), "eq", (Constant("Director", "text"),))
    segment = save_segment(
        actor, object_name="Contact", name="Directors", steps=[Step("Directors", directors)]
    )
    campaign = save(
        actor, Change("Campaign", {"Name": "White paper", "Type": "Email", "ActualCost": 1_000})
    ).id
    keep.save(actor, campaign, Audience((Part("segment", key=segment.pk),)))
    template = EmailTemplate.objects.create(
        name="White paper",
        subject="Votre livre blanc",
        template_type="html",
        html_value=SOURCE,
        language="fr",
        owner_id=actor.user_id,
    )
    values = {
        "Name": "White paper",
        "CampaignId": campaign,
        "EmailTemplateId": template.pk,
        "FromAddress": "zoe@vauban.example",
    }
    return ListEmail.objects.get(pk=save(actor, Change("ListEmail", values)).id)


def link_of(mail: Message) -> str:
    """Return the path of the link in a mail."""
    return _path(r'href="https?://[^/]+(/l/[^"]+)"', html_of(mail).replace("'", '"'))


def picture_of(mail: Message) -> str:
    """Return the path of the invisible picture in a mail."""
    return _path(r'src="https?://[^/]+(/p/[^"]+)"', html_of(mail).replace("'", '"'))


def way_out_of(mail: Message) -> str:
    """Return the path that the button of a mail program posts to."""
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return _path(r"https?://[^/]+(/u/[^>]+)>", str(mail["List-Unsubscribe"]))


def report_of(mail: Message) -> bytes:
    """Return a server's report that a mail reached nobody."""
    words = letters.failed("5.1.1", "550 5.1.1 User unknown")
    return letters.delivery(words, message_id=str(mail["Message-ID"]))


def html_of(mail: Message) -> str:
    """Return the part of a mail that mail programs show."""
    part = next(one for one in mail.walk() if one.get_content_type() == "text/html")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def _path(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found
    return found[1]


def page_of(actor: Actor, mailing: ListEmail) -> LandingPage:
    """Put the page online that gives the white paper to whoever fills in its form."""
    page = save(
        actor,
        Change(
            "LandingPage",
            {
                "Name": "White paper",
                "Title": "Le livre blanc",
                "Language": "fr",
                "CampaignId": mailing.campaign_id,
            },
        ),
    ).id
    file = attach.attach(actor, current.get().object("LandingPage"), page, "livre-blanc.pdf", [PAPER])
    save(actor, Change("LandingPage", {"IsActive": True, "ContentDocumentId": file}, id=page))
    return LandingPage.objects.get(pk=page)


def respond(
    mailing: ListEmail, page: LandingPage, sizes: Sizes, ask: Ask, read: Callable[[], None]
) -> list[int]:
    """Let some of those who clicked fill in the form and take the file; return the keys of these members.

    They all open the page, `read` it for as long as people do, and send the form that it showed.
    """
    clicked = CampaignMember.objects.filter(campaign_id=mailing.campaign_id, first_clicked_date__isnull=False)
    assert clicked.count() == sizes.clicked
    rows = clicked.order_by("pk").values_list("pk", "contact__last_name", "contact__email")
    some = list(rows[: sizes.responded])
    opened = [_seen(ask("GET", f"/lp/{page.url_key}/{page.slug}", {})) for _one in some]
    read()
    for form, (_key, name, address) in zip(opened, some, strict=True):
        typed = {"LastName": name or "", "Company": "Roux et filles", "Email": address or ""}
        status, place, _body = ask("POST", _path(r'action="([^"#]+)', form), {**_hidden(form), **typed})
        assert status == 302, status
        file = _path(r'href="(/lp/[^"]+/file/[^"]+)"', _seen(ask("GET", place, {})))
        assert ask("GET", file, {})[2] == PAPER
    keys = [key for key, _name, _address in some]
    assert set(clicked.filter(has_responded=True).values_list("pk", flat=True)) == set(keys)
    return keys


def _seen(answer: Answer) -> str:
    status, _place, body = answer
    assert status == 200, status
    return body.decode()


def _hidden(html: str) -> dict[str, str]:
    """Return what a form carries along unseen."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", html):
        value = re.search(r'value="([^"]*)"', tag)
        found[_path(r'name="([^"]+)"', tag)] = unescape(value[1]) if value else ""
    return found


def call(actor: Actor, mailing: ListEmail) -> int:
    """Hand those who clicked and did not respond to sales; return how many calls that makes."""
    own = Compare(Path(("CampaignId",)), "eq", (Constant(mailing.campaign_id),))
    warm = [row["Id"] for row in run.rows(actor, Query("CampaignMember", where=All((own, WARM))))]
    return calls.call(actor, "CampaignMember", warm, subject="White paper", day=timezone.localdate()).made


def sell(actor: Actor, mailing: ListEmail, member: int) -> float | None:
    """Win an opportunity of 12,000 with a member; return the campaign's return on its cost of 1,000, in percent."""
    buyer = CampaignMember.objects.get(pk=member).contact_id
    assert buyer is not None
    account = save(actor, Change("Account", {"Name": "Toits et Façades", "Industry": "Construction"})).id
    deal = {
        "Name": "Façade",
        "StageName": "Closed Won",
        "CloseDate": timezone.localdate().isoformat(),
        "Amount": 12_000,
        "ContactId": ids.encode("003", buyer),
        "CampaignId": mailing.campaign_id,
        "AccountId": account,
        "NextStep": "Facture",
    }
    save(actor, Change("Opportunity", deal))
    assert mailing.campaign_id is not None
    found = influence(actor, [mailing.campaign_id])[mailing.campaign_id]["EUR"]
    assert (found.won_deals["first"], found.won["first"]) == (1, 1_200_000)
    return roi(found.won["first"], 100_000)
