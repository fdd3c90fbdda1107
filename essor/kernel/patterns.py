"""Regular expressions that cannot be abused: the common core of Java's, Python's and PostgreSQL's, in linear time.

A pattern is parsed into a small tree. Python and SQLite match it with an automaton built while it runs, which
never backtracks, so that no pattern of a user can stall a page; PostgreSQL gets the same tree as `portable` text.
Always the whole text must match, as in Salesforce's REGEX.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from essor.kernel.pattern_syntax import Chars, Choice, Empty, Node, Repeat, Sequence, parse

MOST_POSITIONS = 1_000
MOST_LINKS = 20_000
MOST_MOVES = 20_000


class PatternTooLarge(ValueError):
    """The repetitions of a pattern multiply to more than an automaton should hold."""


@dataclass(slots=True, eq=False)
class State:
    """A set of places in the pattern where a match may stand, and where each character leads from it."""

    positions: frozenset[int]
    accepting: bool
    moves: dict[str, State | None] = field(default_factory=dict)


class Pattern:
    """One parsed pattern: `matches(text)` for Python and SQLite, `portable` for PostgreSQL."""

    def __init__(self, text: str) -> None:
        """Parse `text`; PatternError or PatternTooLarge when it cannot be used."""
        tree = parse(text)
        self.portable = f"^(?:{_portable(tree)})$"
        self._chars: list[Chars] = []
        self._next: list[frozenset[int]] = []
        self._links = 0
        self._accept = -1
        first = self._build(tree, frozenset({self._accept}))
        self._start = State(first, self._accept in first)
        self._states = {first: self._start}
        self._moves = 0

    def matches(self, text: str) -> bool:
        """Tell whether the whole of `text` matches, in time proportional to its length."""
        state: State | None = self._start
        for letter in text:
            if state is None:
                return False
            here = state
            try:
                state = here.moves[letter]
            except KeyError:
                state = self._move(here, letter)
        return state is not None and state.accepting

    def _move(self, state: State, letter: str) -> State | None:
        """Find where `letter` leads and remember it; what was remembered is dropped when it grows too large."""
        if self._moves >= MOST_MOVES:
            self._start = State(self._start.positions, self._start.accepting)
            self._states = {self._start.positions: self._start}
            self._moves = 0
        code = ord(letter)
        reached: frozenset[int] = frozenset().union(
            *(self._next[at] for at in state.positions if at >= 0 and self._chars[at].holds(code))
        )
        target = self._states.get(reached)
        if target is None and reached:
            target = self._states[reached] = State(reached, self._accept in reached)
        state.moves[letter] = target
        self._moves += 1
        return target

    def _build(self, node: Node, after: frozenset[int]) -> frozenset[int]:
        """Return the positions that start `node`, each of which leads on to `after` (Glushkov's construction)."""
        match node:
            case Empty():
                return after
            case Chars():
                return frozenset({self._position(node, after)})
            case Sequence(parts):
                for part in reversed(parts):
                    after = self._build(part, after)
                return after
            case Choice(branches):
                return frozenset().union(*(self._build(branch, after) for branch in branches))
            case Repeat():
                return self._repeat(node, after)

    def _position(self, chars: Chars, after: frozenset[int]) -> int:
        self._links += len(after)
        if len(self._chars) >= MOST_POSITIONS or self._links > MOST_LINKS:
            raise PatternTooLarge
        self._chars.append(chars)
        self._next.append(after)
        return len(self._chars) - 1

    def _repeat(self, node: Repeat, after: frozenset[int]) -> frozenset[int]:
        if node.most is None:
            after = self._loop(node.body, after)
        else:
            for _again in range(node.most - node.least):
                after |= self._build(node.body, after)
        for _again in range(node.least):
            after = self._build(node.body, after)
        return after

    def _loop(self, body: Node, after: frozenset[int]) -> frozenset[int]:
        """Build `body`*: whatever leads on from the body also leads back to its start."""
        here = len(self._chars)
        mark = -2 - here  # stands for "the start of this loop" until the start is known
        first = self._build(body, frozenset({mark}))
        entry = (first - {mark}) | after
        for at in range(here, len(self._next)):
            if mark in self._next[at]:
                self._next[at] = (self._next[at] - {mark}) | entry
        return entry


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """Return the pattern that `text` writes; ValueError (PatternError, PatternTooLarge) when it cannot be used."""
    return Pattern(text)


def _portable(node: Node) -> str:
    match node:
        case Empty():
            return ""
        case Chars():
            return node.portable
        case Sequence(parts):
            return "".join(map(_portable, parts))
        case Choice(branches):
            return f"(?:{'|'.join(map(_portable, branches))})"
        case Repeat(body, least, most):
            return f"(?:{_portable(body)}){{{least},{'' if most is None else most}}}"
