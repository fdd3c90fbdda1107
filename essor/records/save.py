"""The writing road itself: each face hands a `Change` in, nothing else writes a business record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.kinds import ParseContext
from essor.kernel import events
from essor.kernel.db import lost, turns
from essor.kernel.errors import (
    Busy,
    Conflict,
    DuplicatesDetected,
    FieldError,
    Forbidden,
    NotFound,
    ValidationFailed,
)
from essor.records import fill, intake, load, ownership, references, rollups, rules, validate, write
from essor.records.batch import Batch, Row
from essor.records.change import Change, Result, Saved, Source
from essor.records.plan import Plan, plan_for

CHUNK = 500
DEFAULT = Source()
ROLLED_BACK = "ALL_OR_NONE_OPERATION_ROLLED_BACK"  # the code of a row whose only fault was its company


def save(actor: Actor, change: Change, *, source: Source = DEFAULT) -> Saved:
    """Write one record and return how it stands.

    Raises ValidationFailed with every error found, Conflict when somebody was faster, Forbidden, NotFound.
    """
    result = save_many(actor, change.object, [change], source=source)[0]
    if result.saved is not None:
        return result.saved
    raise failure(result)


def failure(result: Result) -> Exception:
    """Return the exception that says why a row was refused."""
    code = result.errors[0].code
    if code == "CONFLICT":
        return Conflict(result.errors[0].message, revision=result.revision, clashes=result.clashes)
    if code == Busy.code:
        return Busy(result.errors[0].message)
    if code == "NOT_FOUND":
        return NotFound(result.errors[0].message)
    if code == "INSUFFICIENT_ACCESS_OR_READONLY":
        return Forbidden(result.errors[0].message)
    if result.suspects:
        return DuplicatesDetected(result.errors, result.suspects, may_save=result.may_save)
    return ValidationFailed(result.errors)


def save_many(
    actor: Actor,
    object_name: str,
    changes: Sequence[Change],
    *,
    all_or_none: bool = False,
    source: Source = DEFAULT,
) -> list[Result]:
    """Write many records of one object set-wise, in transactions of a few hundred rows; one `Result` per change.

    With `all_or_none` it is one transaction, and any refused row leaves nothing written.
    """
    seen = catalog_for(actor).object(object_name)
    if not all_or_none:
        found: list[Result] = []
        for chunk in chunks(changes):
            found.extend(_save_apart(actor, seen.name, chunk, source=source))
            if len(chunk) == CHUNK:
                turns.breathe()
        return found
    results = _save_together(actor, seen.name, changes, source=source)
    if all(result.ok for result in results):
        return results
    rolled = (FieldError("", ROLLED_BACK, _("Not written: another row of the batch was refused.")),)
    return [replace(one, saved=None, errors=one.errors or rolled) for one in results]


def chunks(changes: Sequence[Change]) -> Iterable[list[Row]]:
    """Yield the rows of each transaction."""
    rows = (Row(index, change) for index, change in enumerate(changes))
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _save_apart(actor: Actor, object_name: str, rows: list[Row], *, source: Source) -> list[Result]:
    """Write a chunk that others do not depend on; each row says so where somebody else was always in the way."""
    try:
        return _save_chunk(actor, object_name, rows, source=source)
    except Busy as busy:
        refusal = (FieldError("", busy.code, str(busy)),)
        return [Result(row.index, errors=refusal) for row in rows]


@lost.again
def _save_together(
    actor: Actor, object_name: str, changes: Sequence[Change], *, source: Source
) -> list[Result]:
    """Write all chunks in one transaction; a refused row leaves nothing written."""
    with transaction.atomic():
        results = [
            result
            for chunk in chunks(changes)
            for result in _save_chunk(actor, object_name, chunk, source=source)
        ]
        if not all(result.ok for result in results):
            transaction.set_rollback(True)
    return results


@lost.again
def _save_chunk(actor: Actor, object_name: str, rows: list[Row], *, source: Source) -> list[Result]:
    try:
        with transaction.atomic():
            batch = _prepare(actor, object_name, [Row(row.index, row.change) for row in rows], source)
            _run(batch)
            return [_result(row) for row in batch.rows]
    except IntegrityError:
        if len(rows) == 1:
            message = _("Another record was written at the same moment with the same unique value.")
            return [Result(rows[0].index, errors=(FieldError("", "DUPLICATE_VALUE", message),))]
    return [result for row in rows for result in _save_apart(actor, object_name, [row], source=source)]


def _prepare(actor: Actor, object_name: str, rows: list[Row], source: Source) -> Batch:
    catalog = current.get()
    context = ParseContext(
        language=source.language or get_language() or actor.language,
        timezone=source.timezone or actor.timezone,
        region=actor.company.phone_region,
    )
    return Batch(actor, catalog, catalog.object(object_name), rows, context, source, timezone.now())


def _run(batch: Batch) -> None:
    """Take the rows down the road, in the order that the house lays down."""
    plan = plan_for(batch.catalog, batch.object.name)
    _refuse_without_right(batch)
    intake.parse(batch, catalog_for(batch.actor).object(batch.object.name))
    load.load(batch, plan)
    fill.fill(batch, plan)
    _before(batch, plan)
    references.check(batch, plan)
    if batch.object.has(ownership.OWNER):
        ownership.check(batch)
    validate.check(batch, plan)
    for rule in rules.checks(batch.object.name):
        rule.run(batch)
    before = rollups.parents_of(batch)
    write.insert(batch)
    write.update(batch)
    for rule in rules.afters(batch.object.name):
        rule.run(batch)
    rollups.refresh(batch, before)
    if batch.object.has(ownership.OWNER):
        ownership.settle(batch)
    _announce(batch)


def _before(batch: Batch, plan: Plan) -> None:
    for rule in rules.befores(plan.object.name):
        rule.run(batch)


def _refuse_without_right(batch: Batch) -> None:
    verbs = {True: "create", False: "edit"}
    allowed = {is_new: row_access.may(batch.actor, batch.object, verb) for is_new, verb in verbs.items()}
    for row in batch.rows:
        if not allowed[row.is_new]:
            sentence = (
                _("You may not create %(plural)s.") if row.is_new else _("You may not change %(plural)s.")
            )
            row.refuse("", sentence % {"plural": batch.object.plural}, "INSUFFICIENT_ACCESS_OR_READONLY")


def _announce(batch: Batch) -> None:
    """Put one event for the new rows and one for the changed ones into the outbox."""
    created = [row.id for row in batch.creating() if row.id is not None]
    changed = [row for row in batch.updating() if row.id is not None and row.changed()]
    shared = {"user_id": batch.actor.user_id} | ({"cause": batch.source.cause} if batch.source.cause else {})
    if created:
        events.emit("record.created", batch.object.name, created, shared)
    if changed:
        fields = sorted({name for row in changed for name in row.changed()})
        payload = shared | {
            "fields": fields,
            "revisions": [row.revision for row in changed],
            "at": batch.now.isoformat(),
        }
        events.emit(
            "record.updated", batch.object.name, [row.id for row in changed if row.id is not None], payload
        )


def _result(row: Row) -> Result:
    if row.errors or row.id is None:
        return Result(
            row.index,
            errors=tuple(row.errors),
            clashes=tuple(row.clashes),
            revision=row.revision,
            suspects=tuple(row.suspects),
            may_save=row.may_save,
        )
    return Result(row.index, saved=Saved(row.id, row.revision, row.is_new, row.changed()))
