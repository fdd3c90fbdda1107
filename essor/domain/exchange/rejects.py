"""The refused rows as a file that can be mended and imported again: the columns as they stood, and the reasons."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from essor.domain.exchange.export import guard
from essor.domain.exchange.models import Import
from essor.domain.exchange.table import REASONS_HEADER


def lines(work: Import) -> Iterator[list[str]]:
    """Yield the header line and one line per refused row; the last column says which cell was refused and why."""
    kept = [place for place, header in enumerate(work.headers) if header != REASONS_HEADER]
    yield [*(work.headers[place] for place in kept), REASONS_HEADER]
    width = len(work.headers)
    for refusal in work.refusals.order_by("row").iterator(chunk_size=1000):
        cells = [refusal.cells[place] if place < len(refusal.cells) else "" for place in kept]
        # Cells without a header stand behind the reason: whoever mends the row sees what has slipped.
        yield [*cells, reasons(refusal.reasons), *refusal.cells[width:]]


def reasons(found: dict[str, str]) -> str:
    """Return the reasons of a row as one text: “Column: sentence”, several joined by a bar."""
    return " | ".join(f"{header}: {reason}" if header else reason for header, reason in found.items())


def write(work: Import, file: TextIO) -> int:
    """Write the refused rows as CSV in the file's own separator; return how many there are.

    The file should be opened as UTF-8 with its mark, by which spreadsheets know it.
    """
    writer = csv.writer(file, delimiter=work.separator or ",")
    count = -1
    for line in lines(work):
        writer.writerow([guard(cell) for cell in line])  # read back without the apostrophe
        count += 1
    return count
