"""The last steps: a trial or the import itself, live while it runs, then what came of it; pause, resume, undo."""

from __future__ import annotations

from collections.abc import Callable
from io import TextIOWrapper
from tempfile import TemporaryFile
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.exchange import drafts, jobs, rejects
from essor.domain.exchange import start as starting
from essor.domain.exchange.models import Import
from essor.faces.web.importing.report import (
    REASONS_FROM,
    REFUSALS_SHOWN,
    frequent_reasons,
    refused_rows,
    report,
)
from essor.faces.web.importing.steps import steps
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import flash
from essor.jobs import progress
from essor.kernel.errors import EssorError, NotFound


@require_GET
def show(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Draw a trial or an import; a draft leads to its columns."""
    actor = actor_of(request)
    work = starting.found(actor, import_id)
    if work.draft:
        return HttpResponseRedirect(reverse("web:import_columns", args=[work.pk]))
    return render(request, "importing/run.html.jinja", _context(actor, work))


@require_GET
def state(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Answer the part of the page that changes while the import runs."""
    actor = actor_of(request)
    return render(request, "importing/state.html.jinja", _context(actor, starting.found(actor, import_id)))


def _context(actor: Actor, work: Import) -> dict[str, object]:
    found = report(actor, work)
    drafts_of_mine = Import.objects.filter(draft=True, user_id=actor.user_id)
    draft = drafts_of_mine.filter(pk=work.draft_id).first() if work.draft_id else None
    finished = work.finished
    return {
        "report": found,
        "work": work,
        "object": catalog_for(actor).object(work.object_name),
        "draft": draft,
        "steps": steps(draft, 3 if work.dry_run else 4),
        "refused": refused_rows(actor, work) if finished and work.refused else (),
        "reasons": frequent_reasons(work) if finished and work.refused else (),
        "shown": REFUSALS_SHOWN,
        "counted": REASONS_FROM,
        "again": _imported(work),
    }


def _imported(work: Import) -> bool:
    """Tell whether the draft behind a trial has been imported already: a second time would double the records."""
    real = Import.objects.filter(draft_id=work.draft_id, dry_run=False)
    return bool(work.dry_run and work.draft_id and real.exists())


@require_POST
def start(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Begin the real import of a draft."""
    actor = actor_of(request)
    draft = drafts.of(actor, import_id)
    try:
        work = drafts.run(actor, draft, dry_run=False)
    except EssorError as error:
        flash(request, str(error), tone="error")
        return HttpResponseRedirect(reverse("web:import_settings", args=[draft.pk]))
    jobs.start_import(actor, work)
    return HttpResponseRedirect(reverse("web:import", args=[work.pk]))


@require_POST
def act(request: HttpRequest, import_id: UUID, verb: str) -> HttpResponseBase:
    """Pause, resume, cancel, go on, or take the import back."""
    actor = actor_of(request)
    work = starting.found(actor, import_id)
    if verb not in VERBS:
        raise NotFound(_("There is nothing at this address."))
    VERBS[verb](actor, work)
    return HttpResponseRedirect(reverse("web:import", args=[work.pk]))


def _ask(verb: Callable[[int], object]) -> Callable[[Actor, Import], None]:
    def ask(_actor: Actor, work: Import) -> None:
        if work.job_id is not None:
            verb(work.job_id)

    return ask


def _go_on(actor: Actor, work: Import) -> None:
    """Start a new job for what was cancelled or began at the command line; two at once are kept apart by the engine."""
    if not work.finished and not report(actor, work).moving:
        jobs.start_import(actor, work)


def _take_back(actor: Actor, work: Import) -> None:
    if report(actor, work).undoable:
        jobs.start_undo(actor, work)


VERBS: dict[str, Callable[[Actor, Import], None]] = {
    "pause": _ask(progress.pause),
    "resume": _ask(progress.resume),
    "cancel": _ask(progress.cancel),
    "go-on": _go_on,
    "undo": _take_back,
}


@require_GET
def download(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Hand out the refused rows as a file to mend and import again."""
    work = starting.found(actor_of(request), import_id)
    file = TemporaryFile()  # noqa: SIM115 -- the answer closes it
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    rejects.write(work, text)
    text.detach()
    file.seek(0)
    name = "{}-{}.csv".format(work.file_name.rpartition(".")[0] or work.file_name, _("refused"))
    response = FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    return response
