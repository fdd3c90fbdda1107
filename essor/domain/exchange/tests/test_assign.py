"""New leads of a file go to whom the assignment rules say, those that were there stay with their owner."""

from __future__ import annotations

from essor.access.actor import Actor
from essor.domain.exchange.models import Mode
from essor.domain.exchange.tests.conftest import Load, Write, person
from essor.domain.sales.assignment import edit
from essor.domain.sales.models import Lead
from essor.records.change import Change
from essor.records.save import save

ROWS = ("Nom;Société;Courriel", "Roux;Acme;a@x.fr", "Brun;Acme;b@x.fr")


def test_only_new_leads_are_assigned_and_only_when_asked(write: Write, load: Load, admin: Actor) -> None:
    ann = person("Ann", "Sales").user_id
    edit.save_entry(admin, edit.EntryText(name="All", to="owner", owner=ann))
    save(admin, Change("Lead", {"LastName": "Old", "Company": "Acme", "Email": "a@x.fr"}))
    load("Lead", write(*ROWS), match="Email", mode=Mode.UPSERT, assign=True)
    owners = dict(Lead.objects.values_list("email", "owner_id"))
    assert owners == {"a@x.fr": admin.user_id, "b@x.fr": ann}
    load("Lead", write("Nom;Société", "Later;Acme"))
    assert Lead.objects.get(last_name="Later").owner_id == admin.user_id
