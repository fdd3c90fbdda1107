"""The columns of a query: what is asked of SQL for each, and how its value is made of what SQL hands back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.definitions import EMPTY, Field, ObjectDef
from essor.catalog.kinds.places import Compound
from essor.query import functions, paths, polymorphic
from essor.query.decoders import decoder
from essor.query.environment import Env, refused
from essor.query.families.base import Sql
from essor.query.operands import Operand, Pair
from essor.query.tree import AllFields, Column, Path, Selected, TypeOf

Read = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Output:
    """One column of the answer: its name, the SQL it needs, and `read`, which makes its value (None: as it is).

    `field` is the field whose kind shows the value; None for counts and the results of functions. `parts` are the
    fields of a value that is a mapping. `path` is the way to the value for nested answers, () for a function.
    `hidden` outputs are selected for our own use and are no part of a record.
    """

    name: str
    sources: tuple[Sql, ...]
    read: Read | None = None
    field: Field | None = None
    path: tuple[str, ...] = ()
    parts: Mapping[str, Field] = EMPTY
    hidden: bool = False


def outputs(columns: Sequence[Selected], obj: ObjectDef, env: Env) -> Iterator[Output]:
    """Yield the columns of a query of records, each once; sub-selects are another matter (see `children`)."""
    seen: set[str] = set()
    unnamed = 0
    for column in columns:
        for output in selected(column, obj, env):
            name = output.name or f"expr{unnamed}"
            unnamed += not output.name
            if name.lower() not in seen:
                seen.add(name.lower())
                yield output if output.name else Output(name, output.sources, output.read, output.field)


def selected(column: Selected, obj: ObjectDef, env: Env) -> Iterator[Output]:
    """Yield what one selected thing adds to a row."""
    if isinstance(column, Column):
        yield of_column(column, obj, env)
    elif isinstance(column, AllFields):
        for field in all_fields(column, obj):
            yield of_column(Column(Path((field.name,), column.at)), obj, env)
    elif isinstance(column, TypeOf):
        yield type_of(column, obj, env)


def all_fields(column: AllFields, obj: ObjectDef) -> Iterator[Field]:
    """Yield the fields of FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""
    for field in obj.fields:
        if not field.hidden and column.which in ("ALL", "CUSTOM" if field.custom else "STANDARD"):
            yield field


def of_column(column: Column, obj: ObjectDef, env: Env) -> Output:
    """Return the output of a path or a function."""
    expression = column.expression
    operand = functions.operand(expression, obj, env)
    if isinstance(expression, Path) and operand.field and isinstance(operand.field.kind, Compound):
        return compound(column, operand, obj, env)
    name = column.alias or (operand.name if isinstance(expression, Path) else "")
    way = tuple(operand.name.split(".")) if isinstance(expression, Path) and not column.alias else ()
    return of_operand(name, operand, env, path=way)


def of_operand(name: str, operand: Operand, env: Env, *, path: tuple[str, ...] = ()) -> Output:
    """Return the output of a value."""
    if isinstance(operand.expression, Pair):
        pair = operand.expression
        masked = [operand.computed(part, None).shown for part in (pair.prefix, pair.key)]
        return Output(name, tuple(masked), paired, operand.field, path)
    read = decoder(operand, env)
    finish = operand.finish
    if finish is not None:
        return Output(name, (operand.shown,), finished(read, finish), None, path)
    return Output(name, (operand.shown,), read, operand.field, path)


def paired(prefix: str | None, key: int | None) -> tuple[str, int] | None:
    """Return the pair that stands for a polymorphic id."""
    return None if prefix is None or key is None else (prefix, key)


def finished(read: Read | None, finish: Read) -> Read:
    """Return a reader that decodes and then shows a value."""
    return lambda value: finish(value if read is None or value is None else read(value))


def compound(column: Column, operand: Operand, obj: ObjectDef, env: Env) -> Output:
    """Return an address or a location as a mapping of its parts, None when all are empty."""
    field, path = operand.field, column.expression
    if field is None or not isinstance(path, Path):
        raise refused(_("A value cannot stand here."), column.expression.at)
    owner = env.view.object(field.object_name)
    parts = [part for part in owner.fields if part.compound == field.name]
    found = [paths.operand(Path((*path.names[:-1], part.name), path.at), obj, env) for part in parts]
    names = [part_name(part, field) for part in parts]

    def read(*values: Any) -> dict[str, Any] | None:
        return None if all(value is None for value in values) else dict(zip(names, values, strict=True))

    sources = tuple(part.shown for part in found)
    way = tuple(operand.name.split("."))
    return Output(
        column.alias or operand.name, sources, read, field, way, dict(zip(names, parts, strict=True))
    )


def part_name(part: Field, whole: Field) -> str:
    """Return what a part is called inside its compound: City, Latitude."""
    if part.custom:
        return part.name.removesuffix("__s").rpartition("__")[2]
    return part.name.removeprefix(whole.name.removesuffix("Address")) or part.name


def type_of(column: TypeOf, obj: ObjectDef, env: Env) -> Output:
    """Return the fields that a reference's own object decides about, as a mapping that begins with its type."""
    place, link = polymorphic.link_of(column.path, obj, env)
    kind = polymorphic.kind_of(place, link, env)
    sources: list[Sql] = [kind.shown]
    chosen: dict[str, list[tuple[str, int, Read | None]]] = {}
    parts: dict[str, Field] = {}
    named = {name.lower(): ways for name, ways in column.branches}
    for target in link.targets:
        if not env.view.has(target):
            continue
        ways = named.get(target.lower(), column.otherwise)
        chosen[target] = []
        for way in ways:
            found = polymorphic.behind(place, link, target, way, env)
            if found is None and target.lower() in named:
                raise paths.unknown(env.view.object(target), str(way), way)
            if found is not None:
                output = of_operand(str(way), found, env)
                name = found.name.removeprefix(f"{place.named(link.relationship)}.")
                chosen[target].append((name, len(sources), output.read))
                sources.append(output.sources[0])
                if found.field:
                    parts[name] = found.field

    def read(*values: Any) -> dict[str, Any] | None:
        if values[0] is None or values[0] not in chosen:
            return None
        row: dict[str, Any] = {"type": values[0]}
        for name, index, decode in chosen[values[0]]:
            raw = values[index]
            row[name] = raw if decode is None or raw is None else decode(raw)
        return row

    names = (*place.names, link.relationship)
    return Output(".".join(names), tuple(sources), read, None, names, parts)
