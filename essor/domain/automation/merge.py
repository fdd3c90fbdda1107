"""Texts with merge fields: `Dear {{ FirstName or "customer" }}`, rendered in a sandbox that knows very little.

Fields are written by their outside names, through lookups too (`{{ Account.Name }}`); `or` and `default("…")` give a
fallback for what is empty. Loops, calls and arithmetic are refused: a text cannot keep a worker busy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from jinja2 import ChainableUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from essor.kernel.errors import FieldError, ValidationFailed

LONGEST = 20_000
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Filter,
    nodes.Or,
    nodes.And,
    nodes.Not,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
)
FILTERS = frozenset({"default", "d", "upper", "lower", "title", "capitalize", "trim"})


def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    found = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, autoescape=html)
    found.filters = {name: found.filters[name] for name in FILTERS}
    found.globals.clear()
    return found


PLAIN, HTML = _environment(html=False), _environment(html=True)


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready to be filled; `paths` are the fields it shows."""

    template: Template
    paths: tuple[str, ...]

    def fill(self, shown: Mapping[str, str]) -> str:
        """Return the text for one record, given {path in lower case: text}."""
        return self.template.render(_nested(self.paths, shown))


@lru_cache(maxsize=512)
def read(source: str, *, html: bool = False) -> Text:
    """Return a text; ValidationFailed says what is wrong with it."""
    environment = HTML if html else PLAIN
    if len(source) > LONGEST:
        raise _refused(_("This text is too long."))
    try:
        tree = environment.parse(source)
        for node in tree.find_all(nodes.Node):
            if not _is_plain(node):
                raise _refused(_("Only fields and fallbacks may stand between {{ and }}."))
        return Text(environment.from_string(source), tuple(sorted(dotted_names(tree))))
    except TemplateError as error:
        raise _refused(_("The merge fields cannot be read: %(why)s") % {"why": error}) from None


def _is_plain(node: nodes.Node) -> bool:
    """Tell whether a part of a text is one that we know: a field, a fallback, a condition."""
    if isinstance(node, nodes.Filter):
        return node.name in FILTERS
    if isinstance(node, nodes.Getattr):
        return bool(_dotted(node)) and not node.attr.startswith("_")
    return isinstance(node, ALLOWED)


def dotted_names(tree: nodes.Node) -> dict[str, int]:
    """Return {dotted name that a template reads: its first line}; the inner parts of a longer one are no names of their own."""
    found: dict[str, int] = {}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        name = _dotted(node)
        if name:
            found[name] = min(node.lineno, found.get(name, node.lineno))
        else:
            waiting.extend(node.iter_child_nodes())
    return found


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        head = _dotted(node.node)
        return f"{head}.{node.attr}" if head else ""
    return ""


def _nested(paths: tuple[str, ...], shown: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in paths:
        *way, last = path.split(".")
        inner = found
        for name in way:
            inner = inner.setdefault(name, {})
        inner[last] = shown.get(path.lower(), "")
    return found


def _refused(message: str) -> ValidationFailed:
    return ValidationFailed([FieldError("text", "FIELD_INTEGRITY_EXCEPTION", message)])
