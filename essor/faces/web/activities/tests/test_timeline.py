"""The timeline of a record tells changes in words."""

from __future__ import annotations

from django.test import Client

from essor.access.actor import system_actor
from essor.faces.web.conftest import New, text
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save


def test_a_changed_lookup_shows_names(admin: Client, new: New) -> None:
    before, after = new("Account", Name="Martin & fils"), new("Account", Name="Vauban SAS")
    contact = new("Contact", LastName="Roux", AccountId=before)
    save(system_actor(), Change("Contact", {"AccountId": after}, id=ids.decode(contact)[1]))
    page = text(admin.get(f"/r/{contact}/timeline"))
    assert "Martin &amp; fils" in page
    assert "Vauban SAS" in page
