"""Reads what a step needs of all its records: one question down the reading road."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from essor.domain.automation import merge
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import STEPS, Site
from essor.query import run
from essor.query.plan import Record
from essor.query.tree import All, Call, Column, Compare, Condition, Constant, Path, Query

SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The values of one record: stored ones and their texts, both by path in lower case."""

    row: Record
    shown: Mapping[str, str]


def path_of(text: str) -> Path:
    """Return an outside path."""
    return Path(tuple(text.split(".")))


def of_records(keys: Iterable[int], where: Condition | None = None) -> Condition:
    """Return the condition of some records, narrowed by another one."""
    mine = Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys))
    return mine if where is None else All((mine, where))


def records(site: Site, step: Step, keys: Iterable[int]) -> dict[int, Loaded]:
    """Return what a step reads of the records that its actor sees, by key."""
    kind = STEPS[step.kind]
    plain = _distinct([site.obj.name_field, *kind.paths(step, site)])
    texts = _distinct(path for text in kind.texts(step) for path in merge.read(text).paths)
    columns = [Column(Path(("Id",))), *(Column(path_of(path)) for path in plain)]
    columns += [
        Column(Call("FORMAT", (path_of(path),)), f"{SHOWN}{place}") for place, path in enumerate(texts)
    ]
    found: dict[int, Loaded] = {}
    query = Query(site.obj.name, columns=tuple(columns), where=of_records(keys))
    for row in run.rows(site.actor, query):
        lower = {name.lower(): value for name, value in row.items()}
        shown = {path.lower(): _text(lower[f"{SHOWN}{place}"]) for place, path in enumerate(texts)}
        found[lower["id"]] = Loaded(lower, shown)
    return found


def meeting(site: Site, keys: Iterable[int], where: Condition | None) -> set[int]:
    """Return those of some records that meet a condition and that the actor sees: one query."""
    query = Query(site.obj.name, columns=(Column(Path(("Id",))),), where=of_records(keys, where))
    return {row["Id"] for row in run.rows(site.actor, query)}


def _distinct(paths: Iterable[str]) -> list[str]:
    found = {path.lower(): path for path in paths if path and path.lower() != "id"}
    return list(found.values())


def _text(value: object) -> str:
    return "" if value is None else str(value)
