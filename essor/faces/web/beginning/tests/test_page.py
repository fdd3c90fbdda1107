"""Who has the code of the server's output begins, once, in a language of their own."""

from __future__ import annotations

import pytest
from django.test import Client

from essor.access.actions import begin_code
from essor.access.actor import actor_for
from essor.access.defaults import ensure_defaults
from essor.access.models import Organization, Profile, User, UserRole

pytestmark = pytest.mark.django_db
SENT = {
    "Name": "Northwind",
    "Country": "IE",
    "CurrencyIsoCode": "EUR",
    "Language": "en",
    "TimeZone": "Europe/Dublin",
    "FirstName": "Ana",
    "LastName": "Roux",
    "Email": "ana@northwind.example",
    "Password": "correct horse battery",
}


@pytest.fixture
def address() -> str:
    """Return the address that the start of an empty Essor prints."""
    ensure_defaults()
    return f"/begin/{begin_code()}/"


def test_the_first_administrator_begins_and_is_signed_in(client: Client, address: str) -> None:
    assert 'lang="fr"' in client.get(address, headers={"Accept-Language": "fr"}).content.decode()
    answer = client.post(address, SENT)
    assert answer.status_code == 302, answer.content.decode()
    home = client.get("/")
    assert home.status_code == 200
    assert "Welcome to Essor, Ana Roux." in home.content.decode()
    assert actor_for(User.objects.get(email=SENT["Email"])).is_admin
    company = Organization.objects.get()
    assert (company.name, company.language, company.locale) == ("Northwind", "en", "en_IE")
    assert (company.timezone, company.phone_region) == ("Europe/Dublin", "IE")
    assert Profile.objects.filter(name="System Administrator").exists()
    assert UserRole.objects.filter(name="Sales rep").exists()


def test_what_is_wrong_is_said_beside_it_and_nothing_is_made(client: Client, address: str) -> None:
    wrong = SENT | {"Name": " ", "Email": "ana", "Password": "zqxj1", "TimeZone": "Europe/Nowhere"}
    answer = client.post(address, wrong)
    assert answer.status_code == 422
    for name in ("Name", "TimeZone", "Email"):
        assert f'href="#f-{name}"' in answer.content.decode()
    assert 'value="Ana"' in answer.content.decode()
    assert "zqxj1" not in answer.content.decode()
    assert not User.objects.filter(user_type=User.Kind.STANDARD).exists()
    assert Organization.objects.get().language == "fr"
    assert client.post(address, SENT | {"Password": ""}).status_code == 422


def test_nobody_begins_twice_or_without_the_code(client: Client, address: str) -> None:
    assert client.get("/begin/0123456789abcdef01234567/").status_code == 404
    assert client.post("/begin/é/", SENT).status_code == 404
    client.post(address, SENT)
    again = Client().post(address, SENT | {"Email": "eve@northwind.example"})
    assert again.headers["Location"] == "/session/login/"
    assert User.objects.filter(user_type=User.Kind.STANDARD).count() == 1


def test_the_page_to_sign_in_says_where_to_begin(client: Client, address: str) -> None:
    said = "Personne n’a encore de compte"
    assert said in client.get("/session/login/", headers={"Accept-Language": "fr"}).content.decode()
    client.post(address, SENT)
    assert said not in Client().get("/session/login/", headers={"Accept-Language": "fr"}).content.decode()
