"""Where the sources of experts are rendered: Jinja2 that knows texts, conditions and short loops, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _
from jinja2 import ChainableUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from essor.domain.marketing.letters.codec import SOURCE, refused
from essor.domain.marketing.letters.places import placed

LONGEST, LARGEST, SLOWEST, MOST_ROUNDS = 130_000, 600_000, 2.0, 100  # characters, characters, seconds, rounds
FILTERS = (
    "default",
    "d",
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "length",
    "truncate",
    "int",
)
TESTS = ("defined", "undefined", "eq", "ne", "in", "lt", "gt", "le", "ge", "string", "none", "even", "odd")
UNCLOSED = re.compile(r"innermost block that needs to be closed is '(\w+)'")
# Nothing that grows: no names of one's own, no arithmetic.
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
    nodes.Test,
    nodes.For,
    nodes.Call,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
    nodes.Keyword,
)


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment without attributes of Python, with a short `range`."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse attributes of values: fields come as mappings."""
        return isinstance(obj, dict) and attr in obj and super().is_safe_attribute(obj, attr, value)


def environment() -> Sandbox:
    """Return the sandbox; the filter `placed`, which no author may write, puts its values where they stand."""
    found = Sandbox(undefined=ChainableUndefined, autoescape=False, keep_trailing_newline=True)
    found.filters = {name: found.filters[name] for name in FILTERS}
    found.tests = {name: found.tests[name] for name in TESTS}
    found.globals.clear()
    found.globals["range"] = short_range
    found.filters["placed"] = placed
    return found


def short_range(*bounds: Any) -> range:
    """Return a range of at most 100 numbers."""
    found = range(*(int(one) for one in bounds))
    if len(found) > MOST_ROUNDS:
        raise TemplateError(_("A loop has at most %(num)d rounds.") % {"num": MOST_ROUNDS})
    return found


ENVIRONMENT = environment()


def check(source: str, at: str = SOURCE) -> nodes.Template:
    """Return the parsed source; ValidationFailed with its line for what is not allowed."""
    if len(source) > LONGEST:
        raise refused(at, _("At most %(num)d characters.") % {"num": LONGEST})
    try:
        tree = ENVIRONMENT.parse(source)
    except TemplateError as error:
        words = _open_end(str(error)) or _("this cannot be read (%(words)s).") % {"words": error}
        raise refused(at, at_line(getattr(error, "lineno", 0), words)) from None
    for node in tree.find_all(nodes.Node):
        if not _is_plain(node):
            raise refused(at, at_line(node.lineno, _impossible(node)))
    for loop in tree.find_all(nodes.For):
        if loop.recursive or any(True for child in loop.body for _one in _loops(child)):
            raise refused(at, at_line(loop.lineno, _("Loops cannot stand in one another.")))
    return tree


def _open_end(words: str) -> str:
    """Return that something is not closed, empty where Jinja complains of something else."""
    found = UNCLOSED.search(words)
    return (
        _("“%(tag)s” is not closed: write {%% end%(tag)s %%} behind it.") % {"tag": found[1]} if found else ""
    )


def _impossible(node: nodes.Node) -> str:
    if isinstance(node, nodes.Filter):
        known = ", ".join(sorted(FILTERS))
        return _("There is no filter “%(name)s” in e-mails. There are: %(known)s.") % {
            "name": node.name,
            "known": known,
        }
    return _("This is not possible in an e-mail.")


def _loops(node: nodes.Node) -> Iterator[nodes.Node]:
    if isinstance(node, nodes.For):
        yield node
    yield from node.find_all(nodes.For)


def _is_plain(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name in FILTERS
    if isinstance(node, nodes.Test):
        return node.name in TESTS
    if isinstance(node, nodes.Call):
        return isinstance(node.node, nodes.Name) and node.node.name == "range"
    if isinstance(node, nodes.Getattr):
        return not node.attr.startswith("_")
    if isinstance(node, nodes.Name):
        return not node.name.startswith("_")
    return isinstance(node, ALLOWED)


def at_line(line: int, message: str) -> str:
    """Return what is wrong with the line of the source that it is in."""
    return _("Line %(num)d: %(message)s") % {"num": line, "message": message}


@lru_cache(maxsize=64)
def template(source: str) -> Template:
    """Return a source ready to be rendered; it was checked when the letter was compiled."""
    return ENVIRONMENT.from_string(source)


def render(source: str, context: Mapping[str, Any]) -> str:
    """Return a source rendered for one person; ValidationFailed when it is too long, takes too long or fails."""
    until, size = monotonic() + SLOWEST, 0
    parts = []
    try:
        for part in template(source).generate(context):
            size += len(part)
            if size > LARGEST or monotonic() > until:
                raise refused(SOURCE, _("This e-mail becomes too long, or takes too long."))
            parts.append(part)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise refused(SOURCE, str(error)) from None
    return "".join(parts)
