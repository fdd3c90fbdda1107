"""Writes any query's rows to CSV or XLSX, streamed, under the reader's own rights."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path as File
from typing import Any
from uuid import uuid4

import xlsxwriter
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Field, ObjectDef
from essor.domain.exchange.cells import FORMULA_SIGNS
from essor.jobs import progress
from essor.jobs.progress import Progress
from essor.kernel.errors import Forbidden
from essor.query import codec, decode
from essor.query import run as reading
from essor.query.tree import Column, Path, Query

FORMATS = ("csv", "xlsx")
REPORT_EVERY = 500
SHEET_ROWS = 1_048_575
LONGEST_CELL = 32_767  # letters a cell of a spreadsheet holds, as UTF-16 counts them


def start(actor: Actor, query: Query, form: str, *, headings: Sequence[str] = (), name: str = "") -> int:
    """Put an export on the list of jobs and return the job's id; Forbidden without the right to export.

    `headings` make it a file for people (see `write`), `name` is what it is called.
    """
    obj = catalog_for(actor).object(query.object)
    if not row_access.may(actor, obj, "export"):
        raise Forbidden(_("You may not export %(plural)s.") % {"plural": obj.plural})
    title = _("Export of %(plural)s") % {"plural": obj.plural}
    params = {"query": codec.to_json(query), "format": form, "headings": list(headings), "name": name}
    return progress.start("export", title=title, owner_id=actor.user_id, params=params).pk


def run(actor: Actor, work: Progress) -> Mapping[str, Any]:
    """Write the file of an export job; return where it is for the download page."""
    query, form = decode.query(work.params["query"]), work.params["format"]
    folder = File(settings.MEDIA_ROOT) / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}.{form}"
    count = 0
    for count in write(actor, query, path, form, work.params.get("headings", ())):
        if count % REPORT_EVERY == 0:
            work.update(done=count)
    name = work.params.get("name") or f"{query.object}-{timezone.localdate().isoformat()}.{form}"
    return {"file": path.name, "name": name, "rows": count}


def write(actor: Actor, query: Query, path: File, form: str, headings: Sequence[str] = ()) -> Iterator[int]:
    """Write the rows to `path`, yielding how many there are so far.

    As a rule names and values are the API's, so that the file can come back by an import; `headings`, one a column,
    make it a file for people: values stand as pages show them, numbers and dates as themselves.
    """
    obj = catalog_for(actor).object(query.object)
    if not row_access.may(actor, obj, "export"):
        raise Forbidden(_("You may not export %(plural)s.") % {"plural": obj.plural})
    fields = reading.fields_of(actor, query)
    found = reading.iterate(actor, query)
    first = next(found, None)
    names = list(fields if first is None else first)
    rows = (
        [
            _shown(row[name], fields.get(name), actor.locale)
            if headings
            else _plain(row[name], fields.get(name))
            for name in names
        ]
        for row in chain(() if first is None else (first,), found)
    )
    yield from (_write_xlsx if form == "xlsx" else _write_csv)(path, headings or names, rows)


def write_table(path: File, names: Sequence[str], rows: Iterator[list[Any]], form: str) -> int:
    """Write any rows of plain values under headings, as CSV or XLSX; return how many there were."""
    return sum(1 for _count in (_write_xlsx if form == "xlsx" else _write_csv)(path, names, rows))


def _plain(value: Any, field: Field | None) -> Any:
    """Return a cell as Python value: ids and picklists as the API gives them, numbers and dates typed.

    Child rows count, an address or the like is one text.
    """
    if isinstance(value, list):
        return len(value)
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part is not None)
    return value if value is None or field is None else field.kind.to_json(value, field)


def _shown(value: Any, field: Field | None, locale: str) -> Any:
    """Return a cell as a person reads it; numbers and dates stay what they are."""
    if value is None or field is None or isinstance(value, (date, datetime, time)):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not field.targets:
        return field.kind.to_json(value, field)
    return field.kind.display(value, field, locale)


def _write_csv(path: File, names: Sequence[str], rows: Iterator[list[Any]]) -> Iterator[int]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark lets Excel see UTF-8
        writer = csv.writer(file)
        writer.writerow([guard(name) for name in names])
        for count, row in enumerate(rows, start=1):
            writer.writerow([guard(cell) for cell in row])
            yield count


def guard(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs: text that looks like a formula gets an apostrophe (see `cells`)."""
    if isinstance(cell, str) and cell[:1] in FORMULA_SIGNS:
        return f"'{cell}"
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (date, datetime, time)):
        return cell.isoformat()
    return "" if cell is None else cell


def _write_xlsx(path: File, names: Sequence[str], rows: Iterator[list[Any]]) -> Iterator[int]:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        bold, day, moment = (book.add_format(spec) for spec in _STYLES)
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, names, bold)
        for count, row in enumerate(rows, start=1):
            if count > SHEET_ROWS:
                raise Forbidden(_("A spreadsheet holds at most 1,048,575 rows; export as CSV."))
            for place, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(count, place, timezone.localtime(cell), moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(count, place, cell, day)
                elif cell is not None:
                    sheet.write(count, place, cell.isoformat() if isinstance(cell, time) else fitting(cell))
            yield count


def fitting(cell: Any) -> Any:
    """Return a cell that a spreadsheet holds: a text that is too long is cut, and ends by saying so."""
    if not isinstance(cell, str) or len(cell) <= LONGEST_CELL // 2:
        return cell
    letters = cell.encode("utf-16-le", "surrogatepass")
    if len(letters) // 2 <= LONGEST_CELL:
        return cell
    mark = _(" … (cut: %(count)s characters; a CSV file holds them all)") % {"count": len(cell)}
    return letters[: 2 * (LONGEST_CELL - len(mark))].decode("utf-16-le", "ignore") + mark


_STYLES = ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"})


def query_for(obj: ObjectDef, paths: Sequence[str] = (), where: Any = None) -> Query:
    """Return a query of the given paths, all stored and computed fields when none are given."""
    chosen = paths or [
        field.name for field in obj.fields if field.kind.name not in ("address", "geolocation")
    ]
    return Query(
        obj.name, columns=tuple(Column(Path(tuple(path.split(".")))) for path in chosen), where=where
    )
