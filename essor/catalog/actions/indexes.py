"""Indexes as metadata: wanted in the transaction that gives the reason, built after it, beside the traffic."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.catalog.actions.ledger import change, refuse
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds.computed import Computed
from essor.catalog.models import CustomField, FieldIndex
from essor.kernel.db import indexes
from essor.kernel.errors import NotFound

State, Reason = FieldIndex.State, FieldIndex.Reason
OURS = (Reason.LIST_VIEW, Reason.SEGMENT, Reason.MANUAL)
MOST_COLUMNS = 4
LONGEST_BUILD = timedelta(hours=2)


def want_index(
    actor_id: int | None, object_name: str, fields: Sequence[str], reason: str = Reason.MANUAL
) -> FieldIndex | None:
    """Ask for an index over the fields (outside names, "-" before one sorted down), with the id to page by key.

    Returns the row; None when such an index stands or is wanted already.
    """
    with change(actor_id) as ledger:
        obj = ledger.catalog().object(object_name)
        columns = _columns(obj, fields)
        if (
            FieldIndex.objects.filter(table=_table(obj), columns=columns)
            .exclude(state=State.UNWANTED)
            .exists()
        ):
            return None
        row = _save(obj, fields, columns, reason)
        ledger.note("want_index", obj.name, row.name)
        return row


def want_covering(
    actor_id: int | None, object_name: str, fields: Sequence[str], first: Sequence[str] = ()
) -> FieldIndex:
    """Ask for an index that holds so many fields, as they are stored, that sums over them need not open the rows.

    `first` are expressions that it begins with: SQL over columns of these fields, in brackets.
    """
    with change(actor_id) as ledger:
        obj = ledger.catalog().object(object_name)
        columns = [_column(obj, obj.field(name).attr) for name in fields]
        # SQLite looks at the bin once more, although the index leaves it out.
        bin_too = [one for one in ("is_deleted",) if hasattr(obj.model, one)]
        row = _save(obj, fields, [*first, *columns, *bin_too], Reason.MANUAL)
        ledger.note("want_index", obj.name, row.name)
        return row


def covering() -> list[FieldIndex]:
    """Return the indexes of `want_covering`: they hold more fields than any other may, or expressions."""
    rows = FieldIndex.objects.filter(reason=Reason.MANUAL).exclude(state=State.UNWANTED)
    return [row for row in rows if len(row.fields) > MOST_COLUMNS or expressions(row)]


def expressions(row: FieldIndex) -> tuple[str, ...]:
    """Return the expressions that an index holds."""
    return tuple(filter(indexes.is_expression, row.columns))


def standing(obj: ObjectDef, fields: Sequence[str]) -> bool:
    """Tell whether an index that is not of the people's lists begins with these fields: the model's own, or a field's."""
    wanted = _columns(obj, fields)[: len(fields)]
    given = FieldIndex.objects.filter(table=_table(obj)).exclude(
        reason__in=(Reason.LIST_VIEW, Reason.SEGMENT)
    )
    known = [*_declared(obj.model), *given.exclude(state=State.UNWANTED).values_list("columns", flat=True)]
    return any(list(columns[: len(wanted)]) == wanted for columns in known)


def _declared(model: type[models.Model]) -> Iterator[list[str]]:
    """Yield the columns, with their signs, of the indexes that the model itself declares."""
    meta: Any = model._meta
    for field in meta.concrete_fields:
        if field.db_index or field.unique:
            yield [str(field.column)]
    for index in meta.indexes:
        yield [
            *(f"{sign and '-'}{meta.get_field(name).column}" for name, sign in index.fields_orders),
            *(_spelled(expression, model) for expression in index.expressions),
        ]


def _spelled(expression: object, model: type[models.Model]) -> str:
    """Return a column of an index by expressions: a plain one, or text without case; anything else has no name."""
    inner = expression.get_source_expressions() if isinstance(expression, models.Func) else [expression]
    if len(inner) != 1 or not isinstance(inner[0], models.F):
        return ""
    plain: Any = inner[0]
    meta: Any = model._meta
    column = str(meta.get_field(plain.name).column)
    return f"~{column}" if isinstance(expression, models.Func) else column


def want_for_field(obj: ObjectDef, row: CustomField) -> None:
    """Ask, within a change, for the index that a reference, unique field or external id cannot do without."""
    column = row.columns[0] if row.columns else ""
    text = "~" if _is_text(obj.field(row.name)) else ""
    if row.target:
        _save(obj, [row.name], [column], Reason.LOOKUP, filled=True)
    if row.unique:
        _save(obj, [row.name], [column], Reason.UNIQUE, filled=True)
    if row.external_id or (row.unique and text):  # a look-up compares text without case, uniqueness does not
        _save(obj, [row.name], [text + column], Reason.EXTERNAL_ID, filled=True)


def unwant_for_field(row: CustomField) -> None:
    """Let go, within a change, of the indexes that a field's own definition asked for."""
    FieldIndex.objects.filter(
        object_name=row.object_name, fields=[row.name], reason__in=(Reason.UNIQUE, Reason.EXTERNAL_ID)
    ).update(state=State.UNWANTED)
    transaction.on_commit(build_wanted)


def drop_index(actor_id: int | None, name: str) -> None:
    """Let go of an index that lists, segments or people asked for; those that fields need stay."""
    with change(actor_id) as ledger:
        row = FieldIndex.objects.filter(name=name).first()
        if row is None:
            raise NotFound(_("There is no index “%(name)s”.") % {"name": name})
        if row.reason not in OURS:
            raise refuse("name", "DEPENDENCY_EXISTS", _("The field needs this index."))
        FieldIndex.objects.filter(pk=row.pk).update(state=State.UNWANTED)
        ledger.note("drop_index", row.object_name, name)
        transaction.on_commit(build_wanted)


def build_wanted() -> int:
    """Build what is wanted, remove what is not; return how many were dealt with. Safe at any time, in any process."""
    abandoned = models.Q(state=State.CLAIMED, claimed_date__lt=timezone.now() - LONGEST_BUILD)
    wanted = FieldIndex.objects.filter(models.Q(state=State.WANTED) | abandoned).order_by("id")
    unwanted = FieldIndex.objects.filter(state=State.UNWANTED).order_by("id")
    return sum(map(_build, wanted)) + sum(map(_remove, unwanted))


def _build(row: FieldIndex) -> bool:
    """Claim the row, so that no other process builds the same index, and build it."""
    mine = FieldIndex.objects.filter(pk=row.pk)
    claimed = mine.filter(state=row.state, claimed_date=row.claimed_date)
    if not claimed.update(state=State.CLAIMED, claimed_date=timezone.now()):
        return False
    try:
        with _one_step():
            indexes.add_index(_index(row))
    except OperationalError as error:  # the table is busy: another time
        mine.update(state=State.WANTED, claimed_date=None, message=str(error))
    except DatabaseError as error:
        mine.update(state=State.FAILED, message=str(error))
    else:
        mine.update(state=State.READY, message="")
    return True


def _remove(row: FieldIndex) -> bool:
    try:
        with _one_step():
            indexes.drop_index(row.name)
    except OperationalError:
        return False
    row.delete()
    return True


def _one_step() -> AbstractContextManager[object]:
    """Keep an error from spoiling a transaction around us; outside of one PostgreSQL builds beside the traffic."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _index(row: FieldIndex) -> indexes.Index:
    return indexes.Index(
        name=row.name,
        table=row.table,
        columns=tuple(row.columns),
        unique=row.unique,
        live=row.live,
        filled=row.filled,
    )


def _columns(obj: ObjectDef, fields: Sequence[str]) -> list[str]:
    """Return the fields' columns with their signs (see `kernel.db.indexes`), and the id at the end."""
    if not 1 <= len(fields) <= MOST_COLUMNS:
        message = _("An index has one to %(limit)d fields.") % {"limit": MOST_COLUMNS}
        raise refuse("fields", "LIMIT_EXCEEDED", message)
    columns = []
    for name in fields:
        field = obj.field(name.removeprefix("-"))
        if not field.has_column:
            message = _("“%(field)s” is computed when it is read: it has no index.") % {"field": field.name}
            raise refuse("fields", "INVALID_FIELD", message)
        sign = ("-" if name.startswith("-") else "") + ("~" if _is_text(field) else "")
        columns.append(f"{sign}{_column(obj, field.attr)}")
    return columns if "id" in columns else [*columns, "-id" if columns[-1].startswith("-") else "id"]


def _is_text(field: Field) -> bool:
    """Tell whether values of the field are compared without case."""
    kind = field.kind.result(field) if isinstance(field.kind, Computed) else field.kind
    return kind.formula_type == "text"


def _column(obj: ObjectDef, attr: str) -> str:
    """Return the database column of an attribute; one added a moment ago is not on the class yet and has its name."""
    found = [field.column for field in obj.model._meta.concrete_fields if field.attname == attr]
    return next(filter(None, found), attr)


def _save(
    obj: ObjectDef, fields: Sequence[str], columns: Sequence[str], reason: str, *, filled: bool = False
) -> FieldIndex:
    """Save a wanted index under a name of its own, to be built when the change is committed."""
    table, unique = _table(obj), reason == Reason.UNIQUE
    live = any(field.column == "is_deleted" for field in obj.model._meta.concrete_fields)
    transaction.on_commit(build_wanted)
    return FieldIndex.objects.create(
        name=f"rt_{table[:40]}_{secrets.token_hex(4)}",
        object_name=obj.name,
        table=table,
        fields=list(fields),
        columns=list(columns),
        unique=unique,
        live=live,
        filled=filled,
        reason=reason,
    )


def _table(obj: ObjectDef) -> str:
    return obj.model._meta.db_table
