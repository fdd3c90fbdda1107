"""The light licence by programs: campaigns, members and the history of contacts are read, nothing of them is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from essor.access.actor import Actor, actor_for
from essor.access.models import UserLicense
from essor.faces.api.tests.conftest import Call
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


def test_the_campaign_reader_reads_by_program_and_writes_nothing(
    admin: Actor, make_user: Any, call_as: Callable[[Actor], Call]
) -> None:
    campaign = save(admin, Change("Campaign", {"Name": "Spring"})).id
    contact = save(admin, Change("Contact", {"LastName": "Roux"})).id
    member = save(admin, Change("CampaignMember", {"CampaignId": campaign, "ContactId": contact})).id
    mailing = save(admin, Change("ListEmail", {"Name": "M", "CampaignId": campaign})).id
    licence = UserLicense.objects.get(name="Campaign reader")
    call = call_as(actor_for(make_user("Light", "Marketing", license=licence)))

    def asked(soql: str) -> Any:
        answer = call("get", f"query?q={quote(soql)}")
        assert answer.status_code == 200, answer.text
        return answer.json()["records"]

    history = asked("SELECT Id, (SELECT Status, Campaign.Name FROM CampaignMembers) FROM Contact")
    assert history[0]["CampaignMembers"]["records"][0]["Campaign"]["Name"] == "Spring"
    assert [one["Id"] for one in asked("SELECT Id FROM CampaignMember")] == [ids.encode("00v", member)]
    written = {
        "Campaign": (ids.encode("701", campaign), {"Name": "x"}),
        "CampaignMember": (ids.encode("00v", member), {"Status": "Sent"}),
        "ListEmail": (ids.encode("0XB", mailing), {"Name": "x"}),
    }
    for name, (key, body) in written.items():
        assert call("get", f"records/{name}/{key}").status_code == 200
        for method, address in (("post", name), ("patch", f"{name}/{key}"), ("delete", f"{name}/{key}")):
            answer = call(method, f"records/{address}", None if method == "delete" else body)
            assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_ACCESS"), (name, method)
    assert call("patch", f"records/Contact/{ids.encode('003', contact)}", {"Title": "CEO"}).status_code == 200
