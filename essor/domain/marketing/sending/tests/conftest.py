"""A mailing to some contacts, over a real SMTP server on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.marketing.letters.compiled import Compiled, Slot
from essor.domain.marketing.sending import contents, freezing
from essor.domain.marketing.sending.contents import Variant
from essor.domain.marketing.sending.models import ListEmail, Recipient, Server
from essor.domain.marketing.sending.states import SENDING
from essor.domain.marketing.sending.tests.sink import Sink, sink

LETTER = Compiled(
    ("Hello ", Slot("field", "FirstName", fallback="you", place="line")),
    ("<p>Hello ", Slot("field", "FirstName"), " <a href='", Slot("link", "0"), "'>go</a></p>"),
    ("Hello",),
    links=(("https://vauban.example/",),),
    paths=("FirstName",),
)
CONTACTS = "SELECT 1 AS kind, id AS person_id, email AS address, NULL AS reason FROM sales_contact"


@pytest.fixture
def server(db: None) -> Iterator[Sink]:
    """A mail server that takes everything unless told otherwise; it is set up as ours."""
    with sink() as running:
        Server.objects.create(
            name="Loopback", host="127.0.0.1", port=running.port, security="none", connections=2
        )
        yield running


def make_mailing(names: list[str], letters: list[Compiled] | None = None, **values: Any) -> ListEmail:
    """Make a mailing under way to contacts of these first names."""
    contact = apps.get_model("sales", "Contact")
    contact.objects.bulk_create(
        contact(first_name=name, last_name="L", name=f"{name} L", email=f"{name}@dest.example")
        for name in names
    )
    mailing = ListEmail.objects.create(**({"name": "Spring", "status": SENDING, "is_tracked": True} | values))
    variants = [
        Variant(number, "Contact", "Zoé", "zoe@vauban.example", letter)
        for number, letter in enumerate(letters or [LETTER])
    ]
    contents.freeze(mailing, variants)
    freezing.insert(mailing, CONTACTS, [], timezone.now())
    mailing.refresh_from_db()
    return mailing


@pytest.fixture
def mailing(server: Sink) -> Callable[..., ListEmail]:
    """A maker of mailings; the server is there."""
    return make_mailing


def states(mailing: ListEmail) -> dict[str, int]:
    """Where each recipient stands: {first part of the address: state}."""
    rows = Recipient.objects.filter(list_email=mailing).values_list("address", "state")
    return {address.partition("@")[0]: state for address, state in rows}
