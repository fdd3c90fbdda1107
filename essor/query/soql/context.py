"""Where a cursor stands in an unfinished query: in which SELECT, in which clause, and what comes next there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from essor.query.soql import functions
from essor.query.soql.lexer import Token, tokenize

Role = Literal["root", "child", "semi", "group", "call", "list"]
# What a condition waits for.
State = Literal["operand", "operator", "value", "list", "joint"]

QUERIES = ("root", "child", "semi")
CLAUSES = frozenset(
    {
        "SELECT",
        "FROM",
        "USING",
        "WHERE",
        "WITH",
        "GROUP",
        "HAVING",
        "ORDER",
        "LIMIT",
        "OFFSET",
        "FOR",
        "UPDATE",
    }
)
CONDITIONS = ("WHERE", "HAVING")
LISTS = ("IN", "INCLUDES", "EXCLUDES")
LITERALS = ("text", "number", "date", "datetime", "time")


@dataclass(slots=True)
class Frame:
    """One open parenthesis, or the whole text: what was read inside it so far.

    `path` is the last field named, `left` the one on the left of the comparison under way, `function` the function
    whose arguments these are (or that was compared), `start` the index of the first token inside.
    """

    role: Role
    start: int = 0
    clause: str = ""
    state: State = "operand"
    previous: Token | None = None
    path: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    operator: str = ""
    function: str = ""
    subject: list[str] = field(default_factory=list)
    branch: str = ""

    @property
    def last(self) -> str:
        """The previous token in upper case, "" at the beginning."""
        return self.previous.text.upper() if self.previous else ""

    def feed(self, token: Token) -> None:
        """Take in the next token of this level."""
        if token.kind == "word":
            self._word(token)
        elif self.clause in CONDITIONS or self.role == "list":
            self._sign(token)
        self.previous = token

    def _word(self, token: Token) -> None:
        """Take in a word: part of a path, a keyword, or the start of a path."""
        if self.last == ".":
            self.path.append(token.text)
            return
        names_object = self.clause == "FROM" and self.last == "FROM"
        if token.upper in CLAUSES and self.role in QUERIES and not names_object:
            self.clause, self.state, self.path = token.upper, "operand", []
        elif self.clause in CONDITIONS:
            self._condition(token)
        elif self.clause == "SELECT":
            self._typeof(token)
        else:
            self.path = [token.text]

    def _condition(self, token: Token) -> None:
        """Take in a word of a condition."""
        if token.upper in ("AND", "OR"):
            self.state = "operand"
        elif token.upper == "NOT":
            return
        elif self.state == "operand":
            self.path = self.left = [token.text]
            self.function, self.state = "", "operator"
        elif self.state == "operator" and token.upper in ("LIKE", *LISTS):
            self.operator = token.upper
            self.state = "list" if token.upper in LISTS else "value"
        elif self.state == "value":
            self.state = "joint"

    def _sign(self, token: Token) -> None:
        """Take in a sign or a literal of a condition."""
        if token.kind in LITERALS and self.state == "value":
            self.state = "joint"
        elif self.state == "operator" and token.text in ("=", "!=", "<>", "<", "<=", ">", ">="):
            self.operator, self.state = token.text, "value"
        elif self.role == "list" and token.text == ",":
            self.state = "value"

    def _typeof(self, token: Token) -> None:
        """Take in a word of the list of fields, which may hold TYPEOF … END."""
        if token.upper == "TYPEOF":
            self.subject, self.branch = [], ""
        elif self.last == "TYPEOF":
            self.subject = self.path = [token.text]
        elif self.last == "WHEN":
            self.branch = token.text
        elif token.upper == "ELSE":
            self.branch = ""
        elif token.upper == "END":
            self.subject, self.branch = [], ""
        else:
            self.path = [token.text]

    def close(self, inner: Frame, token: Token) -> None:
        """Take in a closed parenthesis and what it was."""
        if inner.role == "call" and self.clause in CONDITIONS:
            self.function, self.left, self.state = inner.function, inner.path, "operator"
        elif self.clause in CONDITIONS:
            self.state = "joint"
        self.previous = token


@dataclass(frozen=True, slots=True)
class Context:
    """The place to complete: the frames from the outermost inwards, the path typed before the stem, the stem.

    `stem` is the word under way from `start` (an offset) to the cursor; `quoted` tells that it is inside a text.
    """

    frames: tuple[Frame, ...]
    tokens: Sequence[Token]
    path: tuple[str, ...]
    stem: str
    start: int
    quoted: bool

    @property
    def here(self) -> Frame:
        """The innermost frame."""
        return self.frames[-1]

    def queries(self) -> list[Frame]:
        """Return the frames that are SELECTs, the outermost first."""
        return [frame for frame in self.frames if frame.role in QUERIES]


def context(text: str, offset: int) -> Context:
    """Return where the cursor at `offset` of `text` stands."""
    before = [token for token in tokenize(text[:offset]) if token.kind != "end"]
    quoted = bool(before) and before[-1].text == "'"
    stem, start = "", offset
    if quoted:
        start = before.pop().start
        stem = text[start + 1 : offset]
    elif before and before[-1].kind == "word" and before[-1].end == offset:
        word = before.pop()
        stem, start = word.text, word.start
    path: list[str] = []
    while len(before) > 1 and before[-1].text == "." and before[-2].kind == "word":
        before.pop()
        path.insert(0, before.pop().text)
    return Context(tuple(_frames(before)), tokenize(text), tuple(path), stem, start, quoted)


def _frames(tokens: Sequence[Token]) -> list[Frame]:
    """Return the frames that are open after `tokens`."""
    frames = [Frame("root")]
    for index, token in enumerate(tokens):
        if token.kind == "operator" and token.text == "(":
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            frames.append(_opened(frames[-1], index + 1, following))
        elif token.kind == "operator" and token.text == ")":
            if len(frames) > 1:
                inner = frames.pop()
                frames[-1].close(inner, token)
        else:
            frames[-1].feed(token)
    return frames


def _opened(outer: Frame, start: int, following: Token | None) -> Frame:
    """Return the frame of a parenthesis that opens inside `outer`."""
    if following is not None and following.upper == "SELECT":
        return Frame("child" if outer.clause == "SELECT" else "semi", start)
    if outer.last in LISTS:
        return Frame(
            "list", start, state="value", left=outer.left, operator=outer.operator, function=outer.function
        )
    if outer.last in functions.BY_NAME or outer.last == "FIELDS":
        return Frame("call", start, clause=outer.clause, function=outer.last)
    return Frame("group", start, clause=outer.clause)


def source_of(frame: Frame, tokens: Sequence[Token]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the names after FROM of a SELECT, and {lower-case alias: path from that object}; FROM may come later."""
    index, depth = frame.start, 0
    while index < len(tokens) and depth >= 0:
        token = tokens[index]
        depth += (token.text == "(") - (token.text == ")") if token.kind == "operator" else 0
        if token.upper == "FROM" and depth == 0:
            return _listed(tokens, index + 1)
        index += 1
    return (), {}


def _listed(tokens: Sequence[Token], index: int) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return what FROM lists from `index` on."""
    source, index = _dotted(tokens, index)
    aliases: dict[str, tuple[str, ...]] = {source[-1].lower(): ()} if source else {}
    target: tuple[str, ...] = ()
    while index < len(tokens):
        token = tokens[index]
        if token.upper == "AS":
            index += 1
        elif token.kind == "word" and token.upper not in CLAUSES:
            aliases[token.text.lower()] = target
            index += 1
        elif token.text == ",":
            names, index = _dotted(tokens, index + 1)
            if not names:
                break
            target = (*aliases.get(names[0].lower(), ()), *names[1:])
        else:
            break
    return source, aliases


def _dotted(tokens: Sequence[Token], index: int) -> tuple[tuple[str, ...], int]:
    """Return the names joined by points at `index`, and the index after them."""
    names: list[str] = []
    while index < len(tokens) and tokens[index].kind == "word":
        names.append(tokens[index].text)
        index += 1
        if index >= len(tokens) or tokens[index].text != ".":
            break
        index += 1
    return tuple(names), index
