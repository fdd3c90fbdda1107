"""Mail comes in by real servers: LMTP and SMTP on loopback, and an IMAP mailbox; bounces are what it brings here."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from essor.domain.mailroom import intake, keeping, mailbox
from essor.domain.mailroom.models import Mail, Mailbox
from essor.domain.mailroom.tests.imap import Imap, free_port
from essor.domain.marketing.returns.incoming import Bounces
from essor.domain.marketing.returns.models import Bounce
from essor.domain.marketing.returns.tests import letters
from essor.domain.marketing.returns.tests.conftest import Sent
from essor.domain.marketing.sending import addresses
from essor.kernel.sealed import seal

pytestmark = pytest.mark.usefixtures("transactional_db")
RAW = letters.delivery(letters.failed("5.1.1", "550 5.1.1 User unknown"))


@pytest.mark.parametrize(("scheme", "client"), [("lmtp", smtplib.LMTP), ("smtp", smtplib.SMTP)])
def test_a_mail_for_a_bounce_address_is_kept_before_it_is_accepted(
    sent: Sent,
    scheme: str,
    client: type[smtplib.SMTP],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    row, port = sent(), free_port()
    to = addresses.envelope(row.pk, "bounces.vauban.example")
    settings.BOUNCES = f"{scheme}://127.0.0.1:{port}"
    (server,) = intake.doors()
    server.start()
    try:
        with client("127.0.0.1", port) as line:
            assert line.sendmail("<>", [to], RAW) == {}
            assert Mail.objects.get().envelope_to == to
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                line.sendmail("<>", ["somebody@else.example"], RAW)

            def away(*_args: object, **_more: object) -> None:
                raise OperationalError

            monkeypatch.setattr(keeping, "keep", away)
            with pytest.raises(smtplib.SMTPDataError, match="451"):
                line.sendmail("<>", [to], RAW + b"again")
    finally:
        server.stop()


@pytest.mark.parametrize("address", ["", "lmtp://127.0.0.1", "http://127.0.0.1:25"])
def test_a_wrong_address_of_the_door_is_said(address: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        intake.door(address, [Bounces()])


def test_a_mailbox_is_emptied_of_its_bounces_each_once(sent: Sent, imap: Imap) -> None:
    row = sent()
    to = addresses.envelope(row.pk, "bounces.vauban.example")
    box = Mailbox.objects.create(
        taker=Bounces.name,
        host="127.0.0.1",
        port=imap.port,
        security="none",
        username="ana",
        password=seal("s3cret"),
    )
    mailbox.fetch.call()  # the mails that the server had of its own
    before = Mail.objects.count()
    imap.put(letters.delivery(letters.failed("5.1.1", "550 5.1.1 User unknown"), to=to))
    mailbox.fetch.call()
    mailbox.fetch.call()
    assert Mail.objects.count() == before + 1
    assert imap.unread() == 0
    keeping.handle.call()
    assert Bounce.objects.get().recipient_id == row.pk
    box.refresh_from_db()
    assert box.problem == ""


def test_what_is_wrong_with_a_mailbox_is_written_on_it(imap: Imap) -> None:
    good = {
        "taker": Bounces.name,
        "host": "127.0.0.1",
        "port": imap.port,
        "security": "none",
        "username": "ana",
    }
    Mailbox.objects.create(**good, password=seal("wrong"))
    Mailbox.objects.create(**good, password=seal("s3cret"), folder="Nowhere")
    mailbox.fetch.call()
    refused, nowhere = (box.problem for box in Mailbox.objects.order_by("pk"))
    assert "AUTHENTICATIONFAILED" in refused
    assert "b'" not in refused
    assert "Nowhere" in nowhere
