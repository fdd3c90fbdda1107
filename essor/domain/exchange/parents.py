"""Finds the parents that a file names — by name, e-mail or external id — one query per column and chunk."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.kernel.pieces import pieces
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records.change import Change, Source
from essor.records.save import save_many

REMEMBERED = 50_000
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a parent cannot be told; `may_come` when a later row of the same file may be it."""

    reason: str
    may_come: bool = False


Found = int | Missing


class Parents:
    """The parents of one import; what was found once is not asked again."""

    def __init__(
        self, actor: Actor, catalog: Catalog, obj: ObjectDef, *, make: bool, batch: UUID | None
    ) -> None:
        """Look with the eyes of `actor`; with `make`, parents that are missing are created."""
        self.actor, self.catalog, self.obj, self.make, self.batch = actor, catalog, obj, make, batch
        self.made = 0
        # Until all rows were tried, a parent that is of the imported object itself may still come with the file.
        self.own_may_come = True
        self._known: dict[str, OrderedDict[str, Found]] = defaultdict(OrderedDict)
        self._counted: set[tuple[str, str]] = set()

    def way(self, target: str) -> Field:
        """Return the lookup that a target such as “Account.Name” fills."""
        return self.obj.by_relationship[target.partition(".")[0].lower()]

    def sources(self, target: str) -> list[tuple[ObjectDef, Field]]:
        """Return the objects that the parent may be of, each with the field that finds it."""
        tail = target.partition(".")[2]
        objects = [self.catalog.object(name) for name in self.way(target).targets if self.catalog.has(name)]
        return [(parent, parent.field(tail)) for parent in objects if parent.has(tail)]

    def is_own(self, target: str) -> bool:
        """Tell whether the parent is of the imported object itself."""
        return self.obj.name in self.way(target).targets

    def resolve(self, target: str, values: Iterable[str]) -> None:
        """Look up the values of a column that are not known yet."""
        known = self._known[target]
        missing = list(
            {key_of(value): value for value in values if value and key_of(value) not in known}.values()
        )
        if not missing:
            return
        sources = self.sources(target)
        found: dict[str, set[int]] = defaultdict(set)
        for parent, field in sources:
            for some in pieces(missing, AT_ONCE):
                for row in run.rows(self.actor, _question(parent, field, some)):
                    found[key_of(str(row[field.name]))].add(row["Id"])
        reasons = self._make(sources, target, missing, found)
        for value in missing:
            verdict = self._verdict(sources, target, value, found.get(key_of(value), set()))
            reason = reasons.get(key_of(value))
            known[key_of(value)] = Missing(reason) if reason else verdict
        while len(known) > REMEMBERED:
            known.popitem(last=False)

    def key_of(self, target: str, value: str) -> Found | None:
        """Return the parent's key, why it cannot be told, None for an empty cell."""
        return self._known[target].get(key_of(value)) if value else None

    def forget(self) -> None:
        """Forget what was found and made: a trial was rolled back, or the rows since may have brought more."""
        self._known.clear()

    def _make(
        self,
        sources: Sequence[tuple[ObjectDef, Field]],
        target: str,
        values: Sequence[str],
        found: dict[str, set[int]],
    ) -> dict[str, str]:
        """Create the missing parents if asked; return why some could not be."""
        parent, field = sources[0]
        by_name = field.name == parent.name_field and parent.is_record and len(sources) == 1
        if not self.make or not by_name or (self.is_own(target) and self.own_may_come):
            return {}
        names = [value for value in values if key_of(value) not in found]
        changes = [Change(parent.name, {field.name: name}) for name in names]
        source = Source(name="import", batch=self.batch)
        refused: dict[str, str] = {}
        for name, result in zip(
            names, save_many(self.actor, parent.name, changes, source=source), strict=True
        ):
            if result.saved:
                found[key_of(name)].add(result.saved.id)
                self._count(target, name)
            else:
                reasons = " ".join(error.message for error in result.errors)
                message = _("The %(object)s “%(value)s” could not be created: %(reason)s")
                refused[key_of(name)] = message % {
                    "object": parent.label,
                    "value": name[:80],
                    "reason": reasons,
                }
        return refused

    def _count(self, target: str, name: str) -> None:
        """Count a parent that was made; a trial makes the same one again in each of its transactions."""
        mark = (target, key_of(name))
        if mark not in self._counted:
            self._counted.add(mark)
            self.made += 1

    def _verdict(
        self, sources: Sequence[tuple[ObjectDef, Field]], target: str, value: str, keys: set[int]
    ) -> Found:
        if len(keys) == 1:
            return next(iter(keys))
        parent = sources[0][0]
        if keys:
            message = _("%(count)d %(plural)s are called “%(value)s”.")
            return Missing(message % {"count": len(keys), "plural": parent.plural, "value": value[:80]})
        reason = _("There is no %(object)s “%(value)s”.") % {"object": parent.label, "value": value[:80]}
        return Missing(reason, may_come=self.is_own(target) and self.own_may_come)


def _question(parent: ObjectDef, field: Field, values: Sequence[str]) -> Query:
    constants = tuple(Constant(value, "text") for value in values)
    return Query(
        parent.name,
        columns=(Column(Path(("Id",))), Column(Path((field.name,)))),
        where=Compare(Path((field.name,)), "in", constants),
    )


def key_of(value: str) -> str:
    """Return what tells two names apart: neither case nor space around them."""
    return value.strip().casefold()
