"""Formula text to a `Formula`: parsed, typed, checked against the catalog, known to be digestible for a database."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.kinds.base import FormulaType
from essor.formula import words
from essor.formula.check import checked
from essor.formula.errors import FormulaError
from essor.formula.scope import Scope
from essor.formula.site import as_text, has_text, no_text
from essor.formula.syntax import parse
from essor.formula.tree import Node, Operation, Path, Reference, walk
from essor.formula.values import formula_type

MOST_NODES = 5_000
DEEPEST = 150  # Python gives up at a thousand calls inside one another
LONGEST_TEXT = 20_000_000
VOLATILE = frozenset({"today", "now", "zone"})


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula ready to be computed by SQL or by Python.

    `paths` are the fields it reads, by their outside names; `volatile` formulas follow the clock (TODAY, NOW, the
    reader's time zone), directly or through another formula field.
    """

    text: str
    tree: Node
    type: FormulaType
    paths: tuple[Path, ...]
    volatile: bool


def compile_formula(
    text: str, obj: ObjectDef, catalog: Catalog, *, rule: bool = False, blanks: str = "", of: str = ""
) -> Formula:
    """Return the formula that `text` writes about a record of `obj`; FormulaError names what is wrong and where.

    `rule` allows PRIORVALUE, ISCHANGED and ISNEW. `blanks` is "zero" (empty numbers count as 0, the default) or
    "blank" (they stay null, the default for a rule). `of` names the formula field itself, so that it is found when
    the formula leads back to it.
    """
    zero = (blanks or ("blank" if rule else "zero")) == "zero"
    above = ((obj.name, of),) if of else ()
    return _compiled(text, Scope(text, obj, catalog, _nested, zero=zero, rule=rule, above=above))


def compile_field(field: Field, obj: ObjectDef, catalog: Catalog) -> Formula:
    """Return the formula of a formula field of `obj`, checked against what the field says it returns."""
    blanks = str(field.options.get("blanks", "zero"))
    formula = compile_formula(field.formula, obj, catalog, blanks=blanks, of=field.name)
    return _returning(formula, field)


def _nested(field: Field, owner: ObjectDef, outer: Scope) -> Formula:
    zero = field.options.get("blanks", "zero") == "zero"
    above = (*outer.above, (owner.name, field.name))
    scope = Scope(field.formula, owner, outer.catalog, _nested, zero=zero, above=above, known=outer.known)
    return _returning(_compiled(field.formula, scope), field)


def _compiled(text: str, scope: Scope) -> Formula:
    tree = checked(parse(text), scope)
    if tree.type == "none":
        raise FormulaError(_("A formula cannot be NULL alone."), text)
    if not has_text(tree):
        raise FormulaError(no_text(), text)
    if tree.type in {"picklist", "id"}:
        tree = as_text(tree)
    if tree.type == "multipicklist":
        raise FormulaError(_("A formula cannot return a multi-select."), text)
    facts = tree.facts
    if facts.size > MOST_NODES or facts.depth > DEEPEST or facts.longest > LONGEST_TEXT:
        raise FormulaError(_("The formula, with the formulas it refers to, is too large to compute."), text)
    references = [node for node in walk(tree) if isinstance(node, Reference)]
    moving = any(isinstance(node, Operation) and node.name in VOLATILE for node in walk(tree))
    behind = (scope.known[key] for key in scope.known if _is_direct(key, references))
    return Formula(
        text,
        tree,
        tree.type,
        paths=tuple(dict.fromkeys(node.path for node in references)),
        volatile=moving or any(formula.volatile for formula in behind),
    )


def _is_direct(key: tuple[str, str], references: list[Reference]) -> bool:
    return any(node.field.formula and (node.field.object_name, node.field.name) == key for node in references)


def _returning(formula: Formula, field: Field) -> Formula:
    wanted = formula_type(field)
    if formula.type != wanted:
        names = {"type": words.a(formula.type), "wanted": words.a(wanted)}
        raise FormulaError(
            _("The formula gives %(type)s, but the field returns %(wanted)s.") % names, formula.text
        )
    return formula
