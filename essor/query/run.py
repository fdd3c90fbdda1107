"""The reading road's one door: rows, pages, counts and endless streams of a `Query`, in the eyes of an actor.

`rows` gives all rows as {outside path: stored Python value}; `page` some of them with the cursors of the pages
around, never an OFFSET; `count` how many there are, `count_up_to` stops looking at a limit; `iterate` all rows in
chunks and flat memory, for exports and jobs.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, QuerySet

from essor.access.actor import Actor
from essor.catalog.definitions import Field
from essor.kernel.clock import Moment
from essor.kernel.pieces import pieces
from essor.query import children, execute, grouped, keyset, limits, paths, source, usage
from essor.query.environment import Env, env_for
from essor.query.keyset import Cursor
from essor.query.outputs import Output
from essor.query.plan import Plan, Record, plan, whole
from essor.query.tree import Aggregate, Column, Path, Query

Binds = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order. A cursor is None where there is no page on that side."""

    rows: list[Record]
    next_cursor: str | None = None
    previous_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as the driver hands it out."""

    rows: list[Any]
    next_cursor: str | None
    previous_cursor: str | None


def rows(
    actor: Actor, query: Query, *, binds: Binds | None = None, moment: Moment | None = None
) -> list[Record]:
    """Return all rows of `query`; QueryRefused when it cannot run. Ids are integers, money is in minor units."""
    env = env_for(actor, binds=binds, moment=moment)
    if is_bare_count(query):
        return [{"expr0": counted(query, env)}]
    if grouped.is_grouped(query):
        return grouped.rows(query, env)
    found = plan(query, env)
    return children.records(found, execute.fetch(env, found.select(limit=found.limit)))


def first(actor: Actor, query: Query) -> tuple[Record, int] | None:
    """Return the first row of `query` with its revision, both of one moment; None when there is no row.

    What has no revisions answers 0.
    """
    found, revision_of = _revised(query, env_for(actor))
    raw = execute.fetch(found.env, found.select(limit=1))
    return (children.records(found, raw)[0], revision_of(raw[0])) if raw else None


def _revised(query: Query, env: Env) -> tuple[Plan, Callable[[Any], int]]:
    """Return the plan of `query` with the revision as a hidden output, and what reads it from a raw row."""
    if not source.object_named(query.object, env, query.at).is_record:
        return plan(query, env), lambda _raw: 0
    found = plan(query, env, extra=[Output("", (F("revision"),), hidden=True)])
    place = found.places[-1][0]
    return found, lambda raw: int(raw[place])


def head(actor: Actor, query: Query, most: int) -> tuple[list[Record], int]:
    """Return the first `most` rows of `query` and how many there are.

    The question is compiled once for both, and both before either is asked: a long count pushes the compiler out of the
    processor's memory.
    """
    env = env_for(actor)
    found = plan(query, env)
    first, every = (
        execute.ready(env, found.select(limit=most + 1)),
        execute.ready(env, execute.counting(found.rows)),
    )
    raw = first()
    total = len(raw) if len(raw) <= most else int(every()[0][0])
    return children.records(found, raw[:most]), total


def page(
    actor: Actor, query: Query, *, after: str | None = None, size: int = 50, binds: Binds | None = None
) -> Page:
    """Return the rows behind the cursor `after` (from the start when None), at most `size`.

    A cursor of `previous_cursor` leads back. A query of groups comes whole.
    """
    if grouped.is_grouped(query):
        return Page(rows(actor, query, binds=binds))
    found = plan(query, env_for(actor, binds=binds))
    raw = raw_page(found, after, size)
    return Page(children.records(found, raw.rows), raw.next_cursor, raw.previous_cursor)


def page_with_revisions(
    actor: Actor, query: Query, *, after: str | None = None, size: int = 50
) -> tuple[Page, list[int]]:
    """Return a page of records as `page` does, and the revision of each as it was at the same moment."""
    found, revision_of = _revised(query, env_for(actor))
    raw = raw_page(found, after, size)
    shown = Page(children.records(found, raw.rows), raw.next_cursor, raw.previous_cursor)
    return shown, [revision_of(row) for row in raw.rows]


def raw_page(found: Plan, after: str | None, size: int) -> RawPage:
    """Return one page of a plan's raw rows with the cursors around it."""
    size = max(1, min(size, limits.LARGEST_PAGE))
    cursor = keyset.load(after, found.query, found.keys) if after else None
    left = cursor.left if cursor else found.limit
    wanted = size if left is None else min(size, left)
    raw = window(found, cursor, wanted + 1)
    more = len(raw) > wanted
    raw = raw[:wanted]
    if cursor is not None and cursor.backwards:
        raw.reverse()
    return RawPage(raw, *cursors(found, raw, more=more, cursor=cursor, left=left))


def window(found: Plan, cursor: Cursor | None, size: int) -> list[Any]:
    """Return at most `size` raw rows behind the cursor, region by region until there are enough."""
    if size <= 1:  # LIMIT 0: no page has a row
        return []
    if cursor is None:
        return execute.fetch(found.env, found.select(limit=size))
    start = replace(found, offset=0)
    raw: list[Any] = []
    for region in keyset.regions(found.keys, cursor):
        part = start.select(where=region, reverse=cursor.backwards, limit=size - len(raw))
        raw.extend(execute.fetch(found.env, part))
        if len(raw) >= size:
            break
    return raw


def cursors(
    found: Plan, raw: list[Any], *, more: bool, cursor: Cursor | None, left: int | None
) -> tuple[str | None, str | None]:
    """Return the cursors behind and before a page of raw rows."""
    if not raw:
        return None, None
    backwards = cursor is not None and cursor.backwards
    has_next = backwards or more
    has_previous = (more if backwards else cursor is not None) or False
    if left is not None:
        left += len(raw) if backwards else -len(raw)
        has_next = has_next and left > 0

    def dumped(row: Any, *, backwards: bool, left: int | None) -> str:
        values = [stored(found, place, row[place]) for place in found.key_places]
        return keyset.dump(Cursor(tuple(values), left, backwards), found.query)

    behind = left if left is None or not backwards else left - len(raw)
    before = left if left is None or backwards else left + len(raw)
    return (
        dumped(raw[-1], backwards=False, left=behind) if has_next else None,
        dumped(raw[0], backwards=True, left=before) if has_previous else None,
    )


def stored(found: Plan, place: int, value: Any) -> Any:
    """Return a raw sort value as a stored Python value."""
    read = found.decoders[place]
    return value if read is None or value is None else read(value)


def count(actor: Actor, query: Query, *, binds: Binds | None = None) -> int:
    """Return how many rows `query` has, its LIMIT regarded."""
    env = env_for(actor, binds=binds)
    if grouped.is_grouped(query) and not is_bare_count(query):
        return len(grouped.rows(query, env))
    return counted(query, env)


def counted(query: Query, env: Env) -> int:
    """Return how many records match, at most LIMIT behind OFFSET."""
    limits.check(query)
    found = matching(query, env, noted=True)
    limit = whole(query.limit, query.limit_bind, env)
    offset = whole(query.offset, query.offset_bind, env) or 0
    if limit is None:
        return max(0, execute.count(env, found) - offset)
    return max(0, execute.count_up_to(env, found, offset + limit) - offset)


def count_up_to(actor: Actor, query: Query, limit: int, *, binds: Binds | None = None) -> int:
    """Return how many rows `query` has, or `limit` when there are more: “1 000+” costs no full count."""
    limits.check(query)
    env = env_for(actor, binds=binds)
    if grouped.is_grouped(query):
        return min(limit, len(grouped.rows(query, env)))
    return execute.count_up_to(env, matching(query, env, noted=True), limit)


def matching(query: Query, env: Env, *, noted: bool = False) -> QuerySet[Any]:
    """Return the rows that a query is about, neither selected nor sorted; `noted` counts it as a question of people."""
    obj = source.object_named(query.object, env, query.at)
    if noted:
        usage.note_query(replace(query, order_by=()), obj)
    return source.filtered(query, obj, env)


def is_bare_count(query: Query) -> bool:
    """Tell whether a query is SELECT COUNT() FROM …, which is answered by a number."""
    return (
        len(query.columns) == 1
        and isinstance(query.columns[0], Column)
        and query.columns[0].expression == Aggregate("COUNT")
        and not query.group_by
    )


def iterate(
    actor: Actor,
    query: Query,
    *,
    chunk: int = 2_000,
    binds: Binds | None = None,
    moment: Moment | None = None,
) -> Iterator[Record]:
    """Yield all rows of `query` without holding them, nor a transaction: a chunk is read when it is asked for.

    The order is fixed at the start (eight bytes a row); a row deleted meanwhile is left out.
    """
    if grouped.is_grouped(query):
        yield from rows(actor, query, binds=binds, moment=moment)
        return
    env = env_for(actor, binds=binds, moment=moment)
    found = plan(query, env)
    for keys in pieces(ordered_ids(found), chunk):
        part = found.selected(found.rows.filter(pk__in=keys))
        raw = {row[found.id_place]: row for row in execute.fetch(env, part)}
        yield from children.records(found, [raw[key] for key in keys if key in raw])


def ordered_ids(found: Plan) -> array[int]:
    """Return the ids of all rows in order."""
    ids = replace(found, sources=(found.sources[found.id_place],), own=1)
    return array("q", (row[0] for row in execute.fetch(found.env, ids.select(limit=found.limit))))


def explain(actor: Actor, query: Query, *, size: int | None = None) -> str:
    """Return the database's plan for the first page of `query`, for benchmarks and the curious administrator."""
    env = env_for(actor)
    found = plan(query, env)
    return found.select(limit=size or found.limit).explain()


def field_of(actor: Actor, object_name: str, path: str) -> Field:
    """Return the field at the end of an outside path; QueryRefused (INVALID_FIELD) when the actor sees none."""
    env = env_for(actor)
    return paths.field_of(env, source.object_named(object_name, env), Path(tuple(path.split("."))))


def fields_of(actor: Actor, query: Query) -> dict[str, Field | None]:
    """Return {name of a row's value: the field whose kind shows it, None for counts and the like}, sub-selects left out."""
    env = env_for(actor)
    shown = grouped.outputs_of(query, env) if grouped.is_grouped(query) else plan(query, env).outputs
    return {output.name: output.field for output in shown if not output.hidden}
