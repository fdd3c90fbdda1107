"""Syntax tree to typed tree: names become fields, operators and functions check what they are given."""

from __future__ import annotations

from difflib import get_close_matches

from django.utils.translation import gettext as _

from essor.formula.build import constant
from essor.formula.functions import FUNCTIONS
from essor.formula.functions.base import Function
from essor.formula.functions.signs import PREFIXES, chained
from essor.formula.scope import Scope
from essor.formula.site import Site
from essor.formula.syntax import Call, Chain, Literal, Name, Prefix, Tree
from essor.formula.tree import Node, Value


def checked(tree: Tree, scope: Scope) -> Node:
    """Return the typed tree; FormulaError at the first place where types or names do not fit."""
    match tree:
        case Literal(value):
            return _literal(value)
        case Name(names, at):
            return scope.reference(names, at)
        case Prefix(sign, operand, at):
            site = Site(sign, scope.text, at, (checked(operand, scope),), (operand.at,))
            return PREFIXES[sign](site)
        case Chain(first, steps):
            nodes = [checked(first, scope), *(checked(step.operand, scope) for step in steps)]
            return chained(scope.text, nodes, (first.at, *(step.operand.at for step in steps)), steps)
        case Call():
            return _called(tree, scope)


def _literal(value: Value) -> Node:
    if value is None:
        return constant(None, "none")
    if isinstance(value, bool):
        return constant(value, "boolean")
    return constant(value, "text" if isinstance(value, str) else "number")


def _called(call: Call, scope: Scope) -> Node:
    function = FUNCTIONS.get(call.function)
    if function is None:
        raise scope.refused(_unknown(call.function), call.at)
    if function.rules_only and not scope.rule:
        reason = _("%(function)s can only be used in a validation rule.") % {"function": function.name}
        raise scope.refused(reason, call.at)
    _count(call, function, scope)
    arguments = tuple(checked(argument, scope) for argument in call.arguments)
    places = tuple(argument.at for argument in call.arguments)
    return function.build(Site(function.name, scope.text, call.at, arguments, places))


def _count(call: Call, function: Function, scope: Scope) -> None:
    given = len(call.arguments)
    if given < function.least or (function.most is not None and given > function.most):
        reason = _("%(signature)s: %(count)d arguments were given.") % {
            "signature": function.signature,
            "count": given,
        }
        raise scope.refused(reason, call.at)


def _unknown(name: str) -> str:
    reason = _("There is no function “%(name)s”.") % {"name": name}
    close = get_close_matches(name, FUNCTIONS, n=1)
    return " ".join((reason, _("Did you mean “%(name)s”?") % {"name": close[0]})) if close else reason
