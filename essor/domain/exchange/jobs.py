"""Imports and exports in the background, with progress, pause and resume; and what is swept up after them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.exchange import drafts, engine, export, table
from essor.domain.exchange.models import Import
from essor.domain.exchange.position import file_of
from essor.jobs import progress
from essor.jobs.person import actor_of
from essor.jobs.progress import Progress, job
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import task
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records import undo

EXPORTS_KEPT = timedelta(days=7)
FILES_KEPT = timedelta(days=30)


def start_import(actor: Actor, work: Import) -> int:
    """Put an import on the list of jobs, from where it stands, and return the job's id."""
    title = _("Trial import of %(file)s") if work.dry_run else _("Import of %(file)s")
    with transaction.atomic():
        row = progress.start(
            "import",
            title=title % {"file": work.file_name},
            owner_id=actor.user_id,
            params={"import": str(work.pk)},
        )
        Import.objects.filter(pk=work.pk).update(job_id=row.pk)
    work.job_id = row.pk
    return row.pk


def start_undo(actor: Actor, work: Import) -> int:
    """Put the undoing of an import on the list of jobs and return the job's id."""
    if work.batch_id is None:
        raise ValidationFailed([FieldError("", "ALREADY_UNDONE", _("There is nothing to undo."))])
    with transaction.atomic():
        row = progress.start(
            "undo",
            title=_("Undoing the import of %(file)s") % {"file": work.file_name},
            owner_id=actor.user_id,
            params={"batch": str(work.batch_id)},
        )
        Import.objects.filter(pk=work.pk).update(undo_job_id=row.pk)
    return row.pk


@job("import")
def run_import(run: Progress) -> Mapping[str, Any]:
    """Run an import from where it stands."""
    work = Import.objects.get(pk=run.params["import"])
    actor = actor_of(work.user_id)
    shape = table.Table(tuple(work.headers), (), work.encoding, work.separator, work.sheet)
    run.update(done=work.row, total=table.count_rows(file_of(work), shape))
    engine.run(actor, work, lambda it: run.update(done=it.row))
    run.update(done=work.row, total=work.row)
    return {
        "import": str(work.pk),
        "created": work.created,
        "updated": work.updated,
        "unchanged": work.unchanged,
        "refused": work.refused,
        "parents": work.parents,
        "dry_run": work.dry_run,
    }


@job("export")
def run_export(run: Progress) -> Mapping[str, Any]:
    """Write an export's file."""
    return export.run(actor_of(run.owner_id or 0), run)


@job("undo")
def run_undo(run: Progress) -> Mapping[str, Any]:
    """Take a batch back."""
    done = undo.undo(actor_of(run.owner_id or 0), run.params["batch"])
    return {"deleted": done.deleted, "restored": done.restored, "returned": done.returned, "kept": done.kept}


@task()
def purge_files() -> None:
    """Delete files that were handed out or in long ago, and drafts that nobody came back to."""
    Import.objects.filter(draft=True, created_date__lt=timezone.now() - FILES_KEPT).delete()
    _purge(Path(settings.MEDIA_ROOT) / "exports", EXPORTS_KEPT)
    _purge(drafts.folder(), FILES_KEPT)


def _purge(folder: Path, kept: timedelta) -> None:
    limit = (timezone.now() - kept).timestamp()
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.stat().st_mtime < limit:
            file.unlink(missing_ok=True)


SCHEDULE.add("purge imported and exported files", purge_files, daily(time(3, 40)))
