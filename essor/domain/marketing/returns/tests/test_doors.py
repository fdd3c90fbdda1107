"""Bounces come in by real servers: LMTP and SMTP on loopback, and an IMAP mailbox."""

from __future__ import annotations

import imaplib
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from essor.domain.marketing.returns import incoming, mailbox
from essor.domain.marketing.returns.intake import door
from essor.domain.marketing.returns.models import Bounce, Incoming, Mailbox
from essor.domain.marketing.returns.tests import letters
from essor.domain.marketing.returns.tests.conftest import Sent
from essor.domain.marketing.sending import addresses
from essor.kernel.sealed import seal

pytestmark = pytest.mark.usefixtures("transactional_db")
PYMAP = "import sys; from pymap.main import main; sys.exit(main())"
RAW = letters.delivery(letters.failed("5.1.1", "550 5.1.1 User unknown"))


def free_port() -> int:
    """Return a port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(("scheme", "client"), [("lmtp", smtplib.LMTP), ("smtp", smtplib.SMTP)])
def test_a_mail_for_a_bounce_address_is_kept_before_it_is_accepted(
    sent: Sent, scheme: str, client: type[smtplib.SMTP], monkeypatch: pytest.MonkeyPatch
) -> None:
    row, port = sent(), free_port()
    to = addresses.envelope(row.pk, "bounces.vauban.example")
    server = door(f"{scheme}://127.0.0.1:{port}")
    server.start()
    try:
        with client("127.0.0.1", port) as line:
            assert line.sendmail("<>", [to], RAW) == {}
            assert Incoming.objects.get().envelope_to == to
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                line.sendmail("<>", ["somebody@else.example"], RAW)

            def away(*_args: object) -> None:
                raise OperationalError

            monkeypatch.setattr(incoming, "keep", away)
            with pytest.raises(smtplib.SMTPDataError, match="451"):
                line.sendmail("<>", [to], RAW + b"again")
    finally:
        server.stop()


@pytest.mark.parametrize("address", ["", "lmtp://127.0.0.1", "http://127.0.0.1:25"])
def test_a_wrong_address_of_the_door_is_said(address: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        door(address)


@dataclass(frozen=True)
class Imap:
    """A running IMAP server with one user."""

    port: int

    def put(self, raw: bytes) -> None:
        """Put a mail into the inbox, unread."""
        with imaplib.IMAP4("127.0.0.1", self.port) as line:
            line.login("ana", "s3cret")
            line.append("INBOX", "", None, raw)  # type: ignore[arg-type]  # no date: now

    def unread(self) -> int:
        """Count the mails that nobody has read."""
        with imaplib.IMAP4("127.0.0.1", self.port) as line:
            line.login("ana", "s3cret")
            line.select("INBOX")
            return len(line.search(None, "UNSEEN")[1][0].split())


@pytest.fixture
def imap() -> Iterator[Imap]:
    """A real IMAP server (pymap) that keeps its mails in memory."""
    port = free_port()
    program = [
        sys.executable,
        "-c",
        PYMAP,
        "--no-tls",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-service",
        "managesieve",
        "dict",
        "--demo-data",
        "--demo-user",
        "ana",
        "--demo-password",
        "s3cret",
    ]
    server = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 -- our own program
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                imaplib.IMAP4("127.0.0.1", port).logout()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield Imap(port)
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_a_mailbox_is_emptied_of_its_bounces_each_once(sent: Sent, imap: Imap) -> None:
    row = sent()
    to = addresses.envelope(row.pk, "bounces.vauban.example")
    box = Mailbox.objects.create(
        host="127.0.0.1", port=imap.port, security="none", username="ana", password=seal("s3cret")
    )
    mailbox.fetch.call()  # the mails that the server had of its own
    before = Incoming.objects.count()
    imap.put(letters.delivery(letters.failed("5.1.1", "550 5.1.1 User unknown"), to=to))
    mailbox.fetch.call()
    mailbox.fetch.call()
    assert Incoming.objects.count() == before + 1
    assert imap.unread() == 0
    incoming.handle.call()
    assert Bounce.objects.get().recipient_id == row.pk
    box.refresh_from_db()
    assert box.problem == ""


def test_what_is_wrong_with_a_mailbox_is_written_on_it(imap: Imap) -> None:
    good = {"host": "127.0.0.1", "port": imap.port, "security": "none", "username": "ana"}
    Mailbox.objects.create(**good, password=seal("wrong"))
    Mailbox.objects.create(**good, password=seal("s3cret"), folder="Nowhere")
    mailbox.fetch.call()
    refused, nowhere = (box.problem for box in Mailbox.objects.order_by("pk"))
    assert "AUTHENTICATIONFAILED" in refused
    assert "b'" not in refused
    assert "Nowhere" in nowhere
