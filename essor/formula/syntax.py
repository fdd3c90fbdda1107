"""Tokens to a syntax tree that knows its places but not yet its types.

From loose to tight: || ; && ; = <> ; < <= > >= ; + - & ; * / ; ^ ; then - + ! before a value. As in arithmetic
and spreadsheets, and unlike Salesforce's parser (a bug it has acknowledged), ^ binds tighter than * and /.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from essor.formula.errors import FormulaError
from essor.formula.tokens import Token, tokens

DEEPEST = 80
LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("=", "==", "<>", "!="),
    ("<", "<=", ">", ">="),
    ("+", "-", "&"),
    ("*", "/"),
    ("^",),
)
LEVEL = {sign: level for level, signs in enumerate(LEVELS) for sign in signs}
SAME = {"==": "=", "!=": "<>"}
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, TRUE, FALSE or NULL as written."""

    value: str | float | bool | None
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A field, possibly of a parent: ("Account", "Industry")."""

    names: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; `function` in capitals."""

    function: str
    arguments: tuple[Tree, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """A sign before a value."""

    sign: str
    operand: Tree
    at: int


@dataclass(frozen=True, slots=True)
class Step:
    """A sign and what follows it."""

    sign: str
    operand: Tree
    at: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Values joined by signs of one level, from left to right: a - b + c."""

    first: Tree
    steps: tuple[Step, ...]
    at: int


Tree = Literal | Name | Call | Prefix | Chain


@lru_cache(maxsize=2048)
def parse(text: str) -> Tree:
    """Return the syntax tree of a formula; FormulaError at the first place where it is wrong."""
    parser = _Parser(text)
    if parser.at_end():
        raise FormulaError(_("The formula is empty."), text)
    tree = parser.binary(0, 0)
    if not parser.at_end():
        raise parser.unexpected(_("an operator or the end"))
    return tree


class _Parser:
    """Precedence climbing over the tokens of one formula."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = tokens(text)
        self.token = next(self.rest)

    def at_end(self) -> bool:
        return self.token.kind == "end"

    def advance(self) -> Token:
        token = self.token
        self.token = next(self.rest)
        return token

    def unexpected(self, expected: str) -> FormulaError:
        if self.at_end():
            reason = _("The formula ends too early: expected %(expected)s.") % {"expected": expected}
        else:
            reason = _("Expected %(expected)s, got “%(got)s”.") % {
                "expected": expected,
                "got": self.token.text[:80],
            }
        return FormulaError(reason, self.text, self.token.at)

    def level(self) -> int | None:
        return LEVEL.get(self.token.text) if self.token.kind == "sign" else None

    def takes(self, sign: str) -> bool:
        if self.token.kind == "sign" and self.token.text == sign:
            self.advance()
            return True
        return False

    def binary(self, loosest: int, depth: int) -> Tree:
        if depth > DEEPEST:
            reason = _("The formula is nested too deeply (more than %(count)d levels).") % {"count": DEEPEST}
            raise FormulaError(reason, self.text, self.token.at)
        tree = self.prefixed(depth)
        while (level := self.level()) is not None and level >= loosest:
            steps = []
            while self.level() == level:
                sign = self.advance()
                steps.append(Step(SAME.get(sign.text, sign.text), self.binary(level + 1, depth + 1), sign.at))
            tree = Chain(tree, tuple(steps), tree.at)
        return tree

    def prefixed(self, depth: int) -> Tree:
        signs = []
        while self.token.kind == "sign" and self.token.text in {"-", "+", "!"}:
            signs.append(self.advance())
            if len(signs) > DEEPEST:
                raise FormulaError(_("Too many signs before a value."), self.text, self.token.at)
        tree = self.primary(depth)
        for sign in reversed(signs):
            tree = Prefix(sign.text, tree, sign.at)
        return tree

    def primary(self, depth: int) -> Tree:
        token = self.token
        if self.takes("("):
            tree = self.binary(0, depth + 1)
            self.close(token)
            return tree
        if token.kind not in {"number", "text", "name"}:
            raise self.unexpected(_("a field, a value or a function"))
        self.advance()
        if token.kind == "number":
            return Literal(float(token.text), token.at)
        if token.kind == "text":
            return Literal(token.text, token.at)
        if self.token.kind == "sign" and self.token.text == "(":
            return self.call(token, depth)
        if token.text.lower() in WORDS:
            return Literal(WORDS[token.text.lower()], token.at)
        return Name(tuple(token.text.split(".")), token.at)

    def call(self, name: Token, depth: int) -> Call:
        opening = self.advance()
        arguments: list[Tree] = []
        if self.takes(")"):
            return Call(name.text.upper(), (), name.at)
        arguments.append(self.binary(0, depth + 1))
        while self.takes(","):
            arguments.append(self.binary(0, depth + 1))
        self.close(opening)
        return Call(name.text.upper(), tuple(arguments), name.at)

    def close(self, opening: Token) -> None:
        if not self.takes(")"):
            if self.at_end():
                raise FormulaError(_("This parenthesis is never closed."), self.text, opening.at)
            raise self.unexpected(_("“,” or “)”"))
