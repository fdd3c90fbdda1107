"""What a room offers shows on record pages and in the header, and only to those it is offered to."""

from __future__ import annotations

import pytest
from django.test import Client

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.faces.web import offers
from essor.faces.web.records.reading import Loaded
from essor.faces.web.shapes import Action
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_actions", "_panels", "_marks", "_tabs"):
        monkeypatch.setattr(offers, name, list(getattr(offers, name)))
    monkeypatch.setattr(offers, "_drawn", set(offers._drawn))


def test_buttons_panels_and_tabs_of_rooms_are_drawn(client: Client, admin: Actor) -> None:  # noqa: F811
    @offers.record_action("Account")
    def shown(record: Loaded) -> Action | None:
        return Action("Weigh it", f"/weigh/{record.id}", style="primary")

    @offers.record_action("Contact")
    def elsewhere(record: Loaded) -> Action | None:
        return Action("Not here")

    @offers.record_panel(offers.EVERY, draws=["Contact"])
    def panel(record: Loaded) -> offers.Panel | None:
        return offers.Panel("weights", f"/weights/{record.id}")

    @offers.tab
    def page(actor: Actor) -> offers.PageTab | None:
        return offers.PageTab("scales", "Scales", "target", "/scales/") if actor.is_admin else None

    account = ids.encode("001", save(admin, Change("Account", {"Name": "Vauban"})).id)
    client.force_login(User.objects.get(pk=admin.user_id), backend="essor.access.accounts.backend.Backend")
    text = client.get(f"/r/{account}/").content.decode()
    assert f'href="/weigh/{account}"' in text
    assert "Not here" not in text
    assert f'hx-get="/weights/{account}"' in text
    assert 'id="list-Contacts"' not in text, "what a panel draws is not listed beside it"
    assert 'id="list-Opportunities"' in text
    assert 'href="/scales/"' in text
