"""A query of records, compiled: the rows, what is selected of them, how they are sorted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import connections
from django.db.models import F, Q, QuerySet

from essor.catalog.definitions import ObjectDef
from essor.query import execute, functions, heads, limits, ordering, outputs, source, usage
from essor.query.decoders import decoder
from essor.query.environment import Env
from essor.query.families.base import Sql
from essor.query.operands import Operand
from essor.query.ordering import Key
from essor.query.outputs import Output
from essor.query.own import OwnColumns, attr_of, is_own
from essor.query.tree import Bind, ChildRows, Column, Path, Query

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `sources` are the selected expressions, each once; an output knows its places among them.

    The last `own` of them are plain columns of the object's table.
    `children` are the sub-selects, fetched in a further query each; they need `sources[key]`, the row's id.
    """

    query: Query
    obj: ObjectDef
    env: Env
    rows: QuerySet[Any]
    outputs: tuple[Output, ...]
    places: tuple[tuple[int, ...], ...]
    sources: tuple[Sql, ...]
    own: int
    keys: tuple[Key, ...]
    key_places: tuple[int, ...]
    children: tuple[ChildRows, ...]
    limit: int | None
    offset: int

    @property
    def decoders(self) -> Mapping[int, Callable[[Any], Any] | None]:
        """Return what makes stored values of the raw sort values, by their place."""
        return {
            place: decoder(Operand(key.value, key.family), self.env)
            for place, key in zip(self.key_places, self.keys, strict=True)
        }

    @property
    def id_place(self) -> int:
        """Return where the row's id stands among the sources."""
        return self.key_places[-1]

    def select(
        self, *, where: Q | None = None, reverse: bool = False, limit: int | None = None
    ) -> QuerySet[Any]:
        """Return the sorted rows with their sources, at most `limit`."""
        rows = self.rows if where is None else self.rows.filter(where)
        order = [key.order_by(reverse=reverse) for key in self.keys]
        if limit is not None:
            rows = heads.narrowed(rows, order, self.offset + limit)
        rows = self.selected(rows.order_by(*order))
        if self.offset or limit is not None:
            rows = rows[self.offset : None if limit is None else self.offset + limit]
        return rows

    def selected(self, rows: QuerySet[Any], *, together: bool = True) -> QuerySet[Any]:
        """Return `rows` with the sources as columns s0, s1 and so on; the object's own ones, which come last, as one.

        Where Django puts the rows into a sub-select (a condition on a window) it must know each: not `together`.
        """
        found = len(self.sources) - (self.own if together else 0)
        named = {f"s{place}": sql for place, sql in enumerate(self.sources[:found])}
        if found < len(self.sources):
            named[f"s{found}"] = OwnColumns(tuple(attr_of(sql) for sql in self.sources[found:]))
        return execute.asking(rows, named)


class Sources:
    """The expressions to select, each once: first what is computed or comes from elsewhere, then the own columns."""

    def __init__(self, obj: ObjectDef, sqls: Iterable[Sql]) -> None:
        """Put them in order; plain columns are recognized, other expressions are what they are."""
        wanted = {_sign(sql): sql for sql in sqls}
        own = [sql for sql in wanted.values() if isinstance(sql, F) and is_own(obj, attr_of(sql))]
        mine = set(map(_sign, own))
        self.found = (*(sql for sign, sql in wanted.items() if sign not in mine), *own)
        self.own = len(own)
        self.known = {_sign(sql): place for place, sql in enumerate(self.found)}

    def places(self, sqls: Iterable[Sql]) -> tuple[int, ...]:
        """Return where several expressions stand."""
        return tuple(self.known[_sign(sql)] for sql in sqls)


def _sign(sql: Sql) -> object:
    return attr_of(sql) if isinstance(sql, F) else id(sql)


def plan(
    query: Query,
    env: Env,
    *,
    obj: ObjectDef | None = None,
    extra: Sequence[Output] = (),
    render: Callable[[Sequence[Output], ObjectDef], Sequence[Output]] | None = None,
) -> Plan:
    """Compile a query of records; `obj` is told for a sub-select, whose `query.object` is a relationship.

    `render` may change the outputs and add hidden ones; behind them come `extra`.
    """
    if obj is None:
        limits.check(query)
        obj = source.object_named(query.object, env, query.at)
    asked = obj
    rows = source.filtered(query, asked, env)
    keys = ordering.with_id(
        ordering.keys(query.order_by, lambda one: functions.operand(one, asked, env), env)
    )
    columns = [column for column in query.columns if not isinstance(column, ChildRows)]
    found = list(outputs.outputs(columns if query.columns else [Column(Path(("Id",)))], asked, env))
    found = [*(render(found, asked) if render else found), *extra]
    sources = Sources(asked, chain(*(output.sources for output in found), (key.value for key in keys)))
    places = tuple(sources.places(output.sources) for output in found)
    key_places = sources.places(key.value for key in keys)
    usage.note_query(query, asked)
    return Plan(
        query=query,
        obj=asked,
        env=env,
        rows=locked(rows, query, env),
        outputs=tuple(found),
        places=places,
        sources=sources.found,
        own=sources.own,
        keys=tuple(keys),
        key_places=key_places,
        children=tuple(column for column in query.columns if isinstance(column, ChildRows)),
        limit=whole(query.limit, query.limit_bind, env),
        offset=whole(query.offset, query.offset_bind, env) or 0,
    )


def whole(number: int | None, bind: Bind | None, env: Env) -> int | None:
    """Return LIMIT or OFFSET, also when it was left to the caller."""
    return number if bind is None else int(str(env.bound(bind)))


def locked(rows: QuerySet[Any], query: Query, env: Env) -> QuerySet[Any]:
    """Return rows that are locked until the transaction ends, where the query asks for it and there is one."""
    connection = connections[env.using]
    if query.lock and connection.in_atomic_block and connection.features.has_select_for_update:
        return rows.select_for_update(of=("self",))
    return rows


def reader(found: Plan) -> Callable[[Sequence[Any]], Record]:
    """Return what makes a record of a driver's row: {outside path: stored Python value}."""
    pairs = [
        (output, places)
        for output, places in zip(found.outputs, found.places, strict=True)
        if not output.hidden
    ]
    order = [output.name for output, _places in pairs]
    made = [(output.name, output.read, places) for output, places in pairs if output.read is not None]
    straight = [(output.name, places[0]) for output, places in pairs if output.read is None]
    if not made and [place for _name, place in straight] == list(range(len(order))):
        return lambda row: dict(zip(order, row, strict=False))

    def read(row: Sequence[Any]) -> Record:
        record = dict.fromkeys(order)
        for name, place in straight:
            record[name] = row[place]
        for name, make, places in made:
            if len(places) > 1:
                record[name] = make(*(row[place] for place in places))
            elif (value := row[places[0]]) is not None:
                record[name] = make(value)
        return record

    return read
