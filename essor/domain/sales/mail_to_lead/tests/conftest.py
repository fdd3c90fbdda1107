"""A company with an address whose mails make leads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.mailroom import keeping
from essor.domain.sales.mail_to_lead.intakes import TAKER, IntakeText, save_intake
from essor.domain.sales.mail_to_lead.models import Arrival, Intake

Receive = Callable[..., Arrival]


@pytest.fixture
def intake(admin: Actor) -> Intake:  # noqa: F811
    text = IntakeText("Contact@Vauban.example", owner=admin.user_id, language="en", lead_source="Web")
    return save_intake(admin, text)


@pytest.fixture
def receive(intake: Intake) -> Receive:
    """Return what lets a mail come in and be taken, and gives what became of it."""

    def arrive(raw: bytes, sender: str | None = "ana@emeraude-bois.example") -> Arrival:
        keeping.keep(TAKER, raw, intake.address, envelope_from=sender, place=intake.pk)
        keeping.handle.call(TAKER)
        return Arrival.objects.latest("pk")

    return arrive
