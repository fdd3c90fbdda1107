"""A scenario at the size of marketing: a million people wait in it, 10,000 are due, and each goes on by four steps.

The wait ends, a fork asks the database, a letter goes into the outbox under all rules of audiences, and the next wait begins.
Beside it the bare statements that no engine can do without: the moves, the log, the outbox.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from bench.clock import clock
from bench.figure import Figure, ms, times
from bench.flows import CHUNK, DUE, FORK, drained
from bench.people import actor
from essor.domain.automation import actions as flows
from essor.domain.automation import engine, entering, moving, numbers
from essor.domain.automation.definition import from_json
from essor.domain.automation.models import FlowRun, FlowStep, FlowVersion, RunState
from essor.domain.marketing.consent.models import Policy
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.blocks import Document, RichText
from essor.domain.marketing.scenarios import actions
from essor.domain.marketing.scenarios.models import Scenario
from essor.domain.marketing.sending.models import ListEmail, Recipient, Server
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.sales.models import Lead
from essor.kernel.db.insert import insert_rows
from essor.query.tree import Query
from essor.records.change import Change
from essor.records.save import save

STEPS = 4
MOST_SECONDS = 5


def wait(key: str, days: int) -> dict[str, object]:
    """Return a wait."""
    return {"id": key, "kind": "wait", "settings": {"for": "time", "amount": days, "unit": "days"}}


def scenario() -> Scenario:
    """Put a scenario of leads in force: wait, fork, letter, wait, letter."""
    me = actor()
    Server.objects.get_or_create(name="Bench", defaults={"host": "127.0.0.1", "port": 9})
    text = RichText(id="t", html="<p>Bonjour {{ FirstName or 'vous' }}</p>")
    letter = save(me, Change("EmailTemplate", {
        "Name": "Bench", "Subject": "Bench", "Content": codec.write(Document((text,))), "RelatedEntityType": "Lead",
    })).id  # fmt: skip
    send = {"kind": "send", "settings": {"template": letter}}
    steps = [wait("s1", 3), FORK, {"id": "s3", **send}, wait("s4", 7), {"id": "s5", **send}]
    definition = from_json({"trigger": {"on": "manual", "again": "never"}, "steps": steps})
    made = actions.create(
        me, name="Bench", object_name="Lead", definition=definition, from_address="bench@vauban.example"
    )
    flows.activate(me, made.flow, made.flow.versions.get())
    return made


def wait_for_later(version: FlowVersion, count: int) -> None:
    """Let `count` people wait at the first step, 10,000 of them until now."""
    now, rng = timezone.now(), random.Random(7)  # noqa: S311 -- no secret
    keys = list(Lead.objects.filter(is_deleted=False).values_list("pk", flat=True)[:DUE])
    for first in range(0, count, CHUNK):
        with transaction.atomic():
            insert_rows(FlowRun, [
                {"flow_id": version.flow_id, "version_id": version.pk, "record_id": keys[n % len(keys)], "node": "s1",
                 "state": RunState.WAITING.value, "parked": True,
                 "due_at": now if n < DUE else now + timedelta(hours=1 + rng.random() * 700)}
                for n in range(first, min(first + CHUNK, count))
            ])  # fmt: skip


def mailed_lately(count: int) -> None:
    """Let `count` people have had a mail yesterday, and nobody more than three in a week."""
    Policy.objects.update_or_create(pk=1, defaults={"cap_mails": 3, "cap_days": 7})
    yesterday = timezone.now() - timedelta(days=1)
    mailing = ListEmail.objects.create(name="Yesterday", status=SENT, finished_date=yesterday)
    keys = list(Lead.objects.filter(is_deleted=False).values_list("pk", flat=True)[:DUE])
    for first in range(0, count, CHUNK):
        with transaction.atomic():
            insert_rows(Recipient, [
                # Beyond the leads that there are, people who are gone.
                {"list_email_id": mailing.pk, "kind": 2, "person_id": keys[n] if n < len(keys) else 10**9 + n,
                 "address": f"p{n}@bench.example", "domain": "bench.example", "state": State.SENT.value,
                 "sent_at": yesterday, "due_at": yesterday}
                for n in range(first, min(first + CHUNK, count))
            ])  # fmt: skip


def bare(version: FlowVersion) -> float:
    """Return the seconds of the bare statements for as many people and steps, taken back."""
    now = timezone.now()
    keys = list(FlowRun.objects.filter(version=version, node="s4").values_list("pk", flat=True)[:DUE])
    begin = clock()
    with transaction.atomic():
        for at in range(0, len(keys), engine.BATCH):
            some = keys[at : at + engine.BATCH]
            for node in ("s1", "s2", "s3", "s4"):
                list(FlowRun.objects.filter(pk__in=some))
                FlowRun.objects.filter(pk__in=some).update(node=node, due_at=now, arrived=now)
                insert_rows(
                    FlowStep, [{"run_id": key, "node": node, "outcome": "done", "at": now} for key in some]
                )
            insert_rows(Recipient, [
                {"list_email_id": 0, "kind": 2, "person_id": key, "address": f"p{key}@bench.example",
                 "domain": "bench.example", "due_at": now}
                for key in some
            ])  # fmt: skip
        transaction.set_rollback(True)
    return clock() - begin


def measure(leads: int) -> Iterator[Figure]:
    """Yield the figures; `leads` is how many wait."""
    waiting = max(leads, 2 * DUE)
    version = scenario().flow.active
    assert version is not None
    wait_for_later(version, waiting)
    mailed_lately(waiting)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE automation_flowrun")
        cursor.execute("ANALYZE sending_recipient")
    assert engine.advance()  # one batch warms up what is read once per process
    begin = clock()
    moved = drained()
    spent = clock() - begin
    assert moved == STEPS * DUE - engine.BATCH, moved
    raw = bare(version)
    yield Figure(
        f"{DUE:,} due of {waiting:,} in a scenario: wait over, fork, letter, next wait",
        f"{spent:.2f} s", f"{raw:.2f} s", times(spent / raw), "<= 5 s", spent <= MOST_SECONDS,
    )  # fmt: skip
    begin = clock()
    standing = numbers.standing(version)
    yield Figure(f"how many of {waiting:,} stand at each step", ms(clock() - begin), "an index, nothing else")
    assert sum(standing.values()) == waiting, standing
    moving.pause(actor(), version.flow)
    FlowRun.objects.filter(version=version, node="s4").update(due_at=timezone.now())
    begin = clock()
    assert engine.advance() == 0
    yield Figure(f"a look while {DUE:,} due are paused", ms(clock() - begin))
    begin = clock()
    with transaction.atomic():
        entering.enter_all(version, Query("Lead"), actor())
    yield Figure("all leads ask to come in again, nobody twice", ms(clock() - begin))
