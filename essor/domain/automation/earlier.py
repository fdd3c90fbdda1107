"""Did a record meet a condition before a change? Answered from the history, for all records with two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.definitions import Field
from essor.catalog.kinds import ParseContext
from essor.domain.automation.definition import wrong
from essor.domain.automation.kinds import Site
from essor.domain.automation.loading import of_records, path_of
from essor.formula import compile_field, evaluate, from_stored, to_stored
from essor.kernel.clock import moment_for
from essor.query import limits, match, run
from essor.query.environment import env_for
from essor.query.functions import Record as Reader
from essor.query.tree import Aggregate, Call, Column, Compare, Condition, Expression, Path, Query
from essor.query.trial import end_of
from essor.records.models import History
from essor.records.write import revive

Values = Mapping[str, Any]
PLAIN = ParseContext(language="en")


def newly(site: Site, where: Condition, revisions: Mapping[int, Sequence[tuple[int, bool]]]) -> set[int]:
    """Return the records of which one change, {key: [(revision after it, whether it created)]}, made `where` true.

    A change without a revision (a roll-up that was computed anew) tells nothing of before, and makes nothing new.
    """
    revisions = {
        key: told for key, some in revisions.items() if (told := [one for one in some if one[0] > 0])
    }
    if not revisions:
        return set()
    names = sorted(paths_of(site, where))
    columns = (Column(Path(("Id",))), *(Column(path_of(name)) for name in names))
    rows = run.rows(site.actor, Query(site.obj.name, columns=columns, where=of_records(revisions)))
    past = _changes(site, {key: min(one for one, _new in some) for key, some in revisions.items()})
    found = set()
    for row in rows:
        now = {name.lower(): value for name, value in row.items()}
        key = now["id"]
        for revision, created in revisions[key]:
            before = created or not _met(site, where, _at(now, past[key], revision - 1))
            if before and _met(site, where, _at(now, past[key], revision)):
                found.add(key)
                break
    return found


def _changes(site: Site, since: Mapping[int, int]) -> dict[int, list[tuple[int, Values]]]:
    """Return what was changed from those revisions on, newest first: [(revision, {field: value before})]."""
    rows = History.objects.filter(
        object_name=site.obj.name, record_id__in=list(since), revision__gte=min(since.values())
    )
    found: dict[int, list[tuple[int, Values]]] = defaultdict(list)
    for key, revision, changes in rows.order_by("-revision").values_list("record_id", "revision", "changes"):
        before = {
            name.lower(): revive(pair[0], site.obj.by_name[name.lower()], PLAIN)
            for name, pair in changes.items()
            if name.lower() in site.obj.by_name
        }
        found[key].append((revision, before))
    return found


def _at(now: Values, past: Sequence[tuple[int, Values]], revision: int) -> Values:
    """Return the values as they stood at a revision."""
    found = dict(now)
    for one, before in past:
        if one > revision:
            found |= {name: value for name, value in before.items() if name in found}
    return found


def _met(site: Site, where: Condition, values: Values) -> bool:
    """Tell whether the values meet the condition; formula fields are computed from them."""
    moment = moment_for(site.actor.timezone)

    def computed(path: tuple[str, ...]) -> Any:
        name = ".".join(path).lower()
        field = end_of(path, site.obj, site.catalog)
        if len(path) == 1 and field.formula:
            return evaluate(compile_field(field, site.obj, site.catalog), computed, moment=moment)
        value = values.get(name)
        return from_stored(value, replace(field, formula="")) if field.formula else value

    def value_of(path: Path) -> Any:
        name = str(path).lower()
        field = site.obj.by_name.get(name)
        return (
            to_stored(computed(path.names), field)
            if field is not None and field.formula
            else values.get(name)
        )

    return match.evaluate(where, Reader(site.obj, env_for(site.actor), value_of), {})


def paths_of(site: Site, where: Condition) -> set[str]:
    """Return the fields that a condition reads, those behind formulas too; refused over other records."""
    found: set[str] = set()
    for leaf in limits.walk(where):
        if not isinstance(leaf, Compare):
            raise wrong(
                _("“Only when it newly meets the criteria” does not go with criteria on related records.")
            )
        for path in _paths(leaf.left):
            found.add(str(path))
            field = site.obj.by_name.get(str(path).lower())
            if field is not None and field.formula:
                found |= set(_behind(site, field))
            if path.names[-1].lower() != "id":
                code = Path((*path.names[:-1], match.MONEY_CODE))
                if leaf.values and any(getattr(value, "currency", "") for value in leaf.values):
                    found.add(str(code))
    return {name for name in found if name.lower() != "id"}


def _paths(expression: Expression) -> Iterator[Path]:
    if isinstance(expression, Path):
        yield expression
    elif isinstance(expression, Call):
        for one in expression.arguments:
            yield from _paths(one)
    elif isinstance(expression, Aggregate) and expression.argument is not None:
        yield from _paths(expression.argument)


def _behind(site: Site, field: Field) -> Iterator[str]:
    for path in compile_field(field, site.obj, site.catalog).paths:
        yield ".".join(path)
        inner = site.obj.by_name.get(path[0].lower()) if len(path) == 1 else None
        if inner is not None and inner.formula:
            yield from _behind(site, inner)
