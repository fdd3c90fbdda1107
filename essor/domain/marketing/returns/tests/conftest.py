"""A mailing that was sent to one contact, and what its bounce address is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from essor.access.actor import Actor, system_actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
from essor.domain.marketing.consent.people import CONTACT
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.records.change import Change
from essor.records.save import save

Sent = Callable[..., Recipient]


@pytest.fixture
def contact(admin: Actor) -> int:  # noqa: F811 -- the fixture above
    """Return the key of Ana, a contact."""
    values = {"LastName": "Roux", "FirstName": "Ana", "Email": "ana@example.fr"}
    return save(system_actor(), Change("Contact", values)).id


@pytest.fixture
def sent(contact: int) -> Sent:
    """Return a maker of mailings that Ana got: each gives her recipient's row."""

    def make(state: State = State.SENT, person: int = contact, address: str = "ana@example.fr") -> Recipient:
        mailing = ListEmail.objects.create(name="News", status=SENT)
        return Recipient.objects.create(
            list_email=mailing,
            kind=CONTACT,
            person_id=person,
            address=address,
            domain="example.fr",
            state=state,
            sent_at=timezone.now(),
        )

    return make
