"""Rows as Salesforce's API writes them: attributes, nested parents, 18-character ids; straight from the driver to JSON.

See `shape` for how records are put together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import cache, partial
from typing import Any

import orjson
from django.db.models import F, Func, TextField

from essor.access.actor import Actor
from essor.access.principals import GROUP, USER
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds.computed import result_kind
from essor.catalog.kinds.places import Compound
from essor.kernel import ids
from essor.kernel.pieces import pieces
from essor.query import children, execute, grouped, polymorphic, run
from essor.query.environment import Env, env_for
from essor.query.outputs import Output
from essor.query.plan import Plan, plan
from essor.query.shape import Build, Convert, Json, Level, Value, builder
from essor.query.tree import ChildRows, Column, Path, Query

BASE = "/services/data/v62.0/sobjects"
AS_THEY_ARE = frozenset(
    {
        "text",
        "textarea",
        "richtext",
        "picklist",
        "email",
        "phone",
        "url",
        "autonumber",
        "checkbox",
        "slider",
        "date",
        "percent",
        "degrees",
    }
)


class AsText(Func):
    """A column as SQLite stores it: its driver makes no date of what is not a bare column."""

    template = "+%(expressions)s"
    arity = 1
    output_field = TextField()


def soql(
    actor: Actor,
    query: Query,
    *,
    base: str = BASE,
    after: str | None = None,
    size: int = 2_000,
    next_url: Callable[[str], str] | None = None,
    binds: Mapping[str, object] | None = None,
) -> bytes:
    """Return the answer to `query` as Salesforce's query resource gives it; `next_url` turns a cursor into an address.

    A record's address is `base`, its object's name and its id.
    Without `next_url` all rows come at once.
    """
    env = env_for(actor, binds=binds)
    if run.is_bare_count(query):
        return orjson.dumps({"totalSize": run.counted(query, env), "done": True, "records": []})
    if grouped.is_grouped(query):
        return orjson.dumps(answer(groups(query, env)))
    found = plan(query, env, render=partial(nested, env=env))
    build = shape_of(found, base)
    if next_url is None:
        raw = execute.fetch(env, found.select(limit=found.limit))
        return orjson.dumps(answer(records(found, build, raw, base)))
    page = run.raw_page(found, after, size)
    body = answer(records(found, build, page.rows, base))
    if page.next_cursor:
        body |= {
            "totalSize": run.counted(query, env),
            "done": False,
            "nextRecordsUrl": next_url(page.next_cursor),
        }
    elif after:
        body["totalSize"] = run.counted(query, env)
    return orjson.dumps(body)


def answer(found: list[Any]) -> Json:
    """Return a whole answer."""
    return {"totalSize": len(found), "done": True, "records": found}


def groups(query: Query, env: Env) -> list[Json]:
    """Return the groups of `query`, each as an AggregateResult."""
    shown = grouped.outputs_of(query, env)
    names = short_names(query)
    converts = [converter(output, env) for output in shown]
    return [
        {"attributes": {"type": "AggregateResult"}}
        | {
            name: value if convert is None or value is None else convert(value)
            for name, convert, value in zip(names, converts, row.values(), strict=True)
        }
        for row in grouped.rows(query, env)
    ]


def short_names(query: Query) -> list[str]:
    """Return the names of the columns of groups, as Salesforce has them: `Account.Name` shows as `Name`."""
    names: list[str] = []
    unnamed = 0
    for column in query.columns:
        if isinstance(column, Column) and (column.alias or isinstance(column.expression, Path)):
            names.append(column.alias or str(column.expression).rpartition(".")[2])
        else:
            names.append(f"expr{unnamed}")
            unnamed += 1
    return names


def nested(outputs: Sequence[Output], obj: ObjectDef, env: Env) -> list[Output]:
    """Return the outputs as rendering wants them, and hidden ones of each parent: id, and object where it varies."""
    found = [as_text(output) if env.sqlite else output for output in outputs]
    ways = dict.fromkeys(output.path[:end] for output in outputs for end in range(1, len(output.path)))
    for way in ways:
        place, link = polymorphic.link_of(Path(way), obj, env)
        sources: tuple[Any, ...] = (F(f"{place.prefix}{link.attr}"),)
        if len(link.targets) > 1:
            sources += (polymorphic.kind_of(place, link, env).shown,)
        found.append(Output("", sources, field=link, path=(*way, ""), hidden=True))
    return found


def as_text(output: Output) -> Output:
    """Return a plain date or datetime column as SQLite's own text, which is nearly JSON's already."""
    name = output.field.kind.name if output.field else ""
    if name not in ("date", "datetime") or not isinstance(output.sources[0], F):
        return output
    return replace(
        output, sources=(AsText(output.sources[0]),), read=instant_text if name == "datetime" else None
    )


def shape_of(found: Plan, base: str) -> Build:
    """Return what makes records of a plan's raw rows."""
    url = f"{base}/"
    root = Level(found.obj.name, f"{url}{found.obj.name}/", (found.id_place,), ids.encoder(found.obj.prefix))
    for output, places in zip(found.outputs, found.places, strict=True):
        level = root
        for name in output.path[:-1]:
            level = level.parents.setdefault(name, Level())
        if not output.hidden:
            name = output.path[-1] if output.path else output.name
            is_id = output.field is not None and output.field.kind.name == "id" and bool(output.path)
            level.values.append(Value(name, places, combined(output, found.env), is_id))
        elif output.field is not None:
            mark(level, output.field, places, url, found.env)
    return builder(root, len(found.sources))


def mark(level: Level, link: Field, places: tuple[int, ...], url: str, env: Env) -> None:
    """Give a parent's level its key and attributes. A parent of one of several objects is a Name, as in Salesforce."""
    level.places = places
    if len(places) == 1:
        target = env.full.object(link.targets[0])
        level.type, level.url, level.encode = target.name, f"{url}{target.name}/", ids.encoder(target.prefix)
        return
    encoders = {
        name: ids.encoder(env.view.object(name).prefix) for name in link.targets if env.view.has(name)
    }

    @cache  # few parents have many children: a list of deals names some owners
    def attributes(key: int, name: str | None) -> Json:
        encode = encoders.get(name or "")
        return {"type": "Name", "url": f"{url}{name}/{encode(key)}"} if encode else {"type": "Name"}

    level.attributes = attributes


def records(found: Plan, build: Build, rows: Sequence[Sequence[Any]], base: str) -> list[Json]:
    """Return the records of raw rows as nested mappings, with their sub-selects."""
    made = build(rows)
    for column in found.children:
        hang(found, column, made, [row[found.id_place] for row in rows], base)
    return made


def hang(found: Plan, column: ChildRows, made: list[Json], parents: list[int], base: str) -> None:
    """Put the children of a sub-select under their parents: an answer within the answer, null when there are none."""
    inner, link = children.child_plan(found, column, render=partial(nested, env=found.env))
    build = shape_of(inner, base)
    owner_place = inner.places[-1][0]
    below: dict[int, list[Any]] = {}
    for some in pieces(parents, children.PARENTS_AT_ONCE):
        rows = execute.fetch(found.env, children.children_of(found.obj, inner, link, some))
        for record, row in zip(records(inner, build, rows, base), rows, strict=True):
            below.setdefault(row[owner_place], []).append(record)
    name = children.name_of(found, column)
    for record, parent in zip(made, parents, strict=True):
        record[name] = answer(below[parent]) if parent in below else None


def combined(output: Output, env: Env) -> Convert | None:
    """Return what makes a JSON value of a raw one: the output's own reading first, then its kind's writing."""
    read = output.read
    if read is instant_text:
        return read
    convert = converter(output, env)
    if read is None or convert is None:
        return convert if read is None else read
    if len(output.sources) == 1:
        return lambda value: convert(read(value))

    def both(*values: Any) -> Any:
        value = read(*values)
        return None if value is None else convert(value)

    return both


def converter(output: Output, env: Env) -> Convert | None:
    """Return what writes a stored value as JSON, None where orjson does."""
    of = output.field
    if of is None:
        return partial(typed, parts=output.parts, env=env) if output.parts else None
    kind = result_kind(of)
    if isinstance(kind, Compound):
        return compound
    if kind.formula_type == "id":
        return id_converter(of, env)
    if kind.name == "datetime":
        return instant
    if kind.name == "time":
        return clock
    return None if kind.name in AS_THEY_ARE else partial(kind_json, of)


def kind_json(of: Field, value: Any) -> Any:
    """Return a value as its kind writes it."""
    return of.kind.to_json(value, of)


def id_converter(of: Field, env: Env) -> Convert:
    """Return what writes a key as an id; an owner's prefix tells a user from a group."""
    prefixes = of.options.get("prefixes", ())
    if of.options.get("polymorphic"):
        return lambda pair: ids.encode(*pair) if isinstance(pair, tuple) else ids.encode(prefixes[0], pair)
    if len(prefixes) > 1:
        known, user, group = env.actor.snapshot.groups, ids.encoder(USER), ids.encoder(GROUP)
        return lambda key: group(key) if key in known else user(key)
    return ids.encoder(prefixes[0]) if prefixes else lambda key: key


def instant_text(value: str) -> str:
    """Return SQLite's text of an instant as Salesforce writes it."""
    return f"{value[:10]}T{value[11:19]}.{value[20:23] or '000'}+0000"


def instant(value: datetime) -> str:
    """Return an instant as Salesforce writes it: 2026-01-31T09:30:00.000+0000."""
    return value.isoformat(timespec="milliseconds")[:23] + "+0000"


def clock(value: time) -> str:
    """Return a time of day as Salesforce writes it: 09:30:00.000Z."""
    return value.isoformat(timespec="milliseconds")[:12] + "Z"


def compound(value: Mapping[str, Any]) -> Json:
    """Return an address or a location with Salesforce's names of its parts: postalCode, latitude."""
    return {name[:1].lower() + name[1:]: part for name, part in value.items()}


def typed(value: Mapping[str, Any], *, parts: Mapping[str, Field], env: Env) -> Json:
    """Return what TYPEOF found."""
    found: Json = {"attributes": {"type": value["type"]}}
    for name, one in value.items():
        if name != "type":
            convert = converter(Output(name, (), field=parts.get(name)), env)
            found[name] = one if one is None or convert is None else convert(one)
    return found
