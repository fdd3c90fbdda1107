"""Runs an import: a few hundred rows per transaction, which also moves the import's own position.

So a crash at any point loses nothing and doubles nothing: what is committed is counted, the rest is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from django.db import transaction

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import ObjectDef
from essor.domain.exchange import late, table, writing
from essor.domain.exchange.cells import Line, Reader, reader_of
from essor.domain.exchange.models import Import
from essor.domain.exchange.parents import Parents
from essor.domain.exchange.position import add, claim, file_of
from essor.domain.exchange.rehearsal import Rehearsal
from essor.kernel.db import turns

CHUNK = 500
Report = Callable[[Import], object]


def run(actor: Actor, work: Import, report: Report = lambda _work: None) -> Import:
    """Bring an import to its end, from where it stands. `report` is called between transactions and may raise."""
    path = file_of(work)
    catalog = catalog_for(actor)
    obj = catalog.object(work.object_name)
    reader = reader_of(work, obj, work.headers)
    parents = Parents(actor, catalog, obj, make=work.make_parents, batch=work.batch_id)
    rehearsal = Rehearsal(obj, work) if work.dry_run else None
    with table.rows(
        path, encoding=work.encoding, separator=work.separator, sheet=work.sheet, skip=work.row + 1
    ) as rows:
        for chunk in _chunks(rows, work.row):
            _run_chunk(actor, obj, work, reader=reader, parents=parents, lines=chunk, rehearsal=rehearsal)
            report(work)
            turns.breathe()
    late.settle(actor, obj, work, reader=reader, parents=parents, report=report)
    with transaction.atomic():
        claim(work, row=work.row)
        Import.objects.filter(pk=work.pk).update(finished=True)
        work.refusals.filter(waiting=True).update(waiting=False)
    work.finished = True
    return work


def _chunks(rows: Iterator[tuple[str, ...]], done: int) -> Iterator[list[Line]]:
    lines = (Line(number, cells) for number, cells in enumerate(rows, start=done + 1))
    while chunk := list(islice(lines, CHUNK)):
        yield chunk


def _run_chunk(
    actor: Actor,
    obj: ObjectDef,
    work: Import,
    *,
    reader: Reader,
    parents: Parents,
    lines: list[Line],
    rehearsal: Rehearsal | None,
) -> None:
    """Write the rows of one chunk and the new position in one transaction; a trial rolls the rows back."""
    made = parents.made
    filled = [line for line in lines if any(cell.strip() for cell in line.cells)]
    with transaction.atomic():
        claim(work, row=lines[-1].number)
        with transaction.atomic():
            counts = writing.write(
                actor, obj, work, reader=reader, parents=parents, lines=filled, rehearsal=rehearsal
            )
            if work.dry_run:
                transaction.set_rollback(True)
        counts["refused"] = writing.keep_refusals(work, filled)
        counts["parents"] = parents.made - made
        add(work, counts)
    if work.dry_run:
        parents.forget()
