"""The campaign's story in its full size: a real server with its worker, a real mail server, clicks and bounces over the net."""

from __future__ import annotations

import os
import smtplib
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from urllib.parse import urlencode

from django.db.models import Count, Q

from bench.figure import Figure
from bench.people import actor
from bench.server import HOST, Caller, serving
from bench.stores import Store
from essor.domain.activities.models import Task
from essor.domain.marketing.audience import count
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.consent.models import Suppression
from essor.domain.marketing.returns.models import Bounce, OptOut
from essor.domain.marketing.sending import domains, launch
from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.states import SENT
from essor.domain.marketing.sending.tests.sink import sink
from essor.domain.marketing.tracking import reading
from essor.domain.marketing.tracking.models import OPENED, Hit
from essor.domain.public_forms.strangers import SHORTEST
from tests import story

SIZES = story.Sizes(
    everybody=50_000, directors=5_000, refused=20, bounced=80, out=50, clicked=100, responded=10
)
OPENS, PATIENCE = 1_500, 300.0
BACK = SIZES.refused + SIZES.bounced
FORM = "application/x-www-form-urlencoded"
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"}


class Clock:
    """Turns what was counted and what was expected into figures, with the seconds that a chapter took."""

    def __init__(self) -> None:
        """Start."""
        self._begin = time.perf_counter()

    def figure(self, what: str, found: object, wanted: object) -> Figure:
        """Return a chapter's figure and begin the next one."""
        spent, self._begin = time.perf_counter() - self._begin, time.perf_counter()
        return Figure(
            f"story: {what}", str(found), f"{spent:.1f} s", target=str(wanted), reached=found == wanted
        )


def measure(store: Store) -> Iterator[Figure]:
    """Yield each chapter: what came of it, and (as “raw”) how long it took."""
    me = actor()
    with socket.socket() as free:
        free.bind((HOST, 0))
        door = free.getsockname()[1]
    os.environ["ESSOR_BOUNCES"] = f"smtp://{HOST}:{door}"
    domains.add("vauban.example")
    with sink() as mail_server, serving(store) as server:
        story.contacts(me, SIZES)
        clock = Clock()
        mailing = story.mailing_to_directors(me, mail_server, SIZES)
        counted = count.counted(launch.audience_of(mailing), me)
        yield clock.figure(
            f"audience of a segment of {SIZES.everybody:,} contacts", counted.mailable, SIZES.directors
        )
        launch.launch(me, mailing.pk)
        yield clock.figure("launched: recipients frozen", mailing.recipients.count(), SIZES.directors)
        _until(lambda: ListEmail.objects.get(pk=mailing.pk).status == SENT)
        yield clock.figure("taken by the mail server", len(mail_server.got), SIZES.accepted)
        mails = {
            to.partition("@")[0]: (sender, message_from_bytes(data)) for sender, to, data in mail_server.got
        }
        yield from _answers(clock, mailing, mails, server.port, door)
        with _calling(server.port) as caller:
            page = story.page_of(me, mailing)
            responded = story.respond(mailing, page, SIZES, _asking(caller), lambda: time.sleep(SHORTEST + 1))
        yield clock.figure("white papers downloaded", len(responded), SIZES.responded)
        made = story.call(me, mailing)
        yield clock.figure("who clicked and did not respond: calls", made, SIZES.warm)
        assert Task.objects.filter(task_subtype="Call", subject="White paper").count() == made
        yield clock.figure(
            "an opportunity won: return in percent", story.sell(me, mailing, responded[0]), 1_100.0
        )


def _answers(
    clock: Clock, mailing: ListEmail, mails: dict[str, tuple[str, Message]], port: int, door: int
) -> Iterator[Figure]:
    """Let people and their servers answer over the net."""
    members = CampaignMember.objects.filter(campaign_id=mailing.campaign_id)
    with smtplib.SMTP(HOST, door) as line:
        for number in range(SIZES.refused, BACK):
            sender, mail = mails[f"p{number}"]
            line.sendmail("", [sender], story.report_of(mail))
    ours = Bounce.objects.filter(list_email_id=mailing.pk)
    _until(lambda: members.filter(bounced_date__isnull=False).count() >= BACK and ours.count() >= BACK)
    yield clock.figure("bounces, refusals among them", ours.count(), BACK)
    yield clock.figure(
        "addresses blocked by them",
        Suppression.objects.filter(address__endswith="@dest.example").count(),
        BACK,
    )
    delivered = members.aggregate(
        n=Count("pk", filter=Q(sent_date__isnull=False, bounced_date__isnull=True))
    )["n"]
    yield clock.figure("delivered", delivered, SIZES.accepted - SIZES.bounced)
    readers = [mails[f"p{number}"][1] for number in range(BACK, SIZES.directors)]
    with _calling(port) as caller:
        for mail in readers[-SIZES.out :]:
            status, _body = caller.request(
                "POST", story.way_out_of(mail), b"List-Unsubscribe=One-Click", FORM
            )
            assert status == 204, status
        yield clock.figure("opted out by one click", OptOut.objects.count(), SIZES.out)
        for mail in readers[:OPENS]:
            assert caller.request("GET", story.picture_of(mail))[0] == 200
        for mail in readers[: SIZES.clicked]:
            assert caller.request("GET", story.link_of(mail))[0] == 302
    _until(lambda: Hit.objects.filter(list_email_id=mailing.pk).count() >= OPENS + SIZES.clicked)
    yield clock.figure("opened", reading.by_link(mailing.pk)[OPENED].people, OPENS)
    yield clock.figure("clicked", reading.clicked(mailing.pk).people, SIZES.clicked)
    _until(lambda: members.filter(first_clicked_date__isnull=False).count() >= SIZES.clicked)
    yield clock.figure(
        "clicks of people, after the verdict",
        members.filter(first_clicked_date__isnull=False).count(),
        SIZES.clicked,
    )


@contextmanager
def _calling(port: int) -> Iterator[Caller]:
    caller = Caller(port, AGENT)
    try:
        yield caller
    finally:
        caller.close()


def _asking(caller: Caller) -> story.Ask:
    def ask(method: str, path: str, form: Mapping[str, str]) -> story.Answer:
        sent = urlencode(form).encode() if method == "POST" else None
        status, body = caller.request(method, path, sent, FORM)
        return status, caller.location, body

    return ask


def _until(true: Callable[[], bool]) -> None:
    """Wait until something is so; go on, for the figure to say so, when it is not after some minutes."""
    end = time.perf_counter() + PATIENCE
    while not true() and time.perf_counter() < end:
        time.sleep(0.1)
