"""Text into tokens. Never fails: what SOQL has no use for becomes a "bad" token, which the parser then refuses."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["word", "number", "text", "date", "datetime", "time", "operator", "bad", "end"]

# Possessive quantifiers (++, *+) keep every alternative linear in the length of hostile input.
TOKEN = re.compile(
    r"""
      (?P<datetime> \d{4}-\d{2}-\d{2} [Tt] \d{2}:\d{2} (?: :\d{2} (?:\.\d{1,9})? )? (?: [Zz] | [+-]\d{2}:?\d{2} )? )
    | (?P<date>     \d{4}-\d{2}-\d{2} )
    | (?P<time>     \d{2}:\d{2}:\d{2} (?:\.\d{1,9})? [Zz]? )
    | (?P<number>   [+-]? (?: \d++ (?:\.\d*+)? | \.\d++ ) (?: [eE][+-]?\d++ )? )
    | (?P<word>     [A-Za-z_]\w*+ )
    | (?P<text>     ' [^'\\]*+ (?: \\. [^'\\]*+ )*+ ' )
    | (?P<operator> <> | != | <= | >= | [=<>(),.:\[\]] )
    | (?P<bad>      . )
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
NAME = re.compile(r"[A-Za-z_]\w*+", re.ASCII)
SPACE = re.compile(r"\s*+")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to `end` (offsets); `upper` is the text of a word in upper case."""

    kind: TokenKind
    text: str
    start: int
    end: int
    upper: str = ""


def tokenize(text: str) -> list[Token]:
    """Return the tokens of `text`, closed by one "end" token.

    Lexing stops at a quote that nothing closes: all that follows would be noise.
    """
    tokens: list[Token] = []
    offset = _skip_space(text, 0)
    while offset < len(text):
        match = TOKEN.match(text, offset)
        assert match is not None  # noqa: S101 -- the last alternative takes any character
        kind: TokenKind = match.lastgroup  # type: ignore[assignment]  # the groups are named after the kinds
        piece = match.group()
        tokens.append(Token(kind, piece, offset, match.end(), piece.upper() if kind == "word" else ""))
        if piece == "'":
            break
        offset = _skip_space(text, match.end())
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _skip_space(text: str, offset: int) -> int:
    """Return the offset of the next character that is not white space."""
    match = SPACE.match(text, offset)
    return match.end() if match else offset


class Lines:
    """Offsets to (line, column), both counted from 1 in characters."""

    def __init__(self, text: str) -> None:
        """Remember where each line starts."""
        self.starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of `offset`."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1
