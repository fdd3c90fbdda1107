"""Rows that name a parent of their own object which stood further down in the file: tried again, level by level."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from essor.access.actor import Actor
from essor.catalog.definitions import ObjectDef
from essor.domain.exchange import table, writing
from essor.domain.exchange.cells import Line, Reader, spelled
from essor.domain.exchange.models import Import, Refusal
from essor.domain.exchange.parents import Parents
from essor.domain.exchange.position import add, claim, file_of

CHUNK = 500
Report = Callable[[Import], object]


def settle(
    actor: Actor, obj: ObjectDef, work: Import, *, reader: Reader, parents: Parents, report: Report
) -> None:
    """Bring the waiting rows to their end. Each transaction takes rows off the list that it writes, so a crash is safe."""
    if work.dry_run:
        _foresee(work, obj, reader, parents)
        return
    left = _waiting(work)
    while left:
        _pass(actor, obj, work, reader=reader, parents=parents, report=report)
        before, left = left, _waiting(work)
        if left == before:
            break
    if left:
        # No later row has brought them: now they are made if that was asked, or refused for good.
        parents.own_may_come = False
        _pass(actor, obj, work, reader=reader, parents=parents, report=report)


def _waiting(work: Import) -> int:
    return work.refusals.filter(waiting=True).count()


def _pass(
    actor: Actor, obj: ObjectDef, work: Import, *, reader: Reader, parents: Parents, report: Report
) -> None:
    last = 0
    while True:
        parents.forget()
        with transaction.atomic():
            claim(work, row=work.row)
            found = list(work.refusals.filter(waiting=True, row__gt=last).order_by("row")[:CHUNK])
            if not found:
                return
            last = found[-1].row
            made = parents.made
            lines = [Line(one.row, one.cells) for one in found]
            counts = writing.write(
                actor, obj, work, reader=reader, parents=parents, lines=lines, rehearsal=None
            )
            good = {line.number for line in lines if not line.reasons}
            counts |= {"refused": -len(good), "parents": parents.made - made}
            work.refusals.filter(row__in=good).delete()
            _keep(found, lines)
            add(work, counts)
        report(work)


def _keep(found: list[Refusal], lines: list[Line]) -> None:
    """Write the new reasons of the rows that still cannot be written."""
    left = []
    for one, line in zip(found, lines, strict=True):
        if line.reasons:
            one.reasons, one.met, one.waiting = line.reasons, line.met, line.waiting
            left.append(one)
    Refusal.objects.bulk_update(left, ["reasons", "met", "waiting"])


def _foresee(work: Import, obj: ObjectDef, reader: Reader, parents: Parents) -> None:
    """Count, in a trial, the waiting rows whose parents the file brings as what they would become: new records."""
    columns = _own_columns(work, obj, reader, parents)
    brought = _brought(work, columns)
    found = []
    for refusal in work.refusals.filter(waiting=True).iterator(chunk_size=CHUNK):
        line = Line(refusal.row, refusal.cells)
        if all(spelled(line.cell(at)) in brought[tail] | {""} or work.make_parents for at, tail in columns):
            found.append(refusal.pk)
    for start in range(0, len(found), CHUNK):
        with transaction.atomic():
            some = found[start : start + CHUNK]
            work.refusals.filter(pk__in=some).delete()
            add(work, {"created": len(some), "refused": -len(some)})


def _own_columns(work: Import, obj: ObjectDef, reader: Reader, parents: Parents) -> list[tuple[int, int]]:
    """Return (column that names the parent, column where the parents' own names stand) of lookups within the object."""
    names = {target: at for at, header in enumerate(reader.headers) if (target := work.mapping.get(header))}
    found = []
    for place in reader.parents:
        tail = obj.field(place.target.partition(".")[2]).name if parents.is_own(place.target) else ""
        if tail in names:
            found.append((place.at, names[tail]))
    return found


def _brought(work: Import, columns: list[tuple[int, int]]) -> dict[int, set[str]]:
    """Return which of the names that rows wait for stand in the file, by the column where they stand."""
    wanted: dict[int, set[str]] = {tail: set() for _at, tail in columns}
    for values in (
        work.refusals.filter(waiting=True).values_list("cells", flat=True).iterator(chunk_size=CHUNK)
    ):
        for at, tail in columns:
            wanted[tail].add(spelled(Line(0, values).cell(at)))
    brought: dict[int, set[str]] = {tail: set() for tail in wanted}
    with table.rows(
        file_of(work), encoding=work.encoding, separator=work.separator, sheet=work.sheet, skip=1
    ) as rows:
        for cells in rows:
            for tail, names in wanted.items():
                word = spelled(Line(0, cells).cell(tail))
                if word in names:
                    brought[tail].add(word)
    return brought
