"""The status of a member is a choice of its campaign's own, wherever it is edited; the API says which there are."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from essor.access.actor import Actor, system_actor
from essor.access.models import User
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db
USUAL = {"Planned", "Sent", "Responded"}


def offered(client: Client, path: str, **data: object) -> set[str]:
    """Return the statuses to choose from on a page; none where it is no choice."""
    page = client.get(path, data).content.decode()
    assert 'name="Status"' in page
    control = re.search(r'<select[^>]*name="Status".*?</select>', page, re.DOTALL)
    return set(re.findall(r'<option value="([^"]+)"', control[0])) if control else set()


def test_forms_inline_and_mass_edit_offer_the_campaigns_statuses(admin: Actor, client: Client) -> None:
    client.force_login(User.objects.get(pk=admin.user_id), backend="essor.access.accounts.backend.Backend")
    mailing, event = (
        save(admin, Change("Campaign", {"Name": kind, "Type": kind})).id for kind in ("Email", "Event")
    )
    members = []
    for campaign in (mailing, mailing, event):
        person = save(system_actor(), Change("Contact", {"LastName": "Roux"})).id
        member = save(admin, Change("CampaignMember", {"CampaignId": campaign, "ContactId": person})).id
        members.append(ids.encode("00v", member))
    first, base = ids.encode("701", mailing), "/o/CampaignMember/"
    assert offered(client, f"/r/{members[0]}/edit") == USUAL
    assert offered(client, f"{base}new?CampaignId={first}") == USUAL
    assert offered(client, f"{base}new") == set(), "no campaign is chosen yet"
    assert offered(client, f"{base}choices/Status", CampaignId=first) == USUAL
    assert offered(client, f"/r/{members[0]}/cell/Status") == USUAL
    assert offered(client, f"{base}mass-edit/control", field="Status", ids=members[:2]) == USUAL
    assert offered(client, f"{base}mass-edit/control", field="Status", ids=members) == set(), (
        "they share none"
    )
    change = Change("CampaignMember", {"Status": "No"}, id=ids.decode(members[0])[1])
    with pytest.raises(ValidationFailed, match="Planned, Sent, Responded"):
        save(admin, change)
