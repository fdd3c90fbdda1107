"""Invited people answer by a button, which no scanner presses; who moves up from the waiting list is told by mail."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from essor.access.actor import system_actor
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.letters.compiled import Compiled, Slot
from essor.domain.marketing.sending import addresses, contents, runner
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.marketing.sending.tests.conftest import make_mailing, server  # noqa: F401 -- a fixture by name
from essor.domain.marketing.sending.tests.sink import Sink
from essor.kernel.tests.outbox import deliver
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db
INVITATION = Compiled(
    ("Come!",), ("<a href='", Slot("accept"), "'>yes</a><a href='", Slot("decline"), "'>no</a>"), ("",)
)


def answers(mailing: ListEmail) -> dict[str, str]:
    rows = CampaignMember.objects.filter(campaign=mailing.campaign, is_deleted=False)
    return dict(rows.values_list("contact__first_name", "status"))


def path(recipient: Recipient, *, comes: bool) -> str:
    return (addresses.accept if comes else addresses.decline)(recipient.pk).removeprefix(settings.SITE_URL)


def test_an_invitation_is_answered_by_a_button_and_the_next_one_moves_up_and_is_told(
    admin: Client,
    server: Sink,  # noqa: F811
) -> None:
    event = {
        "Name": "Breakfast {{ x }}",
        "Type": "Event",
        "Capacity": 1,
        "EventDate": timezone.now() + timedelta(days=9),
    }
    campaign = save(system_actor(), Change("Campaign", event)).id
    mailing = make_mailing(
        ["ana", "bob", "cid"], [INVITATION], campaign_id=campaign, started_date=timezone.now()
    )
    runner.run(mailing.pk)
    deliver()
    rows = {one.address[:3]: one for one in Recipient.objects.filter(list_email=mailing)}
    guest = Client()
    for one in rows.values():
        for comes in (True, False):
            assert guest.get(path(one, comes=comes)).status_code == 200
            assert guest.head(path(one, comes=comes)).status_code in (200, 405)
    assert set(answers(mailing).values()) == {"Invited"}, "looking answers nothing"
    assert "1 place is left." in guest.get(path(rows["ana"], comes=True)).content.decode()

    yes, no = {"answer": "yes"}, {"answer": "no"}
    assert (
        "You are expected." in guest.post(path(rows["ana"], comes=False), yes, follow=True).content.decode()
    )
    assert "at place 1" in guest.post(path(rows["bob"], comes=True), yes, follow=True).content.decode()
    assert "at place 2" in guest.post(path(rows["cid"], comes=True), yes, follow=True).content.decode()
    guest.post(path(rows["ana"], comes=True), no)
    deliver()
    assert answers(mailing) == {"ana": "Declined", "bob": "Registered", "cid": "On the waiting list"}

    told = ListEmail.objects.get(follows=mailing)
    runner.run(told.pk)
    assert server.mailed[3:] == ["bob@dest.example"]
    assert dict(Recipient.objects.filter(list_email=told).values_list("address", "state")) == {
        "bob@dest.example": State.SENT
    }
    mail = message_from_bytes(server.got[-1][2], policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Breakfast { { x } }" in str(mail["Subject"])
    link = re.search(r"/i/[\w.-]+", body.get_content())
    assert link is not None
    assert "You are expected." in guest.get(link[0]).content.decode()

    # Who gives the place up again, and gets it again, is told again.
    guest.post(link[0], no)
    guest.post(path(rows["bob"], comes=True), yes)
    guest.post(path(rows["cid"], comes=True), no)
    deliver()
    assert answers(mailing)["bob"] == "Registered"
    assert ListEmail.objects.filter(follows=mailing).count() == 2


def test_an_invitation_that_leads_nowhere_says_so(admin: Client) -> None:
    campaign = save(system_actor(), Change("Campaign", {"Name": "C", "Type": "Event"})).id
    mailing = make_mailing(["ana"], [INVITATION], campaign_id=campaign, status=SENT)
    row = Recipient.objects.get(list_email=mailing)
    assert contents.shown(row).html.count("/i/") == 2
    past = {"EventDate": timezone.now() - timedelta(days=2)}
    save(system_actor(), Change("Campaign", past, id=campaign))
    assert "This event is over." in Client().get(path(row, comes=True)).content.decode()
    ListEmail.objects.update(campaign=None)
    for address in (path(row, comes=True), "/i/x"):
        found = Client().get(address)
        assert (found.status_code, b"Invitation" in found.content) == (404, True)
    assert not CampaignMember.objects.exists()
