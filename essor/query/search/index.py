"""Keeps the search index in step with the records, set-wise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from essor.access.actor import system_actor
from essor.catalog import current, purging
from essor.catalog.definitions import ObjectDef
from essor.kernel.db.insert import insert_rows
from essor.kernel.pieces import pieces
from essor.query import run
from essor.query.search.models import SearchEntry
from essor.query.search.words import digits, fold
from essor.query.tree import Column, Compare, Constant, Path, Query

CHUNK = 500
AT_ONCE = 5_000  # entries of one transaction of a rebuild: half a second or so


def searched(obj: ObjectDef) -> tuple[str, ...]:
    """Return the paths that find a record: the object's own list, else its name and every e-mail and phone."""
    if not obj.is_record or (not obj.search_fields and not obj.tab):
        return ()
    own = tuple(path for path in obj.search_fields if "." in path or obj.has(path))
    extra = tuple(
        field.name
        for field in obj.fields
        if field.custom and field.kind.name in ("email", "phone", "autonumber") and not field.hidden
    )
    return tuple(dict.fromkeys((obj.name_field, *own, *extra)))


def words_of(obj: ObjectDef, row: Mapping[str, Any]) -> str:
    """Return the folded words of a record's values by path, its name first, phones as their digits."""
    parts: list[str] = []
    for path in searched(obj):
        value = row.get(path)
        if not value:
            continue
        phone = "." not in path and obj.field(path).kind.name == "phone"
        parts.append(_phone(row, path, str(value)) if phone else fold(str(value)))
    return " ".join(dict.fromkeys(filter(None, parts)))


def _phone(row: Mapping[str, Any], path: str, typed: str) -> str:
    return digits(str(row.get(f"{path}.e164") or typed))


def rows_of(obj: ObjectDef, ids: Sequence[int] | None = None) -> Iterable[Mapping[str, Any]]:
    """Yield the searched values of live records (all of them without `ids`), E.164 forms under “Phone.e164”."""
    paths = searched(obj)
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in ("Id", *paths))
    where = None if ids is None else Compare(Path(("Id",)), "in", tuple(Constant(key) for key in ids))
    phones = {p: obj.field(p).attr for p in paths if "." not in p and obj.field(p).kind.name == "phone"}
    query = Query(obj.name, columns=columns, where=where)
    for rows in pieces(run.iterate(system_actor(), query), CHUNK):
        numbers = _numbers(obj, [row["Id"] for row in rows], phones)
        for row in rows:
            yield {**row, **numbers.get(row["Id"], {})}


def _numbers(obj: ObjectDef, ids: Sequence[int], phones: Mapping[str, str]) -> dict[int, dict[str, Any]]:
    """Return the E.164 forms of a page of records."""
    if not phones:
        return {}
    columns = [f"{attr}_e164" for attr in phones.values()]
    found = obj.model._default_manager.filter(pk__in=ids).values("id", *columns)
    return {
        values["id"]: {f"{path}.e164": values[f"{attr}_e164"] for path, attr in phones.items()}
        for values in found
    }


def refresh(object_name: str, ids: Sequence[int]) -> None:
    """Bring the entries of some records up to date; those of records that are gone are removed."""
    catalog = current.get()
    if not catalog.has(object_name):
        return
    obj = catalog.object(object_name)
    if not searched(obj):
        return
    with transaction.atomic():
        fresh = {entry["record_id"]: entry for entry in (_entry(obj, row) for row in rows_of(obj, ids))}
        known = SearchEntry.objects.filter(object_name=obj.name, record_id__in=ids)
        stale = []
        for key, record_id, title, text in known.values_list("pk", "record_id", "title", "text"):
            entry = fresh.get(record_id)
            if entry is not None and (entry["title"], entry["text"]) == (title, text):
                del fresh[record_id]
            else:
                stale.append(key)
        _remove(stale)
        _add(list(fresh.values()))


@purging.register
def forget(name: str, prefix: str) -> None:  # noqa: ARG001 -- entries go by the object's name
    """Remove all entries of an object."""
    _remove(list(SearchEntry.objects.filter(object_name=name).values_list("pk", flat=True)))


def rebuild(object_name: str) -> int:
    """Index every record of an object anew; return how many there are. In transactions that others can wait for."""
    obj = current.get().object(object_name)
    while keys := list(
        SearchEntry.objects.filter(object_name=obj.name).values_list("pk", flat=True)[:AT_ONCE]
    ):
        with transaction.atomic():
            _remove(keys)
    count = 0
    for rows in pieces(rows_of(obj), AT_ONCE):
        with transaction.atomic():
            _add([_entry(obj, row) for row in rows])
        count += len(rows)
    return count


def _entry(obj: ObjectDef, row: Mapping[str, Any]) -> dict[str, Any]:
    title = fold(str(row.get(obj.name_field) or ""))[:255]
    return {"object_name": obj.name, "record_id": row["Id"], "title": title, "text": words_of(obj, row)}


# SQLite's trigram index is fed by whole statements here: triggers would take eight times as long.
_FEED = "INSERT INTO search_trigram(rowid, text) SELECT id, text FROM search_searchentry WHERE id BETWEEN %s AND %s"
_FORGET = "INSERT INTO search_trigram(search_trigram, rowid, text) SELECT 'delete', id, text FROM search_searchentry WHERE id IN "


def _add(entries: Sequence[Mapping[str, Any]]) -> None:
    keys = insert_rows(SearchEntry, entries)
    if keys and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(_FEED, [keys[0], keys[-1]])


def _remove(keys: Sequence[int]) -> None:
    for some in pieces(keys, CHUNK):
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"{_FORGET} ({', '.join(['%s'] * len(some))})", some)
        SearchEntry.objects.filter(pk__in=some)._raw_delete("default")
