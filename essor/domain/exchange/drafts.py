"""An import in the making: the file that was handed in, and what was decided about it so far."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.exchange import mapping, scan, start, table
from essor.domain.exchange.models import Import, Mode, Twins
from essor.domain.exchange.table import BadTable, Table
from essor.kernel.errors import NotFound

LARGEST = 500_000_000
SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".xlsb", ".ods")
# What a look at the file costs while somebody waits; the rows beyond are checked by the trial.
LOOKED_AT = 20_000


def folder() -> Path:
    """Return where files wait for their import."""
    return Path(settings.MEDIA_ROOT) / "imports"


def open_draft(actor: Actor, object_name: str, file_name: str, chunks: Iterable[bytes]) -> Import:
    """Keep a file that somebody hands in and return its draft, columns proposed; BadTable when it is no table."""
    obj = catalog_for(actor).object(object_name)
    start.allow(actor, obj)
    path = _keep(file_name, chunks)
    try:
        shape = table.inspect(path)
    except BadTable:
        path.unlink(missing_ok=True)
        raise
    draft = Import(
        draft=True,
        object_name=obj.name,
        user_id=actor.user_id,
        file_name=file_name[:255],
        path=str(path),
        fingerprint=table.fingerprint(path),
        language=actor.language,
    )
    return _take_shape(actor, draft, shape)


def _keep(file_name: str, chunks: Iterable[bytes]) -> Path:
    suffix = Path(file_name).suffix.lower()
    if suffix not in SUFFIXES:
        raise BadTable(_("This is not a table: upload a CSV, TXT, TSV, XLSX, XLS or ODS file."))
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{uuid4().hex}{suffix}"
    size = 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                break
            file.write(chunk)
    if size > LARGEST:
        path.unlink()
        raise BadTable(_("This file is larger than 500 MB. Use the command line: essor import."))
    return path


def reshape(actor: Actor, draft: Import, *, encoding: str, separator: str, sheet: str) -> Import:
    """Read the file another way; the columns are proposed anew when they change."""
    shape = table.inspect(Path(draft.path), encoding=encoding, separator=separator, sheet=sheet)
    return _take_shape(actor, draft, shape)


def _take_shape(actor: Actor, draft: Import, shape: Table) -> Import:
    draft.encoding, draft.separator, draft.sheet = shape.encoding, shape.separator, shape.sheet
    if list(shape.headers) != draft.headers:
        catalog = catalog_for(actor)
        draft.headers = list(shape.headers)
        draft.mapping = mapping.propose(shape.headers, catalog.object(draft.object_name), catalog)
        draft.words = {}
    draft.save()
    return draft


def of(actor: Actor, draft_id: UUID) -> Import:
    """Return a draft of the actor's own whose file is still there; NotFound otherwise."""
    draft = Import.objects.filter(pk=draft_id, draft=True, user_id=actor.user_id).first()
    if draft is None or not Path(draft.path).is_file():
        raise NotFound(_("This import is no longer there. Start again with the file."))
    return draft


def shape_of(draft: Import) -> Table:
    """Return how the draft's file is read now, with some rows to show."""
    return table.inspect(
        Path(draft.path), encoding=draft.encoding, separator=draft.separator, sheet=draft.sheet
    )


def look(draft: Import, shape: Table) -> dict[str, scan.Column]:
    """Return {header: what its column holds}, from the beginning of the file."""
    return scan.columns(Path(draft.path), shape, language=draft.language, most=LOOKED_AT)


def decided(draft: Import, *, dry_run: bool) -> start.Settings:
    """Return what was decided, for a trial or the real run."""
    return start.Settings(
        mapping=draft.mapping,
        mode=Mode(draft.mode),
        match=draft.match,
        make_parents=draft.make_parents,
        clear_empty=draft.clear_empty,
        duplicates=Twins(draft.duplicates),
        assign=draft.assign,
        dry_run=dry_run,
        words=draft.words,
        constants=draft.constants,
        language=draft.language,
    )


def run(actor: Actor, draft: Import, *, dry_run: bool) -> Import:
    """Return the import that the draft asks for, checked and ready to be put on the list of jobs."""
    return start.prepare(
        actor,
        draft.object_name,
        Path(draft.path),
        decided(draft, dry_run=dry_run),
        shape=shape_of(draft),
        file_name=draft.file_name,
        draft_id=draft.pk,
    )
