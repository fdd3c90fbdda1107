"""How long it takes until a click or a bounce shows on the page of its mailing, and a bounce in its campaign's funnel.

A real server and worker; bounces come in by SMTP through the server's own door. The parts of the page are fetched as the
page fetches them, again and again, until they say something else.
"""

from __future__ import annotations

import os
import smtplib
import socket
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import transaction

from bench.clients import session
from bench.figure import Figure
from bench.mailing import mailing_to
from bench.people import actor
from bench.server import HOST, Caller, serving
from bench.stores import Store
from essor.domain.marketing.consent.models import Policy
from essor.domain.marketing.returns.tests import letters
from essor.domain.marketing.sending import addresses, freezing
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.marketing.sending.told import Whom, tell
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

TIMES, PATIENCE, PAUSE, QUIET, REACH = 10, 60.0, 0.02, 0.5, 2.0  # seconds
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


def measure(store: Store) -> Iterator[Figure]:
    """Yield the longest of some times for each of the three."""
    Policy.objects.update_or_create(pk=1, defaults={"clicks_need_consent": False})
    mailing = _sent(3 * TIMES)
    with socket.socket() as free:
        free.bind((HOST, 0))
        door = free.getsockname()[1]
    os.environ["ESSOR_BOUNCES"] = f"smtp://{HOST}:{door}"
    hits = f"/r/{ids.encode('0XB', mailing.pk)}/hits"
    progress = f"/r/{ids.encode('0XB', mailing.pk)}/progress"
    funnel = f"/r/{ids.encode('701', mailing.campaign_id or 0)}/results"
    people = iter(mailing.recipients.order_by("pk"))
    with serving(store) as server:
        page = Caller(server.port, {"Cookie": session("admin")})
        stranger = Caller(server.port, {"User-Agent": AGENT})

        def click() -> None:
            path = addresses.click(next(people).pk, mailing.pk, 0).removeprefix(settings.SITE_URL)
            status, _body = stranger.request("GET", path)
            assert status == 302, status

        def bounce() -> None:
            report = letters.delivery(letters.failed("5.1.1", "550 5.1.1 User unknown"))
            with smtplib.SMTP(HOST, door) as line:
                line.sendmail("", [addresses.envelope(next(people).pk, "bounce.vauban.example")], report)

        _changed(
            page, funnel, lambda: None
        )  # the members of the campaign come with the news that they were mailed
        for what, act, path in (
            ("click on the page of its mailing", click, hits),
            ("bounce on the page of its mailing", bounce, progress),
            ("bounce in the funnel of its campaign", bounce, funnel),
        ):
            spent = [_changed(page, path, act) for _time in range(TIMES)]
            yield Figure(
                f"{what}: seen after, the longest of {TIMES}",
                f"{max(spent):.2f} s",
                target="<= 2 s",
                reached=max(spent) <= REACH,
            )


def _sent(number: int) -> ListEmail:
    """Return a mailing of a campaign that so many got a while ago."""
    mailing = mailing_to(number)
    campaign = save(actor(), Change("Campaign", {"Name": "Bench", "Type": "Email"})).id
    ListEmail.objects.filter(pk=mailing.pk).update(campaign_id=campaign, status=SENT)
    Recipient.objects.filter(list_email=mailing).update(state=State.SENT, code=250)
    freezing.count(mailing.pk)
    with transaction.atomic():
        tell(
            "mail.sent",
            mailing.pk,
            [Whom(one.pk, one.kind, one.person_id) for one in mailing.recipients.all()],
        )
    mailing.refresh_from_db()
    return mailing


def _changed(page: Caller, path: str, act: Callable[[], None]) -> float:
    """Do something and return the seconds until this part of a page is another one."""
    before = _quiet(page, path)
    act()
    begin = time.perf_counter()
    while time.perf_counter() < begin + PATIENCE:
        if page.request("GET", path)[1] != before:
            return time.perf_counter() - begin
        time.sleep(PAUSE)
    return float("inf")


def _quiet(page: Caller, path: str) -> bytes:
    """Return what a part of a page says once it has said the same for half a second."""
    before, since = b"", time.perf_counter()
    while time.perf_counter() < since + QUIET:
        status, now = page.request("GET", path)
        assert status == 200, (status, now[:200])
        if now != before:
            before, since = now, time.perf_counter()
        time.sleep(PAUSE)
    return before
