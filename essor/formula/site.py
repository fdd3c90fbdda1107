"""Where a function or operator stands: it knows its arguments' places, converts them, and words what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from essor.catalog.kinds.base import FormulaType
from essor.formula import words
from essor.formula.build import constant, operation, shown
from essor.formula.errors import FormulaError
from essor.formula.operators.ids import capitals
from essor.formula.tree import Constant, Node, Operation, Reference
from essor.formula.words import any_of

TEXTUAL: tuple[FormulaType, ...] = ("text", "picklist", "id")


@dataclass(frozen=True, slots=True)
class Site:
    """One call: the name as it is written, its place, and its arguments with theirs."""

    name: str
    text: str
    at: int
    arguments: tuple[Node, ...]
    places: tuple[int, ...]
    sign: bool = False

    def refused(self, reason: str, index: int | None = None) -> FormulaError:
        """Return an error at the call, or at one of its arguments."""
        return FormulaError(reason, self.text, self.at if index is None else self.places[index])

    def expected(self, index: int, wanted: str) -> FormulaError:
        """Return the error that the argument at `index` is not what was `wanted`."""
        sentence = (
            _("%(function)s expects %(expected)s on its %(side)s, got %(got)s")
            if self.sign
            else _("%(function)s expects %(expected)s as its %(ordinal)s argument, got %(got)s")
        )
        names = {
            "function": self.name,
            "expected": wanted,
            "ordinal": words.ordinal(index),
            "side": _("left") if index == 0 else _("right"),
            "got": words.a(self.arguments[index].type),
        }
        return self.refused(sentence % names, index)

    def one_of(self, index: int, *types: FormulaType) -> Node:
        """Return an argument of one of `types`, of the first one when it is NULL; FormulaError otherwise.

        Where text is allowed, a picklist is its value and a record id its 18 characters.
        """
        node = self.arguments[index]
        if node.type == "none":
            null = constant(None, types[0])
            return shown(null) if types[0] == "text" else null
        if node.type in types:
            return node
        if "text" in types and node.type in TEXTUAL:
            if not has_text(node):
                raise self.refused(no_text(), index)
            return as_text(node)
        raise self.expected(index, any_of(types))

    def number(self, index: int) -> Node:
        """Return a number."""
        return self.one_of(index, "number")

    def as_text(self, index: int) -> Node:
        """Return a text."""
        return self.one_of(index, "text")

    def condition(self, index: int) -> Node:
        """Return a condition."""
        return self.one_of(index, "boolean")

    def alike(self, *indexes: int) -> list[Node]:
        """Return arguments of one common type: of the first that is not NULL."""
        nodes = [self.arguments[index] for index in indexes]
        known = [node.type for node in nodes if node.type != "none"]
        if not known:
            return nodes
        common: FormulaType = "text" if known[0] in TEXTUAL else known[0]
        return [self.one_of(index, common) for index in indexes]

    def field(self, index: int) -> Reference:
        """Return an argument that must be a field itself, not something computed."""
        node = self.arguments[index]
        if isinstance(node, Operation) and node.name == "blank":
            node = node.arguments[0]
        if not isinstance(node, Reference):
            raise self.refused(_("%(function)s expects a field here.") % {"function": self.name}, index)
        return node

    def literal(self, index: int) -> str:
        """Return an argument that must be a text written in the formula."""
        node = self.arguments[index]
        if not isinstance(node, Constant) or not isinstance(node.value, str):
            raise self.refused(
                _("%(function)s expects a text between quotes here.") % {"function": self.name}, index
            )
        return node.value


def as_text(node: Node) -> Node:
    """Return a text, the value of a picklist, or the 18 characters of a record id."""
    if node.type == "id":
        prefix = next(iter(prefixes(node)), "000")
        texts = (constant(prefix, "text"), constant(capitals(prefix), "number"))
        return operation("id_text", node, *texts, type="text", longest=18)
    return node if node.type == "text" else operation("blank", node, type="text", longest=node.facts.longest)


def has_text(node: Node) -> bool:
    """Tell whether a value has a text: an id that may belong to several objects has not."""
    return node.type != "id" or len(prefixes(node)) == 1


def no_text() -> str:
    """Return why an id has no text."""
    return _(
        "This lookup may name records of several objects: only whether it is blank or changed can be asked."
    )


def is_pair(node: Node) -> bool:
    """Tell whether an id is stored as a key beside the prefix of its object."""
    while isinstance(node, Operation) and node.arguments:
        node = node.arguments[0]
    return isinstance(node, Reference) and bool(node.field.options.get("polymorphic"))


def prefixes(node: Node) -> tuple[str, ...]:
    """Return the key prefixes of the objects whose records an id may name."""
    while isinstance(node, Operation) and node.arguments:
        node = node.arguments[0]
    return node.prefixes if isinstance(node, Reference) else ()
