"""Long work that somebody started, watches, pauses, resumes and cancels; it survives the death of its worker.

Example:
    @job("import")
    def import_rows(run: Progress) -> Mapping[str, Any]:
        for rows in batches(run.params["path"], start=run.position.get("row", 0)):
            with transaction.atomic():
                ...
                run.save_position({"row": rows.end}, done=rows.end)    # commits with the rows, or not at all
            run.update()                                # here it may be paused, cancelled or interrupted
        return {"file": "…"}

    start("import", title=_("Import of contacts"), owner_id=user.pk, params={"path": path})
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from essor.jobs import live
from essor.jobs.models import JobRun, JobState, JobWish
from essor.jobs.tasks import Interrupted, check_interrupted, current_task_id, task
from essor.kernel import events
from essor.kernel.errors import Busy, EssorError, NotFound

UPDATE_EVERY = 0.5  # seconds between two writes of the progress
LONG = timedelta(seconds=20)  # work that nobody waits for in front of the screen
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Halted(BaseException):
    """The run ends here; no failure, so `except Exception` in a job lets it pass."""


class Paused(Halted):
    """Somebody paused the job."""


class Cancelled(Halted):
    """Somebody cancelled the job."""


class Superseded(Halted):
    """This run was thought dead and another one has taken the job over: nothing more may be written."""


class Progress:
    """The job as its own code sees it while it runs."""

    def __init__(self, row: JobRun) -> None:
        """Take hold of a job that this run has just claimed."""
        self.id: int = row.pk
        self.owner_id: int | None = row.owner_id
        self.params: Mapping[str, Any] = row.params
        self.position: Mapping[str, Any] = row.position
        self._row = row
        self._mine = JobRun.objects.filter(pk=row.pk, token=row.token)
        self._next_write = 0.0

    def update(
        self, *, done: int | None = None, total: int | None = None, message: str | None = None
    ) -> None:
        """Say how far it is. Costs nothing most of the time: written and published twice a second at most.

        Raises Paused, Cancelled, Interrupted or Superseded, which the job lets pass; so call it between transactions.
        """
        self._row.done = self._row.done if done is None else done
        self._row.total = self._row.total if total is None else total
        self._row.message = self._row.message if message is None else message
        check_interrupted()
        if time.monotonic() >= self._next_write:
            self._next_write = time.monotonic() + UPDATE_EVERY
            self._write()
            self._obey()

    def save_position(self, position: Mapping[str, Any], *, done: int) -> None:
        """Remember where to take up again, and how much is done, in the transaction that did it; raises Superseded."""
        self._row.done = done
        if not self._mine.update(position=position, done=done):
            raise Superseded
        self.position = position

    def _write(self) -> None:
        row = self._row
        with transaction.atomic():
            if not self._mine.update(done=row.done, total=row.total, message=row.message):
                raise Superseded
            _publish(row)

    def _obey(self) -> None:
        wish = self._mine.values_list("wish", flat=True).first()
        if wish == JobWish.PAUSE:
            raise Paused
        if wish == JobWish.CANCEL:
            raise Cancelled


Function = Callable[[Progress], Mapping[str, Any] | None]
_functions: dict[str, Function] = {}


def job(kind: str) -> Callable[[Function], Function]:
    """Register the function that does the jobs of `kind`; what it returns (JSON) is the job's result."""

    def register(function: Function) -> Function:
        if kind in _functions:
            message = f"two jobs are called {kind!r}"
            raise ValueError(message)
        _functions[kind] = function
        return function

    return register


def start(
    kind: str,
    *,
    title: str,
    owner_id: int | None,
    params: Mapping[str, Any] | None = None,
    total: int | None = None,
) -> JobRun:
    """Put a job on the list; it runs once the current transaction is committed."""
    _functions[kind]  # an unknown kind is the caller's mistake, to be seen now
    row = JobRun(
        kind=kind,
        title=title[:200],
        owner_id=owner_id,
        language=translation.get_language() or "",
        params=dict(params or {}),
        total=total,
    )
    with transaction.atomic():
        row.save()
        _queue(row)
    return row


def pause(job_id: int) -> JobRun:
    """Pause a job: at once while it waits, at its next update while it runs."""
    return _ask(job_id, wish=JobWish.PAUSE, at_once=JobState.PAUSED, waiting=(JobState.QUEUED,))


def cancel(job_id: int) -> JobRun:
    """Cancel a job: at once while it waits, at its next update while it runs. What it has done stays done."""
    waiting = (JobState.QUEUED, JobState.PAUSED, JobState.FAILED)
    return _ask(job_id, wish=JobWish.CANCEL, at_once=JobState.CANCELLED, waiting=waiting)


def resume(job_id: int) -> JobRun:
    """Let a paused or failed job go on from its position."""
    with transaction.atomic():
        row = _locked(job_id)
        if row.state in (JobState.PAUSED, JobState.FAILED):
            _queue(row)
        elif row.state == JobState.RUNNING and row.wish == JobWish.PAUSE:
            JobRun.objects.filter(pk=row.pk).update(wish=JobWish.NONE)
    return row


def describe(row: JobRun) -> dict[str, Any]:
    """Return what a page needs to draw the job; the payload of its live messages."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": row.title,
        "state": str(row.state),
        "done": row.done,
        "total": row.total,
        "message": row.message,
        "result": row.result,
    }


def give_up(task_id: UUID) -> None:
    """Mark as failed the job of a task that will not be run again."""
    for row in JobRun.objects.filter(task_id=task_id, state__in=(JobState.QUEUED, JobState.RUNNING)):
        with translation.override(row.language or None):
            _turn(row, JobState.FAILED, message=_("The job stopped unexpectedly. You can resume it."))


@task()
def run_job(job_id: int) -> None:
    """Run a job to its end, or to the next pause."""
    row = _take(job_id)
    if row is None:
        return
    with translation.override(row.language or None):
        try:
            result = _functions[row.kind](Progress(row))
        except Paused:
            _turn(row, JobState.PAUSED)
        except Cancelled:
            _turn(row, JobState.CANCELLED)
        except Superseded:
            return
        except (Interrupted, OperationalError, InterfaceError, Busy):
            # Nothing wrong with the job: it goes on when a worker or the database is back.
            _turn(row, JobState.QUEUED)
            raise
        except Exception as error:
            reason = str(error) if isinstance(error, EssorError) else _("An internal error occurred.")
            _turn(row, JobState.FAILED, message=reason)
            raise
        else:
            row.result = None if result is None else orjson.loads(orjson.dumps(result, default=str))
            _turn(row, JobState.DONE)


def _take(job_id: int) -> JobRun | None:
    """Make this run the job's only one; None when there is nothing to do for it."""
    with transaction.atomic():
        row = JobRun.objects.select_for_update().filter(pk=job_id).first()
        if row is None or row.state not in (JobState.QUEUED, JobState.RUNNING):
            return None
        if current_task_id() not in (None, row.task_id):  # paused and resumed meanwhile: a later task has it
            return None
        row.token = uuid4()
        row.state, row.started = JobState.RUNNING, row.started or timezone.now()
        row.save(update_fields=["token", "state", "started"])
        _publish(row)
    return row


def _queue(row: JobRun) -> None:
    """Enqueue a task for the job; the task before it, if one is left, will find that it is no longer meant."""
    row.state, row.wish, row.message, row.finished = JobState.QUEUED, JobWish.NONE, "", None
    row.task_id = UUID(run_job.enqueue(row.pk).id)
    row.save()
    _publish(row)


def _turn(row: JobRun, state: JobState, *, message: str | None = None) -> None:
    """Bring the job into its next state, unless another run has taken it over."""
    row.state, row.message = state, row.message if message is None else message
    row.finished = timezone.now() if state in ENDED else None
    fields = {
        name: getattr(row, name) for name in ("state", "message", "finished", "done", "total", "result")
    }
    if state != JobState.QUEUED:  # an interrupted run leaves the wish to the next one
        fields["wish"] = JobWish.NONE
    with transaction.atomic():
        if JobRun.objects.filter(pk=row.pk, token=row.token).update(**fields):
            _publish(row)
            _announce(row)


def _ask(job_id: int, *, wish: JobWish, at_once: JobState, waiting: tuple[JobState, ...]) -> JobRun:
    with transaction.atomic():
        row = _locked(job_id)
        if row.state in waiting:
            _turn(row, at_once)
        elif row.state == JobState.RUNNING:
            row.wish = wish
            JobRun.objects.filter(pk=row.pk).update(wish=wish)
    return row


def _locked(job_id: int) -> JobRun:
    row = JobRun.objects.select_for_update().filter(pk=job_id).first()
    if row is None:
        raise NotFound(_("There is no such job."))
    return row


def _announce(row: JobRun) -> None:
    """Tell the outbox of an end that its owner may have missed: a failure, or that of work nobody waits for."""
    lasted = (row.finished - (row.started or row.created)) if row.finished else timedelta()
    if row.state == JobState.FAILED or (row.state == JobState.DONE and lasted >= LONG):
        payload = {
            "owner_id": row.owner_id,
            "title": row.title,
            "state": str(row.state),
            "message": row.message,
        }
        events.emit("job.ended", "JobRun", [row.pk], payload)


def _publish(row: JobRun) -> None:
    """Tell those who watch this job, and its owner wherever they are."""
    live.publish(f"job:{row.pk}", describe(row))
    if row.owner_id is not None:
        live.publish(f"user:{row.owner_id}", {"job": describe(row)})
