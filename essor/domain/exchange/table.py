"""Opens a table that somebody hands in — CSV in any usual encoding and separator, or XLSX — and streams its rows."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook

from essor.domain.exchange import encodings, probe
from essor.domain.exchange.encodings import BadTable, readable

SEPARATORS = ",;\t|"
WIDEST = 2000
LONGEST_CELL = 1_000_000
JUDGED = 30
SAMPLE_ROWS = 5
HEAD = 1 << 20
PATIENCE = 120.0  # seconds that a look at a spreadsheet may take
REASONS_HEADER = "_errors"
TOLD = re.compile(r'\ufeff?"?sep=(.)"?[,;\t|]*\r?\n?', re.IGNORECASE)  # Excel's own first line

__all__ = ["BadTable", "Table", "count_rows", "fingerprint", "inspect", "is_workbook", "rows"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table's shape: its headers as they stand, a few rows to show, and how to read it again."""

    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    encoding: str
    separator: str
    sheet: str
    sheets: tuple[str, ...] = ()


def inspect(path: Path, *, encoding: str = "", separator: str = "", sheet: str = "") -> Table:
    """Return the shape of the file; what is not given is found out. BadTable when it is no table."""
    if is_workbook(path):
        book = _book(path, sheet)
        chosen = sheet if sheet in book.sheet_names else book.sheet_names[0]
        encoding, separator = "", ""
        names: tuple[str, ...] = tuple(book.sheet_names)
    else:
        encoding = _known(encoding) or encodings.sniff(path)
        separator = separator[:1] or sniff_separator(path, encoding)
        chosen, names = "", ()
    with rows(path, encoding=encoding, separator=separator, sheet=chosen) as lines:
        headers = next(lines, ())
        if not any(header.strip() for header in headers):
            raise BadTable(_("This file is empty. Its first line must hold the names of the columns."))
        if len(headers) > WIDEST:
            raise BadTable(_("This file has more than %(most)d columns.") % {"most": WIDEST})
        sample = tuple(
            tuple(readable(cell) for cell in line) for line in islice(filter(_filled, lines), SAMPLE_ROWS)
        )
    return Table(_distinct(headers), sample, encoding, separator, chosen, names)


def _known(encoding: str) -> str:
    if not encoding:
        return ""
    try:
        "".encode(encoding)
    except LookupError as error:
        raise BadTable(_("There is no encoding “%(name)s”.") % {"name": encoding[:40]}) from error
    return encoding


def _filled(line: Sequence[str]) -> bool:
    return any(cell.strip() for cell in line)


def is_workbook(path: Path) -> bool:
    """Tell whether the file is a spreadsheet: all of them are zip archives or old OLE files."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def fingerprint(path: Path) -> str:
    """Return what tells whether a file is still the one that was looked at: its size and its beginning."""
    with path.open("rb") as file:
        return f"{path.stat().st_size}-{sha256(file.read(HEAD)).hexdigest()[:32]}"


def count_rows(path: Path, shape: Table) -> int:
    """Return how many rows there are below the headers, empty ones counted."""
    with rows(path, encoding=shape.encoding, separator=shape.separator, sheet=shape.sheet, skip=1) as lines:
        return sum(1 for _line in lines)


def sniff_separator(path: Path, encoding: str) -> str:
    """Return the separator that the file tells, else the one that cuts the first lines into equally many cells."""
    with _open(path, encoding) as file:
        told = TOLD.fullmatch(file.readline(200))
    if told:
        return told[1]
    scores: dict[str, tuple[float, int]] = {}
    for separator in SEPARATORS:
        with rows(path, encoding=encoding, separator=separator) as lines:
            widths = [len(line) for line in islice(filter(_filled, lines), JUDGED)]
        if widths and widths[0] > 1:
            width, times = Counter(widths).most_common(1)[0]
            scores[separator] = (times / len(widths), width)
    return max(scores, key=lambda separator: scores[separator], default=",")


@contextmanager
def rows(
    path: Path, *, encoding: str = "", separator: str = "", sheet: str = "", skip: int = 0
) -> Iterator[Iterator[tuple[str, ...]]]:
    """Stream the headers and the lines below as tuples of text, `skip` of them passed over.

    Empty lines above the headers do not count. BadTable where the file breaks off.
    """
    if is_workbook(path):
        yield islice(_from_headers(_sheet_rows(path, sheet)), skip, None)
        return
    with _open(path, encoding) as file:
        yield islice(_from_headers(_csv_rows(file, separator or ",")), skip, None)


def _open(path: Path, encoding: str) -> TextIO:
    # Bytes that the encoding does not know are carried along and refused with their row, never changed silently.
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return path.open(encoding=encoding or "utf-8", errors=errors, newline="")


def _from_headers(lines: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    found = iter(lines)
    for line in found:
        if _filled(line):
            yield line
            break
    yield from found


def _csv_rows(file: Iterable[str], separator: str) -> Iterator[tuple[str, ...]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(_lines(file), delimiter=separator)
    try:
        for line in reader:
            yield tuple(line)
    except csv.Error as error:
        message = _("Line %(line)d of the file cannot be read: %(reason)s.")
        raise BadTable(message % {"line": reader.line_num, "reason": error}) from error
    except UnicodeError as error:
        raise BadTable(_("The file is not written in the encoding that was chosen.")) from error


def _lines(file: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(file):
        if number == 0 and TOLD.fullmatch(line):
            continue
        yield line.replace("\x00", "") if "\x00" in line else line


def _book(path: Path, sheet: str = "") -> CalamineWorkbook:
    stat = path.stat()
    if not _survived(str(path), sheet, (stat.st_size, stat.st_mtime_ns)):
        raise BadTable(_("This spreadsheet needs too much memory. Save the sheet as CSV and try again."))
    try:
        book = CalamineWorkbook.from_path(str(path))
    except Exception as error:
        raise BadTable(
            _("This spreadsheet cannot be opened. Save it as XLSX or CSV and try again.")
        ) from error
    if not book.sheet_names:
        raise BadTable(_("This spreadsheet has no sheet."))
    return book


@lru_cache(maxsize=64)
def _survived(path: str, sheet: str, _state: tuple[int, int]) -> bool:
    """Tell whether a program that opened the sheet before us lived through it; asked once per state of the file."""
    command = (sys.executable, "-I", probe.__file__, path, sheet)
    quiet = {**os.environ, "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE, env=quiet)  # noqa: S603 -- our own program
    except subprocess.TimeoutExpired:
        return False
    return done.returncode in (0, probe.REFUSED)


def _sheet_rows(path: Path, sheet: str) -> Iterator[tuple[str, ...]]:
    book = _book(path, sheet)
    try:
        found = book.get_sheet_by_name(sheet or book.sheet_names[0])
    except Exception as error:
        raise BadTable(_("This spreadsheet has no sheet “%(name)s”.") % {"name": sheet[:80]}) from error
    for line in found.iter_rows():
        yield tuple(_cell(value) for value in line)


def _cell(value: object) -> str:
    """Return a spreadsheet's cell as the text that a CSV file would hold: ISO dates, whole numbers without fraction."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return "" if value is None else str(value)


def _distinct(headers: Sequence[str]) -> tuple[str, ...]:
    """Return the headers without surrounding space; empty and repeated ones get a number."""
    found: list[str] = []
    for place, header in enumerate(headers, start=1):
        name = readable(header).lstrip("\ufeff").strip() or f"#{place}"
        found.append(name if name not in found else f"{name} ({place})")
    return tuple(found)
