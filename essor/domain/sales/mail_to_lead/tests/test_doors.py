"""Mails come in by real servers: LMTP on loopback, and the mailbox of an address."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest

from essor.domain.mailroom import intake as doors
from essor.domain.mailroom import keeping, mailbox
from essor.domain.mailroom.models import Mail, Mailbox
from essor.domain.mailroom.tests.imap import free_port, serving
from essor.domain.sales.mail_to_lead import verdicts
from essor.domain.sales.mail_to_lead.intakes import TAKER
from essor.domain.sales.mail_to_lead.models import Arrival, Intake, Outcome, Reason
from essor.domain.sales.mail_to_lead.tests.letters import letter
from essor.domain.sales.models import Lead
from essor.kernel.sealed import seal

pytestmark = pytest.mark.usefixtures("transactional_db")
FROM = "ana@emeraude-bois.example"


def test_our_mail_server_hands_mails_over(
    intake: Intake, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_IN = f"lmtp://127.0.0.1:{free_port()}"
    (server,) = doors.doors()
    server.start()
    try:
        with smtplib.LMTP("127.0.0.1", server.port) as line:
            line.ehlo()
            line.mail(FROM)
            for to in (intake.address, "Contact+Salon@Vauban.example"):
                assert line.rcpt(to)[0] == 250
            answers = (line.data(letter())[0], line.getreply()[0])
            assert answers == (250, 250), "LMTP has an answer for each recipient"
            assert line.sendmail("<>", [intake.address], letter("Bounced")) == {}
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                line.sendmail(FROM, ["boss@vauban.example"], letter())
            with pytest.raises(smtplib.SMTPSenderRefused, match="552"):
                line.sendmail(FROM, [intake.address], b"x" * (doors.LARGEST + 1))
            monkeypatch.setattr(verdicts, "FLOOD", 0)
            keeping.handle.call(TAKER)
            with pytest.raises(smtplib.SMTPRecipientsRefused, match="451"):
                line.sendmail(FROM, [intake.address], letter("More"))
    finally:
        server.stop()
    assert Mail.objects.filter(handled_at=None).count() == 0
    rows = Arrival.objects.order_by("pk").values_list("outcome", "reason")
    assert list(rows) == [(Outcome.LEAD, ""), (Outcome.AGAIN, ""), (Outcome.HELD, Reason.NOTICE)]
    assert Lead.objects.count() == 1


def test_a_mailbox_begins_with_what_is_new_and_gives_each_mail_once(intake: Intake) -> None:
    with serving() as imap:
        box = Mailbox.objects.create(
            taker=TAKER, place=intake.pk, host="127.0.0.1", port=imap.port, security="none",
            username="ana", password=seal("s3cret"),
        )  # fmt: skip
        mailbox.fetch.call()
        assert Mail.objects.count() == 0, "the mails that were there before are nobody's leads"
        imap.put(letter())
        Intake.objects.update(active=False)
        mailbox.fetch.call()
        assert Mail.objects.count() == 0, "the mailbox of an address that is off keeps its mail"
        Intake.objects.update(active=True)
        mailbox.fetch.call()
        Mailbox.objects.update(uid_validity=1, last_uid=0)  # the server counts anew
        mailbox.fetch.call()
        box.refresh_from_db()
        assert box.problem == ""
    keeping.handle.call(TAKER)
    assert Lead.objects.get().email == FROM
    assert Arrival.objects.filter(outcome=Outcome.LEAD).count() == 1
