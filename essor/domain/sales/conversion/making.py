"""The records that leads become: new ones of what the mapping carries over, and those that were there, filled up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import in_house
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.sales.conversion import mapping
from essor.domain.sales.conversion.works import Run, Work
from essor.kernel.errors import FieldError
from essor.query.access import visible_q
from essor.records.change import Change, Result
from essor.records.load import object_rows
from essor.records.save import save_many

READ_ONLY = "INSUFFICIENT_ACCESS_OR_READONLY"


def new_values(
    run_lines: Mapping[str, Mapping[str, str]], name: str, lead: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the mapping gives a new record of an object, its currency included."""
    return {**mapping.carried(lead, name, run_lines[name]), "CurrencyIsoCode": lead.get("CurrencyIsoCode")}


def create(run: Run, name: str, works: list[Work], more: Callable[[Work], dict[str, Any]]) -> None:
    """Create one record a lead. What the actor may not write is carried over by the house: it is not theirs to lose."""
    seen = catalog_for(run.actor)
    known = seen.object(name) if seen.has(name) else None
    changes, hidden = [], []
    for work in works:
        given = {**new_values(run.lines, name, work.values), **more(work), "OwnerId": work.owner}
        theirs = {key: value for key, value in given.items() if known is None or _writable(known, key)}
        hidden.append({key: value for key, value in given.items() if key not in theirs and value is not None})
        # What resembles the new record was shown beside it: who asks for a new one means it.
        wanted = {**theirs, **work.ask.values.get(name, {})}
        changes.append(Change(name, wanted, accept_duplicates=True))
    if known is None:
        for work in works:
            work.refuse(name, _("You may not create %(plural)s.") % {"plural": name}, READ_ONLY)
        return
    _take(works, name, save_many(run.actor, name, changes, source=run.source))
    rest = [
        (work, Change(name, values, id=_key_of(work, name)))
        for work, values in zip(works, hidden, strict=True)
        if values and _key_of(work, name) is not None
    ]
    if rest:
        results = save_many(in_house(run.actor), name, [change for _w, change in rest], source=run.source)
        _take([work for work, _change in rest], name, results)


def _writable(obj: ObjectDef, name: str) -> bool:
    return obj.has(name) and obj.field(name).createable


def _key_of(work: Work, name: str) -> int | None:
    found: int | None = getattr(work, name.lower())
    return found


def _take(works: Iterable[Work], name: str, results: Sequence[Result]) -> None:
    for work, result in zip(works, results, strict=True):
        if result.saved is not None:
            setattr(work, name.lower(), result.saved.id)
        for error in result.errors:
            work.errors.append(FieldError(f"{name}.{error.field}".rstrip("."), error.code, error.message))


def complete(run: Run, name: str, chosen: Sequence[tuple[Work, int | None]]) -> None:
    """Fill the empty fields of records that were there; who may only read them converts all the same."""
    obj = current.get().object(name)
    rows = obj.model._default_manager.filter(pk__in={key for _w, key in chosen}, is_deleted=False)
    readable, editable = (keys_of(rows, visible_q(run.actor, obj, verb=verb)) for verb in ("read", "edit"))
    names = [*run.lines[name], "CurrencyIsoCode", *(["AccountId"] if name == "Contact" else [])]
    stored = object_rows(obj, [key for _w, key in chosen if key], names)
    seen = catalog_for(run.actor).object(name)
    changes: dict[int, dict[str, Any]] = {}
    for work, key in chosen:
        if key is None or key not in readable:
            work.refuse(f"{name}.Id", _("There is no such record."), "NOT_FOUND")
            continue
        if key in editable:
            missing = _missing(run, obj, stored[key], work)
            mine = changes.setdefault(key, {})
            for field_name, value in missing.items():
                if seen.has(field_name) and seen.field(field_name).updateable:
                    mine.setdefault(field_name, value)
    wanted = {key: values for key, values in changes.items() if values}
    results = save_many(
        run.actor, name, [Change(name, v, id=k) for k, v in wanted.items()], source=run.source
    )
    refused = {key: result.errors for key, result in zip(wanted, results, strict=True)}
    for work, key in chosen:
        for error in refused.get(key or 0, ()):
            work.errors.append(FieldError(f"{name}.{error.field}".rstrip("."), error.code, error.message))


def _missing(run: Run, obj: ObjectDef, stored: Mapping[str, Any], work: Work) -> dict[str, Any]:
    """Return what the lead knows and the record does not; sums only in the record's own currency."""
    given = mapping.carried(work.values, obj.name, run.lines[obj.name])
    if obj.name == "Contact" and work.account is not None:
        given["AccountId"] = work.account
    same = stored.get("CurrencyIsoCode") == work.values.get("CurrencyIsoCode")
    return {
        name: value
        for name, value in given.items()
        if stored.get(name) in (None, "", False) and (same or obj.field(name).kind.name != "money")
    }


def keys_of(rows: Any, condition: Any) -> set[int]:
    """Return the keys of the rows that a condition of rights lets through."""
    return set((rows if condition is None else rows.filter(condition)).values_list("pk", flat=True))
