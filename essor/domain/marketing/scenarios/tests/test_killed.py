"""kill -9 while a scenario writes: nobody is skipped or mailed twice, everybody goes on once; who is unsure is shown."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps

from essor.access.actor import Actor
from essor.domain.automation import numbers
from essor.domain.automation.models import FlowRun, RunState
from essor.domain.marketing.scenarios import actions, mails
from essor.domain.marketing.scenarios.tests.conftest import MakeScenario, people
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.sending.tests.sink import Sink
from essor.jobs.tests.conftest import database_url

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).with_name("killed_process.py")
PEOPLE = 60


def test_killed_again_and_again_everybody_is_written_to_once_and_goes_on(
    admin: Actor, server: Sink, letter: Callable[[str], int], make_scenario: MakeScenario
) -> None:
    scenario = make_scenario(
        {"on": "manual"},
        {"kind": "send", "settings": {"template": letter("A")}},
        {"kind": "task", "settings": {"subject": "Call", "to": "owner"}},
    )
    assert actions.let_in(admin, scenario, people(*(f"p{place}" for place in range(PEOPLE)))) == PEOPLE
    done = subprocess.run(  # noqa: S603 -- our own script
        [sys.executable, str(SCRIPT)],
        env=os.environ | {"DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.splitlines()[-1].split()[0]) > 5, done.stdout

    (mailing,) = mails.of_step(scenario.flow_id, "s1")
    rows = Recipient.objects.filter(list_email=mailing)
    sent = set(rows.filter(state=State.SENT).values_list("address", flat=True))
    unsure = set(rows.filter(state=State.UNSURE).values_list("address", flat=True))
    assert len(sent) + len(unsure) == rows.count() == PEOPLE, "somebody was skipped"
    assert len(server.mailed) == len(set(server.mailed)), "somebody was mailed twice"
    assert sent <= set(server.mailed) <= sent | unsure
    assert 0 < len(unsure) < PEOPLE
    assert (mailing.total_recipients, mailing.total_sent, mailing.total_unsure) == (
        PEOPLE,
        len(sent),
        len(unsure),
    )
    assert list(FlowRun.objects.values_list("state", flat=True).distinct()) == [RunState.DONE]
    assert apps.get_model("activities", "Task").objects.count() == PEOPLE
    assert numbers.arrows(scenario.flow.active) == {
        numbers.ENTERED: PEOPLE,
        ("s1", "sent"): PEOPLE,
        ("s2", ""): PEOPLE,
    }
