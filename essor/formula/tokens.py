"""Formula text to tokens: names with their path, numbers, texts in either quote, signs; comments are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from essor.formula.errors import FormulaError

LONGEST = 5_000
LARGEST_NUMBER = 1e100

_NAME = r"[A-Za-z_$][A-Za-z0-9_$:]*"
_TOKEN = re.compile(
    rf"""(?P<space>\s+|/\*.*?\*/)
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<name>{_NAME}(?:\s*\.\s*{_NAME})*)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<sign>==|!=|<>|<=|>=|&&|\|\||/(?!\*)|[-+*^&=<>!(),])""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula: `text` as meant (a text without quotes and escapes), `at` its offset."""

    kind: Literal["number", "name", "text", "sign", "end"]
    text: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a formula and an end; FormulaError at the first place that is none."""
    if len(text) > LONGEST:
        raise FormulaError(
            _("A formula has at most %(count)d characters.") % {"count": LONGEST}, text, LONGEST
        )
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _no_token(text, at)
        at = found.end()
        match found.lastgroup:
            case "number":
                yield Token("number", _number(text, found), found.start())
            case "name":
                yield Token("name", re.sub(r"\s+", "", found[0]), found.start())
            case "text":
                yield Token("text", _unescaped(text, found), found.start())
            case "sign":
                yield Token("sign", found[0], found.start())
    yield Token("end", "", len(text))


def _no_token(text: str, at: int) -> FormulaError:
    if text.startswith("/*", at):
        return FormulaError(_("This comment is never closed: “*/” is missing."), text, at)
    if text[at] in "\"'":
        return FormulaError(_("This text is never closed: a quote is missing."), text, at)
    return FormulaError(_("The character “%(sign)s” has no meaning here.") % {"sign": text[at]}, text, at)


def _number(text: str, found: re.Match[str]) -> str:
    if float(found[0]) > LARGEST_NUMBER:
        raise FormulaError(_("This number is too large."), text, found.start())
    return found[0]


def _unescaped(text: str, found: re.Match[str]) -> str:
    def letter(escape: re.Match[str]) -> str:
        if escape[1] not in _ESCAPES:
            reason = _("“%(escape)s” is no escape; a backslash itself is written twice.") % {
                "escape": escape[0]
            }
            raise FormulaError(reason, text, found.start() + 1 + escape.start())
        return _ESCAPES[escape[1]]

    if "\x00" in found[0]:
        raise FormulaError(_("A text cannot hold the character NUL."), text, found.start())
    return _ESCAPE.sub(letter, found[0][1:-1])
