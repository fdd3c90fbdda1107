"""Pages by key: “what comes after this row” as a condition that an index answers, and the cursor that carries the row.

Where all keys run one way and no value is empty the condition is one comparison of row values. Otherwise it is
a list of regions, each behind the one before, to be read until the page is full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import orjson
from django.core import signing
from django.db.models import F, Q, Value
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.utils.translation import gettext as _

from essor.kernel.errors import QueryRefused
from essor.query import codec
from essor.query.environment import refused
from essor.query.families.base import Sql
from essor.query.folding import fold
from essor.query.ordering import Key
from essor.query.sql import Infix, RowValue
from essor.query.tree import Query

STALE = "INVALID_QUERY_LOCATOR"
SIGNER = signing.Signer(salt="essor.query.page")
READ_BACK = {"date": date.fromisoformat, "datetime": datetime.fromisoformat, "time": time.fromisoformat}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the sort values of its last row, and how many rows a LIMIT still allows.

    `backwards` means the page before the row instead of the one behind it.
    """

    values: tuple[Any, ...]
    left: int | None = None
    backwards: bool = False


def dump(cursor: Cursor, query: Query) -> str:
    """Return the cursor as opaque text, signed, good for this very query only."""
    return SIGNER.sign_object(
        {
            "q": digest(query),
            "v": [one.isoformat() if isinstance(one, (date, time)) else one for one in cursor.values],
            "n": cursor.left,
            "b": cursor.backwards,
        }
    )


def load(text: str, query: Query, keys: Sequence[Key]) -> Cursor:
    """Return the cursor in `text`; QueryRefused when it was altered or belongs to another query."""
    try:
        found = SIGNER.unsign_object(text)
        if found["q"] != digest(query) or len(found["v"]) != len(keys):
            raise stale()
        values = tuple(read_back(value, key) for value, key in zip(found["v"], keys, strict=True))
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise stale() from error
    return Cursor(values, found["n"], bool(found["b"]))


def stale() -> QueryRefused:
    """Return the refusal of a cursor."""
    return refused(_("This page does not exist any more. Start again from the first."), code=STALE)


def digest(query: Query) -> str:
    """Return what tells two queries apart."""
    return hashlib.blake2b(orjson.dumps(codec.to_json(query)), digest_size=9).hexdigest()


def read_back(value: Any, key: Key) -> Any:
    """Return a sort value as it was before it went into the cursor."""
    parse = READ_BACK.get(key.family.name)
    return value if value is None or parse is None else parse(value)


def regions(keys: Sequence[Key], cursor: Cursor) -> list[Q]:
    """Return the conditions on the rows behind the cursor's row, in the order in which their rows come."""
    if is_plain(keys, cursor):
        return plain(keys, cursor)
    found: list[Q] = []
    for last in range(len(keys) - 1, -1, -1):
        same = [equal(key.sql, value) for key, value in zip(keys[:last], cursor.values[:last], strict=True)]
        found.extend(
            Q(*same) & region for region in behind(keys[last], cursor.values[last], cursor.backwards)
        )
    return found


def is_plain(keys: Sequence[Key], cursor: Cursor) -> bool:
    """Tell whether row values can be compared: one direction, no empty value here, behind at most in the first key."""
    return all(
        key.descending == keys[0].descending
        and value is not None
        and (place == 0 or not key.nullable or key.nulls_first != cursor.backwards)
        for place, (key, value) in enumerate(zip(keys, cursor.values, strict=True))
    )


def plain(keys: Sequence[Key], cursor: Cursor) -> list[Q]:
    """Return the comparison of row values, and behind it the rows whose first key is empty, when they come last."""
    first, value = keys[0], cursor.values[0]
    descending = first.descending != cursor.backwards
    ours = RowValue(*(key.sql for key in keys))
    theirs = RowValue(*(literal(one) for one in cursor.values))
    region = Q(Infix(ours, theirs, arg_joiner=" < " if descending else " > "))
    if not isinstance(first.sql, F):  # SQLite seeks by row values over plain columns only
        region &= Q((LessThanOrEqual if descending else GreaterThanOrEqual)(first.sql, literal(value)))
    if first.nullable and first.nulls_first == cursor.backwards:
        return [region, Q(IsNull(first.sql, True))]
    return [region]


def behind(key: Key, value: Any, backwards: bool) -> Iterator[Q]:  # noqa: FBT001 -- a direction, always passed on
    """Yield the regions of one key strictly behind `value`."""
    nulls_first = key.nulls_first != backwards
    if value is None:
        if nulls_first:
            yield Q(IsNull(key.sql, False))
        return
    lookup = LessThan if key.descending != backwards else GreaterThan
    yield Q(lookup(key.sql, literal(value)))
    if key.nullable and not nulls_first:
        yield Q(IsNull(key.sql, True))


def equal(sql: Sql, value: Any) -> Q:
    """Return the condition that a key has a value, be it none."""
    return Q(IsNull(sql, True) if value is None else Exact(sql, literal(value)))


def literal(value: Any) -> Value:
    """Return a sort value for SQL; texts as they are compared."""
    return Value(fold(value) if isinstance(value, str) else value)
