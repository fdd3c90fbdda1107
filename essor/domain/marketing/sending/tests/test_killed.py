"""kill -9 while it sends: nobody is skipped, nobody is mailed twice; who is unsure is shown and waits for a person."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from essor.access.actor import Actor
from essor.domain.marketing.sending import control, outbox, runner
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.marketing.sending.tests.conftest import make_mailing
from essor.domain.marketing.sending.tests.sink import Sink
from essor.jobs.tests.conftest import database_url

SCRIPT = Path(__file__).with_name("killed_process.py")


def live_and_die(mailing: ListEmail, server: Sink, after: int) -> None:
    """Let a process send until the server has so many mails, then kill it."""
    child = subprocess.Popen(  # noqa: S603 -- our own script
        [sys.executable, str(SCRIPT), str(mailing.pk)], env=os.environ | {"DATABASE_URL": database_url()}
    )
    while len(server.got) < after and child.poll() is None:
        time.sleep(0.002)
    assert child.poll() is None, "it ended by itself"
    child.kill()
    child.wait()


def test_killed_in_the_middle_nobody_is_skipped_or_mailed_twice(
    transactional_db: None, admin: Actor, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.wait = 0.003
    mailing = make_mailing([f"p{place}" for place in range(500)])
    live_and_die(mailing, server, 30)
    live_and_die(mailing, server, 260)
    monkeypatch.setitem(outbox.take_over.__kwdefaults__, "lease", timedelta(0))
    server.wait = 0.0
    runner.run(mailing.pk, seconds=600)
    mailing.refresh_from_db()
    rows = Recipient.objects.filter(list_email=mailing)
    unsure = set(rows.filter(state=State.UNSURE).values_list("address", flat=True))
    sent = set(rows.filter(state=State.SENT).values_list("address", flat=True))
    mailed = server.mailed
    assert len(mailed) == len(set(mailed)), "somebody was mailed twice"
    assert sent <= set(mailed)
    assert set(mailed) - sent <= unsure
    assert len(sent) + len(unsure) == 500, "somebody was skipped"
    assert 0 < len(unsure) <= 200
    assert (mailing.status, mailing.total_sent, mailing.total_unsure) == (SENT, len(sent), len(unsure))

    never = unsure - set(mailed)
    control.send_again(admin, mailing.pk)
    runner.run(mailing.pk, seconds=600)
    assert never <= set(server.mailed)
    assert not rows.exclude(state=State.SENT).exists()
    assert len(server.mailed) == 500 + len(
        unsure - never
    )  # only the unsure ones may have it twice, as somebody decided
