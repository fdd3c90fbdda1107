"""Imports that are killed, paused, cancelled: they go on where they stood and double nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from essor.access.actor import Actor
from essor.domain.exchange import jobs
from essor.domain.exchange.models import Import
from essor.domain.exchange.tests.conftest import Write, counts, ready
from essor.domain.sales.models import Contact
from essor.jobs import progress, worker
from essor.jobs.models import JobRun, JobState
from essor.jobs.tests.conftest import database_url

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).with_name("import_process.py")


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        with process:
            process.kill()


def start(started: list[subprocess.Popen[str]], *arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603 -- our own script
        [sys.executable, str(SCRIPT), *arguments],
        env=os.environ | {"DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started.append(process)
    return process


def test_killed_before_any_step_an_import_goes_on_without_doubles(
    admin: Actor, write: Write, processes: list[subprocess.Popen[str]]
) -> None:
    path = write(
        "Nom;Courriel;Fonction;Firme", *(f"N{i};p{i}@x.fr;T;Firm {i % 2}" for i in range(5)), "N;bad;T;Firm 9"
    )
    process = start(processes, "crash", str(path))
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    assert int(output.splitlines()[-1].split()[0]) > 20, output


def test_killed_at_any_moment_and_started_again_all_rows_are_there_once(
    admin: Actor, write: Write, processes: list[subprocess.Popen[str]]
) -> None:
    path = write("Nom;Courriel", *(f"N{i};p{i}@x.fr" for i in range(6000)))
    work = ready(admin, "Contact", path)
    chance = random.Random(7)  # noqa: S311 -- moments to kill at, the same each time
    kills, output = 0, ""
    while not Import.objects.get(pk=work.pk).finished and len(processes) < 40:
        process = start(processes, "run", str(work.pk))
        wanted = Import.objects.get(pk=work.pk).row + 500 * chance.randint(1, 2)
        while process.poll() is None and Import.objects.get(pk=work.pk).row < wanted:
            time.sleep(0.02)
        if process.poll() is None:
            time.sleep(chance.random() * 0.2)
            process.kill()
            kills += process.wait() != 0
        else:
            output = process.communicate()[0]
            # A server may still commit what the killed one had sent: then this one steps back, and is begun again.
            assert process.returncode == 0 or "AlreadyRunning" in output, output
    assert Import.objects.get(pk=work.pk).finished, output
    assert kills > 2
    emails = list(Contact.objects.values_list("email", flat=True))
    assert (len(emails), len(set(emails))) == (6000, 6000)
    assert counts(Import.objects.get(pk=work.pk)) == (6000, 0, 0, 0)


def test_an_import_is_paused_resumed_and_cancelled_by_its_job(
    admin: Actor, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "UPDATE_EVERY", 0.0)
    path = write("Nom", *(f"N{i}" for i in range(2600)))
    work = ready(admin, "Contact", path)
    job = jobs.start_import(admin, work)
    wishes = iter([progress.pause, progress.cancel])
    run = jobs.engine.run

    def interrupted(actor: Actor, work: Import, report: jobs.engine.Report) -> Import:
        wish = next(wishes, None)

        def ask(it: Import) -> None:
            if wish is not None and it.row % 1000 == 0:
                wish(job)
            report(it)

        return run(actor, work, ask)

    monkeypatch.setattr(jobs.engine, "run", interrupted)
    seen = []
    for step in (
        lambda: None,
        lambda: progress.resume(job),
        lambda: jobs.start_import(admin, Import.objects.get(pk=work.pk)),
    ):
        step()
        worker.drain()
        seen.append((JobRun.objects.get(pk=job).state, Contact.objects.count()))
    assert seen == [(JobState.PAUSED, 1000), (JobState.CANCELLED, 2000), (JobState.CANCELLED, 2600)]
    assert Import.objects.get(pk=work.pk).finished
    last = JobRun.objects.latest("pk")
    assert (last.state, last.done, last.total) == (JobState.DONE, 2600, 2600)


def test_undo_runs_as_a_job_too(admin: Actor, write: Write) -> None:
    work = ready(admin, "Contact", write("Nom", "A", "B"))
    jobs.start_import(admin, work)
    worker.drain()
    jobs.start_undo(admin, work)
    worker.drain()
    assert JobRun.objects.latest("pk").result == {"deleted": 2, "restored": 0, "returned": 0, "kept": 0}
