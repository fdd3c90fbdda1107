"""Members of a campaign show what became of its mails, and those who clicked and did not respond are called."""

from __future__ import annotations

import pytest
from django.utils import timezone

from essor.access.actor import Actor, system_actor
from essor.domain.activities.models import Task
from essor.domain.marketing.campaigns import calls
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember
from essor.domain.marketing.consent.people import CONTACT
from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.states import SENT
from essor.domain.marketing.sending.told import Whom, tell
from essor.kernel.tests.outbox import deliver
from essor.records.change import Change
from essor.records.save import save, save_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailing(admin: Actor) -> ListEmail:
    campaign = save(system_actor(), Change("Campaign", {"Name": "White paper", "Type": "Email"})).id
    return ListEmail.objects.create(
        name="White paper", status=SENT, campaign=Campaign.objects.get(pk=campaign)
    )


@pytest.fixture
def people(admin: Actor) -> list[Whom]:
    """Return four contacts as recipients 1 to 4."""
    changes = [
        Change("Contact", {"LastName": f"Roux {number}", "OwnerId": admin.user_id}) for number in range(4)
    ]
    saved = save_many(system_actor(), "Contact", changes)
    return [Whom(number, CONTACT, one.saved.id) for number, one in enumerate(saved, 1) if one.saved]


def test_members_show_when_they_were_mailed_opened_and_clicked_first(
    mailing: ListEmail, people: list[Whom]
) -> None:
    tell("mail.sent", mailing.pk, people)
    tell("mail.clicked", mailing.pk, people[:2], link=0, at="2026-11-20T10:00:00+00:00")
    tell("mail.clicked", mailing.pk, people[:1], link=1, at="2026-11-21T10:00:00+00:00")
    tell("mail.bounced", mailing.pk, people[3:])
    tell("mail.opted_out", mailing.pk, people[2:3])
    deliver()
    members = {row.contact_id: row for row in CampaignMember.objects.filter(campaign=mailing.campaign)}
    assert len(members) == 4
    assert all(row.sent_date for row in members.values())
    first = members[people[0].person_id]
    assert first.first_clicked_date is not None
    assert first.first_clicked_date.isoformat() == "2026-11-20T10:00:00+00:00"
    assert first.first_opened_date == first.first_clicked_date, "who clicks has opened"
    assert members[people[3].person_id].bounced_date is not None
    assert {row.status for row in members.values()} == {"Sent"}, "nobody is still planned"
    assert members[people[2].person_id].opted_out_date is not None
    assert members[people[2].person_id].first_clicked_date is None


def test_those_who_clicked_are_called_by_their_owners_once(
    admin: Actor, mailing: ListEmail, people: list[Whom]
) -> None:
    tell("mail.sent", mailing.pk, people)
    deliver()
    keys = list(CampaignMember.objects.values_list("pk", flat=True))
    called = calls.call(admin, "CampaignMember", keys, subject="White paper", day=timezone.localdate())
    assert (called.made, dict(called.refused)) == (4, {})
    assert {(row.task_subtype, row.subject, row.owner_id) for row in Task.objects.all()} == {
        ("Call", "White paper", admin.user_id)
    }
    assert set(Task.objects.values_list("what", flat=True)) == {mailing.campaign_id}
