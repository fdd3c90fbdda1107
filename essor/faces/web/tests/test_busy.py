"""A form that meets others at the same records, again and again, says so and keeps what was typed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from essor.access.actor import Actor
from essor.access.models import User
from essor.domain.sales.models import Account
from essor.faces.web import addresses
from essor.kernel import ids
from essor.records.tests.conftest import (  # noqa: F401 -- fixtures by name
    Lose,
    New,
    admin,
    lose,
    make_user,
    new,
    organization,
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="writers of SQLite wait for each other anyway")
def test_what_was_typed_stays_when_the_database_takes_it_back(
    admin: Actor,  # noqa: F811
    new: New,  # noqa: F811
    lose: Lose,  # noqa: F811
    client: Client,
) -> None:
    account = new("Account", Name="Acme")
    lose(10**6)
    User.objects.filter(pk=admin.user_id).update(language="fr")
    client.force_login(User.objects.get(pk=admin.user_id))
    address = addresses.edit_record(ids.encode("001", account))
    typed = {"Name": "Acme", "Site": "Lyon"}
    part = client.post(address, typed, headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert (part.status_code, part.headers["Content-Type"]) == (409, "text/plain; charset=utf-8")
    page = client.post(address, typed)
    assert page.status_code == 409
    assert '<textarea hidden name="Site">\nLyon</textarea>' in page.content.decode()
    assert Account.objects.get().site is None
