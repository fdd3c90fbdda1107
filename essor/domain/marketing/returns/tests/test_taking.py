"""What came back is written down: on the recipient, the person and the address, once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from essor.domain.mailroom import keeping
from essor.domain.marketing.consent.models import Consent, Suppression
from essor.domain.marketing.returns import optout
from essor.domain.marketing.returns.models import Bounce, Category, OptOut
from essor.domain.marketing.returns.taking import Returned, take
from essor.domain.marketing.returns.tests import letters
from essor.domain.marketing.returns.tests.conftest import Sent
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.sending.told import Whom, tell
from essor.domain.sales.models import Contact
from essor.kernel.models import OutboxEvent
from essor.kernel.tests.outbox import deliver

pytestmark = pytest.mark.django_db


def test_a_hard_bounce_blocks_the_address_and_stands_on_the_contact(contact: int, sent: Sent) -> None:
    row = sent()
    raw = letters.delivery(letters.failed("5.1.1", "550 5.1.1 User unknown"))
    assert keeping.keep("returns", raw, addresses.envelope(row.pk, "bounces.vauban.example"))
    keeping.handle.call()
    row.refresh_from_db()
    assert (row.state, row.code) == (State.BOUNCED, 550)
    ana = Contact.objects.get(pk=contact)
    assert ana.email_bounced_date == Bounce.objects.get().at
    assert ana.email_bounced_reason == "550 5.1.1 User unknown"
    assert Suppression.objects.get().reason == Suppression.Reason.HARD_BOUNCE
    assert OutboxEvent.objects.filter(topic="mail.bounced").count() == 1


def test_the_same_bounce_twice_counts_once(sent: Sent) -> None:
    row, raw = sent(), letters.delivery(letters.failed("5.1.1", "550 5.1.1 User unknown"))
    to = addresses.envelope(row.pk, "bounces.vauban.example")
    assert keeping.keep("returns", raw, to)
    assert not keeping.keep("returns", raw, to)
    assert keeping.keep("returns", raw + b"\r\n", to)
    keeping.handle.call()
    assert Bounce.objects.count() == 1


def test_soft_bounces_block_only_when_three_of_the_last_five_came_back(sent: Sent) -> None:
    def bounce(row: Recipient) -> None:
        take([Returned(row.pk, Category.SOFT, "5.2.2", "full", timezone.now())])

    rows = [sent() for _ in range(5)]
    bounce(rows[0])
    bounce(rows[2])
    assert not Suppression.objects.exists()
    sent()  # the first bounce is no longer among the last five
    bounce(rows[3])
    assert not Suppression.objects.exists()
    bounce(rows[4])
    assert Suppression.objects.get().address == "ana@example.fr"


def test_what_is_the_senders_fault_does_not_block_the_address(contact: int, sent: Sent) -> None:
    row = sent()
    raw = letters.delivery(letters.failed("5.7.26", "550 5.7.26 unauthenticated"))
    keeping.keep("returns", raw, addresses.envelope(row.pk, "bounces.vauban.example"))
    keeping.handle.call()
    assert Bounce.objects.get().category == Category.POLICY
    assert not Suppression.objects.exists()
    assert Contact.objects.get(pk=contact).email_bounced_date is None


def test_what_was_refused_because_of_us_does_not_count_among_the_last_five(sent: Sent) -> None:
    for category, status in (
        (Category.POLICY, "5.7.1"),
        (Category.POLICY, "5.7.1"),
        (Category.SOFT, "4.2.2"),
    ):
        take([Returned(sent().pk, category, status, "no", timezone.now())])
    assert not Suppression.objects.exists()


def test_a_notice_of_delay_changes_nothing(sent: Sent) -> None:
    row = sent()
    raw = letters.delivery(letters.failed("4.4.1", "451 later", action="delayed"))
    keeping.keep("returns", raw, addresses.envelope(row.pk, "bounces.vauban.example"))
    keeping.handle.call()
    row.refresh_from_db()
    assert row.state == State.SENT


def test_a_complaint_blocks_at_once_and_is_found_by_the_mail_it_quotes(sent: Sent) -> None:
    row = sent()
    keeping.keep("returns", letters.complaint(message_id=addresses.message_id(row.pk, "vauban.example")))
    keeping.handle.call()
    row.refresh_from_db()
    assert row.state == State.SENT, "it did arrive"
    assert Suppression.objects.get().reason == Suppression.Reason.COMPLAINT


def test_a_refusal_while_sending_is_a_bounce_too(contact: int, sent: Sent) -> None:
    row = sent(State.REFUSED)
    Recipient.objects.filter(pk=row.pk).update(code=550, detail="5.1.1 no such user")
    tell("mail.refused", row.list_email_id, [Whom(row.pk, row.kind, row.person_id)])
    deliver()
    assert Bounce.objects.get().category == Category.HARD
    assert Contact.objects.get(pk=contact).email_bounced_reason is not None


def test_opting_out_is_kept_with_its_proof_and_ends_with_a_new_choice(contact: int, sent: Sent) -> None:
    row = sent()
    standing = optout.standing(row.pk)
    assert standing is not None
    assert standing.subscribed
    for _ in range(2):
        optout.opt_out(standing, source="/u/x", wording="Stop")
    assert OptOut.objects.get().list_email_id == row.list_email_id
    assert Contact.objects.get(pk=contact).has_opted_out_of_email
    assert Suppression.objects.get().reason == Suppression.Reason.OPT_OUT
    out = optout.standing(row.pk)
    assert out is not None
    assert not out.subscribed
    assert Consent.objects.latest("pk").wording == "Stop"
