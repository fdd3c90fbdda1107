"""Writes fields of the record, of a record it refers to, or of the records that refer to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import Field, ObjectDef
from essor.domain.automation import values
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Member, Site, StepKind, step
from essor.domain.automation.writing import Wanted, write
from essor.kernel.errors import EssorError, FieldError, UnknownField
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records.change import Change

MOST_CHILDREN = 10_000


def target_of(step: Step, site: Site) -> tuple[str, ObjectDef, Field | None]:
    """Return what is written: ("self" | "parent" | "children", its object, the lookup between the two)."""
    target = str(step.settings.get("target", ""))
    if not target:
        return "self", site.obj, None
    if target.startswith(">"):
        way = site.obj.child(target[1:])
        child = site.catalog.object(way.object_name)
        return "children", child, child.field(way.field)
    link = site.obj.by_relationship.get(target.lower())
    if link is None or len(link.targets) != 1:
        raise UnknownField(_("“%(name)s” leads to no record.") % {"name": target[:80]})
    return "parent", site.catalog.object(link.targets[0]), link


@step
class Update(StepKind):
    """New values for the record itself, its parent or its children."""

    name = "update"
    label = gettext_lazy("Update fields")
    icon = "pencil"
    help = gettext_lazy("Of the record, of the record it belongs to, or of the records below it.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:
        """The lookup to the parent, and what the values read."""
        how, _target, link = target_of(step, site)
        if how == "parent" and link is not None:
            yield link.name
        yield from values.paths(step.settings.get("values", []), site)

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """The target exists, and every value is one of its field."""
        try:
            _how, target, _link = target_of(step, site)
        except EssorError as error:
            return [FieldError("target", "INVALID_FIELD", str(error))]
        return values.check(step.settings.get("values", []), target, site, new=False)

    def told(self, step: Step, site: Site) -> str:
        """Name the fields."""
        how, target, link = target_of(step, site)
        fields = values.told(step.settings.get("values", []), target)
        if how == "self" or link is None:
            return fields
        return f"{link.label if how == 'parent' else target.plural} — {fields}"

    def run(self, batch: Batch) -> None:
        """Write."""
        how, target, link = target_of(batch.step, batch.site)
        writer = values.Writer(batch.settings.get("values", []), target, batch)
        wanted: list[Wanted] = []
        if how == "self" or link is None:
            wanted = [
                (one, Change(target.name, writer.values(one), id=one.run.record_id)) for one in batch.live()
            ]
        elif how == "parent":
            for one in batch.live():
                key = one.get(link.name)
                if key is None:
                    one.detail = _("“%(field)s” is empty: nothing to write.") % {"field": link.label}
                else:
                    wanted.append((one, Change(target.name, writer.values(one), id=key)))
        else:
            below = children(batch, target, link)
            for one in batch.live():
                changes = writer.values(one)
                wanted += [(one, Change(target.name, changes, id=key)) for key in below[one.run.record_id]]
        write(batch, target.name, wanted, own=how == "self")


def children(batch: Batch, target: ObjectDef, link: Field) -> dict[int, list[int]]:
    """Return the keys of the records below each record: one query; ValueError-free, refused when they are too many."""
    keys = {one.run.record_id for one in batch.live()}
    where = Compare(Path((link.name,)), "in", tuple(Constant(key) for key in keys))
    columns = (Column(Path(("Id",))), Column(Path((link.name,))))
    query = Query(target.name, columns=columns, where=where, limit=MOST_CHILDREN + 1)
    found: dict[int, list[int]] = defaultdict(list)
    rows = run.rows(batch.site.actor, query)
    if len(rows) > MOST_CHILDREN:
        _too_many(batch.live())
        return found
    for row in rows:
        parent = row[link.name]
        found[parent[1] if isinstance(parent, tuple) else parent].append(row["Id"])
    return found


def _too_many(members: Iterable[Member]) -> None:
    for one in members:
        one.error = _("More than %(limit)d records would be written at once.") % {"limit": MOST_CHILDREN}
