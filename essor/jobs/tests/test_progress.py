"""Jobs that somebody watches: progress, pause, resume, cancel, failure, and the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from essor.jobs import execution, progress, worker
from essor.jobs.models import JobRun, JobState, LiveMessage
from essor.jobs.progress import Progress, Superseded, job
from essor.kernel.errors import FieldError, NotFound, ValidationFailed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _every_update_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "UPDATE_EVERY", 0)


def start(**params: Any) -> JobRun:
    return progress.start("work", title="Work", owner_id=5, params=params, total=10)


def state(row: JobRun) -> str:
    return JobRun.objects.get(pk=row.pk).state


def counting(at_step: Callable[[int, Progress], None]) -> list[int]:
    """Register a job of ten steps that calls back at each; return the steps it commits."""
    steps: list[int] = []

    @job("work")
    def _count(run: Progress) -> Mapping[str, Any]:
        for number in range(run.position.get("next", 0), 10):
            at_step(number, run)
            with transaction.atomic():
                steps.append(number)
                run.save_position({"next": number + 1}, done=number + 1)
            run.update(message=f"step {number}")
        return {"file": "exports/contacts.csv"}

    return steps


def nothing_else(_number: int, _run: Progress) -> None:
    pass


def test_a_job_runs_in_the_background_and_keeps_its_result() -> None:
    seen: list[Mapping[str, Any]] = []
    steps = counting(lambda _, run: seen.append(run.params))
    row = start(path="people.csv")
    assert (row.state, row.total) == (JobState.QUEUED, 10)
    worker.drain()
    row.refresh_from_db()
    assert steps == list(range(10))
    assert seen[0] == {"path": "people.csv"}
    assert (row.state, row.done, row.message) == (JobState.DONE, 10, "step 9")
    assert row.result == {"file": "exports/contacts.csv"}
    assert row.started
    assert row.finished


def test_a_job_is_started_with_its_deed_or_not_at_all() -> None:
    steps = counting(nothing_else)
    with transaction.atomic():
        start()
        transaction.set_rollback(True)
    worker.drain()
    assert steps == []
    assert not JobRun.objects.exists()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        progress.start("nonsense", title="", owner_id=None)


def test_a_running_job_pauses_and_goes_on_where_it_was() -> None:
    def pause_at_four(number: int, run: Progress) -> None:
        if number == 4 and not paused:
            paused.append(progress.pause(run.id))

    paused: list[JobRun] = []
    steps = counting(pause_at_four)
    row = start()
    worker.drain()
    row.refresh_from_db()
    assert (row.state, row.done, row.wish) == (JobState.PAUSED, 5, "")
    worker.drain()
    assert steps == list(range(5))
    progress.resume(row.pk)
    worker.drain()
    assert steps == list(range(10))
    assert state(row) == JobState.DONE


def test_a_pause_can_be_taken_back_before_it_is_obeyed() -> None:
    def change_of_mind(number: int, run: Progress) -> None:
        progress.pause(run.id)
        progress.resume(run.id)

    steps = counting(change_of_mind)
    row = start()
    worker.drain()
    assert steps == list(range(10))
    assert state(row) == JobState.DONE


def test_a_waiting_job_pauses_at_once_and_runs_once_after_being_resumed() -> None:
    steps = counting(nothing_else)
    row = start()
    assert progress.pause(row.pk).state == JobState.PAUSED
    progress.resume(row.pk)
    assert DBTaskResult.objects.count() == 2
    worker.drain()
    assert steps == list(range(10))
    assert state(row) == JobState.DONE


def test_a_job_is_cancelled_while_it_runs_waits_or_pauses() -> None:
    def cancel_at_three(number: int, run: Progress) -> None:
        if number == 3:
            progress.cancel(run.id)

    steps = counting(cancel_at_three)
    running = start()
    worker.drain()
    assert (state(running), steps) == (JobState.CANCELLED, [0, 1, 2, 3])
    waiting = start()
    progress.cancel(waiting.pk)
    paused = start()
    progress.pause(paused.pk)
    progress.cancel(paused.pk)
    worker.drain()
    assert state(waiting) == state(paused) == JobState.CANCELLED
    progress.resume(paused.pk)
    assert state(paused) == JobState.CANCELLED
    assert len(steps) == 4


def test_a_job_that_has_ended_is_left_alone() -> None:
    counting(nothing_else)
    row = start()
    worker.drain()
    for verb in (progress.pause, progress.cancel, progress.resume):
        assert verb(row.pk).state == JobState.DONE
    assert state(row) == JobState.DONE


def test_an_unknown_job_is_not_found() -> None:
    with pytest.raises(NotFound):
        progress.pause(999)


def test_a_failure_meant_for_people_is_shown_and_another_one_is_not() -> None:
    def fail(number: int, run: Progress) -> None:
        if run.params["how"] == "told":
            raise ValidationFailed([FieldError("Email", "REQUIRED", "The e-mail is missing.")])
        raise ArithmeticError("secret detail")

    counting(fail)
    told, hidden = start(how="told"), start(how="hidden")
    worker.drain()
    for row in (told, hidden):
        row.refresh_from_db()
        assert row.state == JobState.FAILED
    assert told.message == "The e-mail is missing."
    assert "secret" not in hidden.message
    assert "secret detail" in DBTaskResult.objects.get(pk=str(hidden.task_id)).traceback


def test_a_failed_job_can_be_resumed() -> None:
    def fail_once(number: int, run: Progress) -> None:
        if number == 6 and not failed:
            failed.append(number)
            raise ArithmeticError

    failed: list[int] = []
    steps = counting(fail_once)
    row = start()
    worker.drain()
    assert state(row) == JobState.FAILED
    progress.resume(row.pk)
    worker.drain()
    assert steps == list(range(10))
    assert state(row) == JobState.DONE


def test_a_database_that_goes_away_does_not_fail_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_it_once(number: int, run: Progress) -> None:
        if number == 2 and not lost:
            lost.append(number)
            raise OperationalError("server closed the connection")

    monkeypatch.setattr(execution, "FIRST_WAIT", 0)
    lost: list[int] = []
    steps = counting(lose_it_once)
    row = start()
    worker.drain()
    assert steps == list(range(10))
    assert state(row) == JobState.DONE


def test_a_stopping_worker_hands_the_job_back_with_its_wish() -> None:
    def stop_at_three(number: int, run: Progress) -> None:
        if number == 3:
            progress.pause(run.id)
            stop.set()

    stop = threading.Event()
    counting(stop_at_three)
    row = start()
    execution.run_next("stopping", stop)
    row.refresh_from_db()
    assert (row.state, row.wish, row.position) == (JobState.QUEUED, "pause", {"next": 4})
    worker.drain()
    assert state(row) == JobState.PAUSED


def test_a_run_that_was_thought_dead_cannot_write_any_more() -> None:
    def be_overtaken(number: int, run: Progress) -> None:
        if number == 5 and not overtaken:
            overtaken.append(number)
            # Meanwhile another worker finds this task without a pulse and runs the job to its end.
            DBTaskResult.objects.update(worker_ids=["dead"])
            execution.recover()
            DBTaskResult.objects.update(run_after="2020-01-01T00:00Z")
            execution.run_next("next", threading.Event())

    overtaken: list[int] = []
    steps = counting(be_overtaken)
    row = start()
    execution.run_next("asleep", threading.Event())
    # The sleeper does step 5 once more, but in a transaction that save_position rolls back.
    assert steps == [*range(10), 5]
    row.refresh_from_db()
    assert (row.state, row.done, row.position) == (JobState.DONE, 10, {"next": 10})


def test_save_position_is_rolled_back_with_the_work() -> None:
    counting(nothing_else)
    row = start()
    run = Progress(row)
    with transaction.atomic():
        run.save_position({"next": 3}, done=3)
        transaction.set_rollback(True)
    row.refresh_from_db()
    assert row.position == {}
    JobRun.objects.update(token="00000000-0000-0000-0000-000000000001")
    with pytest.raises(Superseded):
        run.save_position({"next": 3}, done=3)


def test_a_job_given_up_by_the_worker_says_so_and_can_be_resumed() -> None:
    counting(nothing_else)
    row = start()
    assert row.task_id
    progress.give_up(row.task_id)
    row.refresh_from_db()
    assert row.state == JobState.FAILED
    assert row.message
    progress.resume(row.pk)
    worker.drain()
    assert state(row) == JobState.DONE


def test_updates_cost_nothing_most_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "UPDATE_EVERY", 60)
    counting(nothing_else)
    run = Progress(start())
    run.update(done=1)
    with CaptureQueriesContext(connection) as queries:
        for number in range(100_000):
            run.update(done=number)
    assert len(queries) == 0


def test_those_who_watch_hear_of_every_step() -> None:
    counting(nothing_else)
    row = start()
    worker.drain()
    on_job, to_owner = (
        [
            orjson.loads(message.payload)
            for message in LiveMessage.objects.filter(channel=channel).order_by("id")
        ]
        for channel in (f"job:{row.pk}", "user:5")
    )
    assert [message["state"] for message in on_job] == ["queued", *["running"] * 11, "done"]
    assert [message["done"] for message in on_job][2:] == [*range(1, 11), 10]
    assert on_job[-1]["result"] == {"file": "exports/contacts.csv"}
    assert [message["job"] for message in to_owner] == on_job


def test_a_job_speaks_the_language_of_who_started_it() -> None:
    heard: list[str | None] = []

    @job("work")
    def _listen(run: Progress) -> None:
        heard.append(translation.get_language())

    with translation.override("fr"):
        start()
    with translation.override("en"):
        worker.drain()
    assert heard == ["fr"]
