"""An import as its pages draw it: how far, what came of it, what can be done with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog
from essor.domain.exchange.models import Import, Refusal
from essor.faces.web.shapes import Tone
from essor.jobs.models import JobRun, JobState
from essor.kernel import ids
from essor.query.names import names
from essor.records.models import Batch

REFUSALS_SHOWN = 100
REASONS_FROM = 5_000
REASONS_SHOWN = 8
STOPPED = "stopped"
QUOTED = re.compile(r"(?<=“)[^”]+(?=”)|(?<=«\u202f)[^»]+(?=\u202f»)")


@dataclass(frozen=True, slots=True)
class Report:
    """`state` is a JobState, or "stopped" for one that no job brings to its end; `undo` the job that takes it back."""

    work: Import
    state: str
    label: str
    tone: Tone
    message: str = ""
    done: int = 0
    total: int = 0
    who: str = ""
    of: str = ""
    undo: JobRun | None = None
    undone: bool = False

    @property
    def moving(self) -> bool:
        """Tell whether it goes on by itself."""
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def ended(self) -> bool:
        """Tell whether all rows were tried."""
        return self.work.finished

    @property
    def undoable(self) -> bool:
        """Tell whether there is something to take back."""
        wrote = self.work.created or self.work.updated or self.work.parents
        return bool(self.work.batch_id and wrote and not self.undone and not self.moving and not self.undoing)

    @property
    def undoing(self) -> bool:
        """Tell whether it is being taken back now."""
        return self.undo is not None and self.undo.state in (JobState.QUEUED, JobState.RUNNING)


def reports(works: Sequence[Import], names: Mapping[int, str], seen: Catalog) -> list[Report]:
    """Return the reports of some imports of objects that the reader sees, their jobs and batches in one query each."""
    jobs = JobRun.objects.in_bulk(
        _keys(work.job_id for work in works) | _keys(work.undo_job_id for work in works)
    )
    batches = Batch.objects.in_bulk([work.batch_id for work in works if work.batch_id])
    return [
        _report(work, jobs, batches.get(work.batch_id), names.get(work.user_id, ""), seen) for work in works
    ]  # type: ignore[arg-type]  # no batch has no id


def report(actor: Actor, work: Import) -> Report:
    """Return the report of one import."""
    return reports([work], {}, catalog_for(actor))[0]


def _keys(ids: Iterable[int | None]) -> set[int]:
    return {key for key in ids if key is not None}


def _report(work: Import, jobs: Mapping[int, JobRun], batch: Batch | None, who: str, seen: Catalog) -> Report:
    job, undo = jobs.get(work.job_id or 0), jobs.get(work.undo_job_id or 0)
    undone = batch is not None and batch.undone_date is not None
    state, label, tone = _state(work, job, undone=undone)
    return Report(
        work=work,
        state=state,
        label=label,
        tone=tone,
        message=job.message if job else "",
        done=max(work.row, job.done if job else 0),
        total=(job.total if job else 0) or 0,
        who=who,
        of=str(seen.object(work.object_name).plural),
        undo=undo,
        undone=undone,
    )


def _state(work: Import, job: JobRun | None, *, undone: bool) -> tuple[str, str, Tone]:
    if undone:
        return "undone", _("Taken back"), ""
    if work.finished:
        return JobState.DONE, _("Done"), "warn" if work.refused else "good"
    if job is None:
        return STOPPED, _("Stopped"), "warn"
    tones: dict[str, Tone] = {JobState.RUNNING: "accent", JobState.PAUSED: "warn", JobState.FAILED: "bad"}
    return job.state, str(JobState(job.state).label), tones.get(job.state, "")


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused row: its line in the file, and per refused cell the column, what stood there and why.

    `met` are (id, name) of the records that it collides with, as far as the reader sees them.
    """

    line: int
    cells: tuple[tuple[str, str, str], ...]
    met: tuple[tuple[str, str], ...] = ()


def refused_rows(actor: Actor, work: Import) -> list[Refused]:
    """Return the first refused rows."""
    places = {header: place for place, header in enumerate(work.headers)}
    rows = list(work.refusals.order_by("row")[:REFUSALS_SHOWN])
    seen = names(actor, {(name, key) for row in rows for name, key in row.met})
    catalog = catalog_for(actor)
    shown = {key: (ids.encode(catalog.object(key[0]).prefix, key[1]), name) for key, name in seen.items()}
    return [_refused(row, places, shown) for row in rows]


def _refused(
    row: Refusal, places: Mapping[str, int], seen: Mapping[tuple[str, int], tuple[str, str]]
) -> Refused:
    cells = []
    for header, reason in row.reasons.items():
        place = places.get(header, -1)
        first = next(filter(None, row.cells), "")
        value = row.cells[place] if 0 <= place < len(row.cells) else "" if header else first
        cells.append((header, value[:200], reason))
    met = dict.fromkeys((name, key) for name, key in row.met)
    # The headers are the file's first line.
    return Refused(row.row + 1, tuple(cells), tuple(seen[one] for one in met if one in seen))


def frequent_reasons(work: Import) -> list[tuple[str, str, int]]:
    """Return (column, reason, how often) of the commonest reasons among the first refused rows.

    Reasons that differ only in what they quote count as one.
    """
    counted: Counter[tuple[str, str]] = Counter()
    told: dict[tuple[str, str], str] = {}
    for reasons in work.refusals.order_by("row").values_list("reasons", flat=True)[:REASONS_FROM]:
        for header, reason in reasons.items():
            kind = (header, QUOTED.sub("…", reason))
            counted[kind] += 1
            told[kind] = reason if told.get(kind, reason) == reason else kind[1]
    return [(kind[0], told[kind], count) for kind, count in counted.most_common(REASONS_SHOWN)]
