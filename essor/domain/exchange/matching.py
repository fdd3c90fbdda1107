"""Finds the record that each row of a file is about: by id, e-mail or another field, one query per chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext, ParseError
from essor.domain.exchange.cells import Line
from essor.domain.exchange.models import Import, Mode
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query

AT_ONCE = 500


def groups(actor: Actor, obj: ObjectDef, work: Import, lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines in groups to be written one after the other, matched: a key that comes twice meets its first."""
    if not work.match:
        for line in lines:
            line.values.pop("Id", None)
        yield list(lines)
        return
    field = obj.field(work.match)
    context = ParseContext(work.language, actor.timezone, actor.company.phone_region)
    keys = {line.number: _key(line, field, context) for line in lines}
    rest = list(lines)
    while rest:
        seen: set[Any] = set()
        group: list[Line] = []
        later: list[Line] = []
        for line in rest:
            key = keys[line.number]
            (later if key is not None and key in seen else group).append(line)
            seen.add(key)
        _match(actor, obj, work, field, keys, group)
        yield group
        rest = later


def _key(line: Line, field: Field, context: ParseContext) -> Any:
    """Return the parsed value by which a line is matched, None when the cell is empty or wrong."""
    try:
        value = field.kind.parse(line.values.get(field.name), field, context)
    except ParseError:
        return None
    return value.casefold() if isinstance(value, str) else value


def _match(
    actor: Actor, obj: ObjectDef, work: Import, field: Field, keys: Mapping[int, Any], lines: Sequence[Line]
) -> None:
    found: dict[Any, list[int]] = defaultdict(list)
    wanted = list(dict.fromkeys(keys[line.number] for line in lines if keys[line.number] is not None))
    for start in range(0, len(wanted), AT_ONCE):
        for row in run.rows(actor, _question(obj, field, wanted[start : start + AT_ONCE])):
            value = row[field.name]
            found[value.casefold() if isinstance(value, str) else value].append(row["Id"])
    header = next((header for header, target in work.mapping.items() if target == field.name), "")
    for line in lines:
        key = keys[line.number]
        _settle(obj, line, work, header, found.get(key, []) if key is not None else [])
        if field.kind.name == "id" and line.id is None and key is not None:
            line.reasons.setdefault(header, _("There is no such record."))
        line.values.pop("Id", None)


def _settle(obj: ObjectDef, line: Line, work: Import, header: str, ids: Sequence[int]) -> None:
    if len(ids) > 1:
        line.met += [(obj.name, key) for key in ids]
        message = _("%(count)d records have this value; the match must be unique.")
        line.reasons[header] = message % {"count": len(ids)}
    elif ids:
        line.id = ids[0]
    elif work.mode == Mode.UPDATE:
        line.reasons.setdefault(header, _("No record has this value."))


def _question(obj: ObjectDef, field: Field, values: Sequence[Any]) -> Query:
    constants = tuple(Constant(value) for value in values)
    return Query(
        obj.name,
        columns=(Column(Path(("Id",))), Column(Path((field.name,)))),
        where=Compare(Path((field.name,)), "in", constants),
    )
