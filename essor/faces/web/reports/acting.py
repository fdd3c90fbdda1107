"""What can be done with the records behind a report: its own, and those that a column of it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.reports.definition import Definition
from essor.faces.web import offers
from essor.faces.web.lists.bulk import ALL
from essor.faces.web.lists.page import allowed
from essor.faces.web.lists.state import State, build, written
from essor.faces.web.shapes import Action
from essor.query.tree import All, Column, Compare, Condition, InQuery, Path, Query


@dataclass(frozen=True, slots=True)
class Way:
    """One button; `words` say which records as a list's form does."""

    action: Action
    label: str
    words: dict[str, str]


def ways(actor: Actor, definition: Definition) -> list[Way]:
    """Return the buttons for the records behind a report, counted and asked about before anything is done."""
    found = []
    for column, name, where in _behind(actor, definition):
        words = {"view": "all", "filter": written(where)}
        state: State = build(actor, name, words)
        if not allowed(state).mass_edit:
            continue
        for action in offers.report_actions(state):
            label = f"{action.label} ({column})" if column else action.label
            found.append(Way(action, label, {**words, "scope": ALL}))
    return found


def _behind(actor: Actor, definition: Definition) -> Iterator[tuple[str, str, Condition | None]]:
    """Yield (label of the column, object, condition) of the report's own records, then of those that its columns name."""
    catalog = catalog_for(actor)
    obj = catalog.object(definition.object)
    yield "", obj.name, definition.where
    paths = (*definition.columns, *(one.path for one in definition.groupings))
    seen = set()
    for path in paths:
        head = path.partition(".")[0].lower()
        field = obj.by_relationship.get(head) or obj.by_name.get(head)
        if (
            field is None
            or len(field.targets) != 1
            or field.name in seen
            or not catalog.has(field.targets[0])
        ):
            continue
        seen.add(field.name)
        link = Path((field.name,))
        there: Condition = Compare(link, "notnull")
        where = there if definition.where is None else All((definition.where, there))
        asked = Query(obj.name, columns=(Column(link),), where=where)
        yield str(field.label), field.targets[0], InQuery(Path(("Id",)), asked)
