"""Where an import stands: moved on in the transaction that does the rows, by one process at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.db.models import F
from django.utils.translation import gettext as _

from essor.domain.exchange import table
from essor.domain.exchange.encodings import BadTable
from essor.domain.exchange.models import Import
from essor.kernel.errors import EssorError


class AlreadyRunning(EssorError):
    """Another process has moved the import on: this one must not write the same rows."""

    code = "ALREADY_RUNNING"


def claim(work: Import, *, row: int) -> None:
    """Take the import within a transaction and move it to `row`; AlreadyRunning when somebody else has moved it."""
    if not Import.objects.filter(pk=work.pk, row=work.row, finished=False).update(row=row):
        raise AlreadyRunning(_("Another process is running this import."))
    work.row = row


def add(work: Import, counts: Mapping[str, int]) -> None:
    """Add to the import's counters, in the database and here."""
    Import.objects.filter(pk=work.pk).update(**{name: F(name) + count for name, count in counts.items()})
    for name, count in counts.items():
        setattr(work, name, getattr(work, name) + count)


def file_of(work: Import) -> Path:
    """Return the file; BadTable when it is gone or no longer the one that the import began with."""
    path = Path(work.path)
    if not path.is_file():
        raise BadTable(_("The file “%(name)s” is no longer there.") % {"name": work.file_name})
    if work.fingerprint and table.fingerprint(path) != work.fingerprint:
        message = _("The file “%(name)s” has changed since the import began. Start a new import.")
        raise BadTable(message % {"name": work.file_name})
    return path
