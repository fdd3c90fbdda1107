"""What a formula may name: the fields of its object and of the parents, and the formulas behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.kinds.computed import result_kind
from essor.formula.build import shown
from essor.formula.errors import FormulaError
from essor.formula.tree import Facts, Node, Path, Reference
from essor.formula.values import formula_type, units

if TYPE_CHECKING:
    from essor.formula.compile import Formula

LONGEST_TEXT = 255
LONGEST_AREA = 131_072
AREAS = frozenset({"textarea", "richtext"})
SMALLEST_NUMBER, LARGEST_NUMBER = -30, 19  # powers of ten that the number kinds accept and round to
LARGEST_SUM = 40
MOST_STEPS = 10
MOST_FORMULAS = 5  # what SQLite's parser can hold, see `bridge`
STACK_OF_FIELD = 9  # symbols of COALESCE((CAST(table.column AS REAL) / 100), 0.0)


class CircularFormula(FormulaError):
    """A formula that needs its own value, directly or through other formulas."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The object that a formula belongs to. `above` are the formula fields being compiled, to find circles."""

    text: str
    object: ObjectDef
    catalog: Catalog
    nested: Callable[[Field, ObjectDef, Scope], Formula]
    zero: bool = True
    rule: bool = False
    above: tuple[tuple[str, str], ...] = ()
    known: dict[tuple[str, str], Formula] = field(default_factory=dict)

    def refused(self, reason: str, at: int) -> FormulaError:
        """Return an error at a place of the formula."""
        return FormulaError(reason, self.text, at)

    def reference(self, names: Path, at: int) -> Node:
        """Return the field that a dotted name leads to; FormulaError when there is none."""
        if names[0].startswith("$"):
            raise self.refused(
                _("Global variables such as “%(name)s” are not supported.") % {"name": names[0]}, at
            )
        if len(names) > MOST_STEPS:
            raise self.refused(_("A path goes up at most %(count)d parents.") % {"count": MOST_STEPS - 1}, at)
        path: list[str] = []
        owners: list[ObjectDef] = [self.object]
        for place, name in enumerate(names[:-1]):
            way, owners = self._parent(owners, name, names[place + 1], at)
            path.append(way.relationship)
            at += len(name) + 1
        owner = next((one for one in owners if one.has(names[-1])), owners[0])
        if not owner.has(names[-1]):
            raise self.refused(_unknown(owner, names[-1], owner.by_name.values()), at)
        found = owner.field(names[-1])
        return self._node((*path, found.name), found, owner, at)

    def _parent(
        self, owners: list[ObjectDef], name: str, following: str, at: int
    ) -> tuple[Field, list[ObjectDef]]:
        """Return the lookup called `name` and the objects it can lead to, those that have what follows first."""
        name, _colon, target = name.partition(":")
        owner = next((one for one in owners if name.lower() in one.by_relationship), owners[0])
        way = owner.by_relationship.get(name.lower())
        if way is None:
            raise self.refused(_unknown(owner, name, owner.by_relationship.values(), parent=True), at)
        targets = [self.catalog.object(one) for one in way.targets if self.catalog.has(one)]
        if target:
            targets = [one for one in targets if one.name.lower() == target.lower()]
        if not targets:
            raise self.refused(_unknown(owner, name, (), parent=True), at)
        following = following.partition(":")[0].lower()
        targets.sort(key=lambda one: following not in one.by_name and following not in one.by_relationship)
        return way, targets

    def _node(self, path: Path, found: Field, owner: ObjectDef, at: int) -> Node:
        type = formula_type(found)
        if type == "none":
            raise self.refused(
                _("The field “%(field)s” cannot be used in a formula.") % {"field": found.name}, at
            )
        facts = self._formula(found, owner, at).tree.facts if found.formula else _facts(found)
        facts = replace(facts, stack=facts.stack + STACK_OF_FIELD)
        # An empty number is 0 if the formula says so; a checkbox is never empty, not even that of a missing parent.
        zero = (type == "number" and self.zero) or (
            type == "boolean" and result_kind(found).name == "checkbox"
        )
        node = Reference(
            path,
            found,
            type,
            replace(facts, nullable=not zero),
            zero,
            self._prefixes(found, owner) if type == "id" else (),
        )
        return shown(node) if type == "text" else node

    def _prefixes(self, found: Field, owner: ObjectDef) -> tuple[str, ...]:
        if not found.targets:
            return (owner.prefix,)
        return tuple(self.catalog.object(one).prefix for one in found.targets if self.catalog.has(one))

    def _formula(self, found: Field, owner: ObjectDef, at: int) -> Formula:
        """Return another formula field's formula; it must be in order, and must not come back here."""
        key = (owner.name, found.name)
        if key in self.above:
            circle = " → ".join(name for _object, name in (*self.above[self.above.index(key) :], key))
            raise CircularFormula(
                _("The formula goes in a circle: %(names)s.") % {"names": circle}, self.text, at
            )
        if len(self.above) > MOST_FORMULAS:
            raise self.refused(
                _("More than %(count)d formulas stand on one another.") % {"count": MOST_FORMULAS}, at
            )
        try:
            if key not in self.known:
                self.known[key] = self.nested(found, owner, self)
        except CircularFormula as error:
            raise CircularFormula(error.reason, self.text, at) from error
        except FormulaError as error:
            names = {"field": found.name, "error": str(error)}
            raise self.refused(_("The formula of “%(field)s” is wrong: %(error)s") % names, at) from error
        return self.known[key]


def _facts(found: Field) -> Facts:
    """Return what the field's kind says of its stored values."""
    kind = result_kind(found)
    if kind.formula_type == "number":
        shift = len(f"{units(found):.0f}") - 1
        if kind.name in {"number", "percent", "money"}:
            largest = LARGEST_NUMBER if kind is found.kind else LARGEST_SUM
            return Facts(low=SMALLEST_NUMBER - shift, high=largest)
        return Facts()
    area = kind.name in AREAS or kind.formula_type == "multipicklist"
    return Facts(longest=int(found.options.get("length") or (LONGEST_AREA if area else LONGEST_TEXT)))


def _unknown(owner: ObjectDef, name: str, known: Iterable[Field], *, parent: bool = False) -> str:
    """Return that `name` is unknown, with the name that was probably meant."""
    names = list(_names(known, parent=parent))
    sentence = (
        _("“%(object)s” has no parent “%(name)s”.") if parent else _("“%(object)s” has no field “%(name)s”.")
    )
    reason = sentence % {"object": owner.name, "name": name}
    close = get_close_matches(name.lower(), [one.lower() for one in names], n=1)
    if close:
        meant = next(one for one in names if one.lower() == close[0])
        reason += " " + _("Did you mean “%(name)s”?") % {"name": meant}
    return reason


def _names(known: Iterable[Field], *, parent: bool) -> Iterator[str]:
    return (one.relationship if parent else one.name for one in known)
