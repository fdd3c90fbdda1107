"""Answers as files: what stands on the page, or the rows of a table, under the right to export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.exchange import export
from essor.domain.reports import running, tables
from essor.domain.reports.actions.keep import definition_of
from essor.domain.reports.answer import Answer
from essor.domain.reports.asking import prepared
from essor.domain.reports.models import Report
from essor.kernel.errors import Forbidden


def require_export(actor: Actor, report: Report) -> None:
    """Raise Forbidden without the right to export what the report is about."""
    obj = catalog_for(actor).object(report.object_name)
    if not row_access.may(actor, obj, "export"):
        raise Forbidden(_("You may not export %(plural)s.") % {"plural": obj.plural})


def name_of(report: Report, form: str) -> str:
    """Return a file name that any system takes."""
    return f"{get_valid_filename(report.label)[:100]}-{timezone.localdate().isoformat()}.{form}"


def disposition(report: Report, form: str) -> str:
    """Return the header that names the file."""
    return f"attachment; filename*=UTF-8''{quote(name_of(report, form))}"


def write(actor: Actor, report: Report, folder: Path, form: str) -> Path:
    """Write the answer as `actor` sees it into a folder and return the file; Forbidden without the right to export."""
    require_export(actor, report)
    path = folder / f"report.{form}"
    definition = definition_of(report)
    if definition.type == "table":
        asked = prepared(actor, definition, own=False)
        query = tables.query_of(asked, tables.fields_of(asked))
        for _count in export.write(actor, query, path, form):
            pass
        return path
    found = running.answer(actor, definition, own=False)
    export.write_table(path, headings(found), rows(found), form)
    return path


def start_rows(actor: Actor, report: Report, form: str) -> int:
    """Put the export of a table's rows on the list of jobs and return the job's id."""
    asked = prepared(actor, definition_of(report), own=False)
    query = tables.query_of(asked, tables.fields_of(asked))
    return export.start(actor, query, form)


def headings(found: Answer) -> list[str]:
    """Return the headings, those of a matrix with their group before them."""
    return [f"{head.over} · {head.label}" if head.over else head.label for head in found.heads]


def rows(found: Answer) -> Iterator[list[Any]]:
    """Yield the lines: texts as they stand, figures as numbers; a group is named in each of its lines."""
    names: list[str] = []
    for line in found.lines:
        texts = [cell.text for cell in line.cells]
        names = [
            text or (names[at] if at < len(names) and line.kind == "group" else "")
            for at, text in enumerate(texts)
        ]
        yield [
            cell.value
            if head.numeric and isinstance(cell.value, (int, float))
            else names[at]
            if not head.numeric
            else cell.text
            for at, (cell, head) in enumerate(zip(line.cells, found.heads, strict=True))
        ]
