"""A scenario of contacts over a real SMTP server on loopback, and a way to let time pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import F
from django.utils import timezone

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.domain.automation import actions as flows
from essor.domain.automation.definition import from_json
from essor.domain.automation.jobs import look
from essor.domain.automation.models import FlowRun, RunState
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.blocks import Document, RichText
from essor.domain.marketing.scenarios import actions
from essor.domain.marketing.scenarios.models import Scenario
from essor.domain.marketing.sending.models import Recipient, Server
from essor.domain.marketing.sending.tests.sink import Sink, sink
from essor.domain.marketing.tracking import verdicts
from essor.domain.marketing.tracking.models import Hit
from essor.jobs import worker
from essor.records.change import Change
from essor.records.save import save

LINK = "https://vauban.example/guide"
MakeScenario = Callable[..., Scenario]


@pytest.fixture
def server(transactional_db: None) -> Iterator[Sink]:
    """A mail server that takes everything; it is set up as ours."""
    with sink() as running:
        Server.objects.create(
            name="Loopback", host="127.0.0.1", port=running.port, security="none", connections=2
        )
        yield running


@pytest.fixture
def letter(admin: Actor) -> Callable[[str], int]:  # noqa: F811
    """A maker of letters with a link."""

    def make(subject: str) -> int:
        text = RichText(id="t", html=f"<p>Hello {{{{ FirstName or 'you' }}}} <a href='{LINK}'>read</a></p>")
        values = {"Name": subject, "Subject": subject, "Content": codec.write(Document((text,)))}
        return save(admin, Change("EmailTemplate", values)).id

    return make


@pytest.fixture
def make_scenario(admin: Actor) -> MakeScenario:  # noqa: F811
    """A maker of scenarios in force; steps are numbered s1, s2 … unless they have an id."""

    def make(trigger: dict[str, Any], *steps: dict[str, Any], drop: Any = None, **more: Any) -> Scenario:
        numbered = [{"id": f"s{place}", **one} for place, one in enumerate(steps, start=1)]
        ends = {name: more.pop(name) for name in ("leave",) if name in more} | (
            {"drop": drop} if drop else {}
        )
        definition = from_json({"trigger": trigger, "steps": numbered, **ends})
        scenario = actions.create(
            admin,
            name=f"Nurture {Scenario.objects.count()}",
            object_name="Contact",
            definition=definition,
            from_address="zoe@vauban.example",
            **more,
        )
        flows.activate(admin, scenario.flow, scenario.flow.versions.get())
        return scenario

    return make


def people(*names: str, **more: Any) -> list[int]:
    """Make contacts “<name> Story” and return their keys."""
    contact = apps.get_model("sales", "Contact")
    rows = [
        contact(
            first_name=name, last_name="Story", name=f"{name} Story", email=f"{name}@dest.example", **more
        )
        for name in names
    ]
    return [row.pk for row in contact.objects.bulk_create(rows)]


def work() -> None:
    """Deliver the outbox and run the tasks, as a worker does."""
    worker.drain()


def days_pass(days: int = 4) -> None:
    """Let all who wait have waited for some days."""
    before = timedelta(days=days)
    FlowRun.objects.filter(state=RunState.WAITING).update(
        due_at=timezone.now() - timedelta(seconds=1), arrived=F("arrived") - before
    )
    look.enqueue()
    work()


def hit(person: int, *links: int) -> None:
    """Let somebody follow links of the mail that they got last, all in a moment, and let the verdict come."""
    row = Recipient.objects.filter(person_id=person, sent_at__isnull=False).latest("pk")
    Recipient.objects.filter(pk=row.pk).update(sent_at=timezone.now() - timedelta(hours=1))
    at = timezone.now() - timedelta(minutes=1)
    Hit.objects.bulk_create(
        Hit(list_email_id=row.list_email_id, recipient_id=row.pk, link=link, at=at) for link in links
    )
    verdicts.settle.enqueue()
    work()


def where(field: str, operator: str, *values: Any) -> dict[str, Any]:
    """Return a condition of one comparison."""
    return {"field": field, "op": operator, "values": list(values)}


STORY = {"on": "segment", "every": "once", "again": "never", "where": where("LastName", "eq", "Story")}
OUT = where("HasOptedOutOfEmail", "eq", True)
