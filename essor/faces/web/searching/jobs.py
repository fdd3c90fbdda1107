"""Background work: what runs and what is done, with pause, resume, cancel, undo, and the files of exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy
from django.views.decorators.http import require_GET, require_POST

from essor.access import principals
from essor.access.actor import Actor
from essor.domain.exchange.models import Import
from essor.faces.web.formatting import number
from essor.faces.web.records.reading import actor_of
from essor.jobs import progress
from essor.jobs.models import JobRun, JobState
from essor.kernel.errors import Forbidden, NotFound
from essor.kernel.whole import whole
from essor.records.models import Batch

SIZE = 50
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ACTIONS = {"pause": progress.pause, "resume": progress.resume, "cancel": progress.cancel}
TONES = {JobState.DONE: "good", JobState.FAILED: "bad", JobState.RUNNING: "accent", JobState.PAUSED: "warn"}


@dataclass(frozen=True, slots=True)
class Job:
    """One job as the page draws it: how far, what came of it, what can be done with it."""

    id: int
    title: str
    state: str
    label: str
    tone: str
    done: int
    total: int
    hint: str
    message: str
    who: str
    when: datetime
    verbs: tuple[str, ...]
    file_href: str = ""
    import_href: str = ""
    undo_href: str = ""

    @property
    def moving(self) -> bool:
        """Tell whether a progress bar says anything."""
        return self.state in (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)


@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw my jobs, newest first; administrators may look at everybody's (`all`)."""
    actor = actor_of(request)
    everybody = actor.is_admin and request.GET.get("all") == "1"
    rows = JobRun.objects.order_by("-pk")
    before = request.GET.get("before", "")
    if not everybody:
        rows = rows.filter(owner_id=actor.user_id)
    if (key := whole(before)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows[: SIZE + 1])
    context = {
        "jobs": drawn(actor, found[:SIZE]),
        "everybody": everybody,
        "may_see_all": actor.is_admin,
        "more": found[SIZE - 1].pk if len(found) > SIZE else 0,
    }
    return render(request, "searching/jobs.html.jinja", context)


def mine(actor: Actor, job_id: int) -> JobRun:
    """Return a job of the actor's own, or any for an administrator; NotFound otherwise."""
    row = JobRun.objects.filter(pk=job_id).first()
    if row is None or (row.owner_id != actor.user_id and not actor.is_admin):
        raise NotFound(_("There is no such job."))
    return row


@require_GET
def line(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Answer one job, drawn anew."""
    actor = actor_of(request)
    return _line(request, actor, mine(actor, job_id))


def _line(request: HttpRequest, actor: Actor, row: JobRun) -> HttpResponse:
    return render(request, "searching/job.html.jinja", {"job": drawn(actor, [row])[0]})


@require_POST
def act(request: HttpRequest, job_id: int, verb: str) -> HttpResponseBase:
    """Pause, resume or cancel a job."""
    actor = actor_of(request)
    mine(actor, job_id)
    if verb not in ACTIONS:
        raise NotFound(_("There is no such job."))
    ACTIONS[verb](job_id)
    return _line(request, actor, mine(actor, job_id))


@require_POST
def take_back(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Undo what a job has done, as a job of its own."""
    actor = actor_of(request)
    row = mine(actor, job_id)
    batch = _batches([row]).get(row.pk)
    if batch is None or batch.undone_date is not None:
        raise NotFound(_("There is nothing to undo."))
    if batch.user_id != actor.user_id and not actor.is_admin:
        raise Forbidden(_("Only its author or an administrator may undo this."))
    title = _("Undo: %(title)s") % {"title": row.title}
    progress.start("undo", title=title, owner_id=actor.user_id, params={"batch": str(batch.pk)})
    return (
        HttpResponse(headers={"HX-Refresh": "true"}) if request.headers.get("HX-Request") else show(request)
    )


@require_GET
def download(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Hand out the file of an export to the one who asked for it, and to nobody else: it holds what that person sees."""
    actor = actor_of(request)
    row = JobRun.objects.filter(pk=job_id, owner_id=actor.user_id, kind="export", state=JobState.DONE).first()
    result: Mapping[str, Any] = (row.result if row else None) or {}
    path = Path(settings.MEDIA_ROOT) / "exports" / Path(str(result.get("file", ""))).name
    if not result.get("file") or path.suffix not in TYPES or not path.is_file():
        raise NotFound(_("This file does not exist any more. Start the export again."))
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=str(result.get("name") or path.name),
        content_type=TYPES[path.suffix],
    )


def drawn(actor: Actor, rows: list[JobRun]) -> list[Job]:
    """Return the jobs for the page: the batches and the names of their owners in one query each."""
    batches = _batches(rows)
    people = principals.names(row.owner_id for row in rows)
    return [_drawn(actor, row, batches.get(row.pk), people.get(row.owner_id or 0, "")) for row in rows]


def _drawn(actor: Actor, row: JobRun, batch: Batch | None, who: str) -> Job:
    state = JobState(row.state)
    result: Mapping[str, Any] = row.result or {}
    ended = state in progress.ENDED
    own = row.owner_id == actor.user_id
    undoable = ended and batch is not None and batch.undone_date is None and row.done > 0
    return Job(
        id=row.pk,
        title=row.title,
        state=str(state),
        label=str(state.label),
        tone=TONES.get(state, ""),
        done=row.done,
        total=row.total or 0,
        hint=_hint(row),
        message=row.message or _outcome(row.kind, result),
        who="" if own else who,
        when=row.finished or row.started or row.created,
        verbs=verbs(row),
        file_href=f"/jobs/{row.pk}/file" if state == JobState.DONE and own and result.get("file") else "",
        import_href=f"/import/{row.params['import']}/"
        if row.kind == "import" and row.params.get("import")
        else "",
        undo_href=f"/jobs/{row.pk}/undo" if undoable else "",
    )


def verbs(row: JobRun) -> tuple[str, ...]:
    """Return what can be asked of a job now."""
    if row.state in (JobState.QUEUED, JobState.RUNNING):
        return ("pause", "cancel")
    if row.state in (JobState.PAUSED, JobState.FAILED):
        return ("resume", "cancel")
    return ()


def _hint(row: JobRun) -> str:
    if row.total:
        return _("%(done)s of %(total)s") % {"done": number(row.done, 0), "total": number(row.total, 0)}
    return number(row.done, 0) if row.done else ""


# Some languages say "created" otherwise of one than of several.
OUTCOMES = {
    "created": ngettext_lazy("%(num)s created", "%(num)s created", "count"),
    "updated": ngettext_lazy("%(num)s changed", "%(num)s changed", "count"),
    "unchanged": ngettext_lazy("%(num)s unchanged", "%(num)s unchanged", "count"),
    "deleted": ngettext_lazy("%(num)s deleted", "%(num)s deleted", "count"),
    "done": ngettext_lazy("%(num)s done", "%(num)s done", "count"),
    "restored": ngettext_lazy("%(num)s restored", "%(num)s restored", "count"),
    "returned": ngettext_lazy("%(num)s brought back", "%(num)s brought back", "count"),
    "refused": ngettext_lazy("%(num)s refused", "%(num)s refused", "count"),
    "kept": ngettext_lazy("%(num)s left as it is", "%(num)s left as they are", "count"),
}


def _outcome(kind: str, result: Mapping[str, Any]) -> str:
    """Return what came of a job, in words."""
    if kind == "export" and "rows" in result:
        return ngettext("%(num)s row", "%(num)s rows", result["rows"]) % {"num": number(result["rows"], 0)}
    parts = [
        word % {"count": result[key], "num": number(result[key], 0)}
        for key, word in OUTCOMES.items()
        if isinstance(result.get(key), int) and result[key]
    ]
    reasons = [text for text, _count in result.get("reasons", ())[:3]]
    return ", ".join(parts) + (f" ({' '.join(reasons)})" if reasons else "")


def _batches(rows: list[JobRun]) -> dict[int, Batch]:
    """Return {job id: the batch that undoes it}."""
    wanted: dict[int, UUID] = {}
    imports = {
        row.pk: row.params["import"] for row in rows if row.kind == "import" and row.params.get("import")
    }
    known = (
        dict(Import.objects.filter(pk__in=imports.values()).values_list("pk", "batch_id")) if imports else {}
    )
    for row in rows:
        if row.kind in ("mass_edit", "mass_delete"):
            wanted[row.pk] = UUID(row.params["batch"])
        elif row.pk in imports and (batch_id := known.get(UUID(imports[row.pk]))):
            wanted[row.pk] = batch_id
    batches = Batch.objects.in_bulk(wanted.values()) if wanted else {}
    return {job_id: batches[key] for job_id, key in wanted.items() if key in batches}
