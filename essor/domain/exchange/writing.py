"""Hands the rows of a file to the writing road and keeps what was refused, with the reason per column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import ObjectDef
from essor.domain.exchange import cells, matching
from essor.domain.exchange.cells import Line, Reader
from essor.domain.exchange.encodings import readable
from essor.domain.exchange.models import Import, Refusal, Twins
from essor.domain.exchange.parents import Parents
from essor.domain.exchange.rehearsal import Rehearsal
from essor.records.change import Change, Result, Source
from essor.records.save import save_many

COUNTS = ("created", "updated", "unchanged", "repeated")
MET = 5  # records that a refused row is kept beside


def write(
    actor: Actor,
    obj: ObjectDef,
    work: Import,
    *,
    reader: Reader,
    parents: Parents,
    lines: Sequence[Line],
    rehearsal: Rehearsal | None,
) -> dict[str, int]:
    """Read, match and write some lines; return how many were created, updated, left as they are, and repeat a record."""
    counts = dict.fromkeys(COUNTS, 0)
    _refuse_slipped(lines, len(work.headers))
    cells.read(reader, parents, lines)
    headers = _headers(work, parents)
    for group in matching.groups(actor, obj, work, lines):
        if rehearsal is not None:
            rehearsal.look(group)
        _write_group(actor, obj, work, group, counts, headers)
        if rehearsal is not None:
            for line in group:
                if not line.reasons:
                    rehearsal.note(line)
    return counts


def _headers(work: Import, parents: Parents) -> dict[str, str]:
    """Return {field: header of the column that fills it}, lookups that a parent's name fills included."""
    return {
        parents.way(target).name if "." in target else target: header
        for header, target in work.mapping.items()
    }


def _refuse_slipped(lines: Sequence[Line], width: int) -> None:
    """Refuse the rows with more cells than there are headers: a separator in the text has moved them."""
    for line in lines:
        if any(cell.strip() for cell in line.cells[width:]):
            message = _("This row has %(cells)d cells, but there are %(headers)d headers.")
            line.reasons[""] = message % {"cells": len(line.cells), "headers": width}


def _write_group(
    actor: Actor,
    obj: ObjectDef,
    work: Import,
    group: Sequence[Line],
    counts: dict[str, int],
    headers: Mapping[str, str],
) -> None:
    refused = [line for line in group if line.reasons and not line.waiting and "" not in line.reasons]
    ready = [line for line in group if not line.reasons]
    results = _save(actor, obj, work, ready)
    counts["repeated"] += sum(bool(result.suspects) for result in results)
    if work.duplicates == Twins.UPDATE:
        results = _update_twins(actor, obj, work, ready, results)
    for line, result in zip(ready, results, strict=True):
        if result.saved is None:
            _refuse(obj, line, result, headers)
        elif result.saved.created and not line.again:
            counts["created"] += 1
        else:
            counts["updated" if result.saved.changed else "unchanged"] += 1
    if refused:
        _look_further(actor, obj, work, refused, headers)


def _save(actor: Actor, obj: ObjectDef, work: Import, lines: Sequence[Line]) -> list[Result]:
    changes = [
        Change(
            obj.name,
            cells.offered(line, erase=work.clear_empty),
            id=line.id,
            accept_duplicates=work.duplicates == Twins.SAVE,
        )
        for line in lines
    ]
    source = Source(
        name="import", batch=work.batch_id, language=work.language, assign="new" if work.assign else ""
    )
    return save_many(actor, obj.name, changes, source=source)


def _update_twins(
    actor: Actor, obj: ObjectDef, work: Import, lines: Sequence[Line], results: Sequence[Result]
) -> list[Result]:
    """Write rows that repeat one record of the object into it; rows that repeat several stay refused, and say so."""
    found = list(results)
    twins: dict[int, int] = {}
    for place, result in enumerate(results):
        known = {one.record_id for one in result.suspects if one.object == obj.name}
        key = known.pop() if len(known) == 1 and lines[place].id is None else None
        if key is not None and key not in twins.values():
            twins[place] = key
    changes = [
        Change(obj.name, cells.offered(lines[place], erase=work.clear_empty), id=key, accept_duplicates=True)
        for place, key in twins.items()
    ]
    source = Source(name="import", batch=work.batch_id, language=work.language)
    for place, result in zip(twins, save_many(actor, obj.name, changes, source=source), strict=True):
        found[place] = result
    return found


def _look_further(
    actor: Actor, obj: ObjectDef, work: Import, lines: Sequence[Line], headers: Mapping[str, str]
) -> None:
    """Find what else is wrong with rows that are refused already, so that whoever mends them sees all of it at once."""
    with transaction.atomic():
        results = _save(actor, obj, work, lines)
        transaction.set_rollback(True)
    for line, result in zip(lines, results, strict=True):
        known = set(line.reasons)  # an empty lookup follows from the parent that was not found
        further = [
            error
            for error in result.errors
            if headers.get(error.field, "") not in known and error.code != "DUPLICATES_DETECTED"
        ]
        _refuse(obj, line, Result(result.index, errors=tuple(further)), headers)


def _refuse(obj: ObjectDef, line: Line, result: Result, headers: Mapping[str, str]) -> None:
    """Put each reason beside the column it is about; a field that no column fills is named by its sentence."""
    line.met += [(one.object, one.record_id) for one in result.suspects if one.record_id is not None]
    line.met += [(obj.name, error.holder) for error in result.errors if error.holder is not None]
    for error in result.errors:
        header = headers.get(error.field, "")
        before = line.reasons.get(header)
        line.reasons[header] = f"{before} {error.message}" if before else error.message


def keep_refusals(work: Import, lines: Sequence[Line]) -> int:
    """Keep the refused lines as they stood in the file; return how many there are."""
    refused = [line for line in lines if line.reasons]
    Refusal.objects.bulk_create(
        Refusal(
            of=work,
            row=line.number,
            cells=[readable(cell) for cell in line.cells],
            reasons=line.reasons,
            met=line.met[:MET],
            waiting=line.waiting,
        )
        for line in refused
    )
    return len(refused)
