"""What an operator is: one meaning, said three times — to Python, to SQLite and to PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_HOLE = re.compile(r"\{(\d)\}")


@dataclass(frozen=True, slots=True)
class Operator:
    """`python` takes the values of the arguments; the templates take their SQL in the holes {0}, {1}.

    Unless `total`, a null argument gives null, and Python is not even called; the SQL must agree.
    `partial` operators may give null for arguments that are not null.
    """

    name: str
    python: Callable[..., Any]
    sqlite: str
    postgresql: str
    partial: bool = False
    total: bool = False
    repeats: tuple[int, ...] = field(init=False)
    nesting: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Count how often each argument is written, and how deep inside SQLite's parser."""
        counts = [_times(self.sqlite), _times(self.postgresql)]
        width = max((max(count, default=-1) + 1 for count in counts), default=0)
        repeats = tuple(max(count.get(hole, 0) for count in counts) for hole in range(width))
        object.__setattr__(self, "repeats", repeats)
        object.__setattr__(self, "nesting", nesting(self.sqlite, width))

    def template(self, vendor: str) -> str:
        """Return the SQL for this database."""
        return self.postgresql if vendor == "postgresql" else self.sqlite


def same(
    name: str, python: Callable[..., Any], sql: str, *, partial: bool = False, total: bool = False
) -> Operator:
    """Return an operator that both databases write alike."""
    return Operator(name, python, sql, sql, partial=partial, total=total)


def filled(template: str, pieces: list[tuple[str, tuple[Any, ...]]]) -> tuple[str, tuple[Any, ...]]:
    """Return the template with (SQL, parameters) in its holes, and all parameters in their order."""
    sql: list[str] = []
    parameters: list[Any] = []
    for place, part in enumerate(_HOLE.split(template)):
        if place % 2:
            piece, values = pieces[int(part)]
            sql.append(piece)
            parameters.extend(values)
        else:
            sql.append(part)
    return "".join(sql), tuple(parameters)


_SYMBOL = re.compile(
    r"CASE|WHEN|THEN|ELSE|END|CAST\(|\w+\(|[(),]|\{\d\}|'[^']*'|\|\||[-+*/=<>%]+|AND|OR|NOT|IS"
)
MOST_WAITING = 2  # in these templates: a comparison inside an AND, a product inside a sum
_BRANCH = {"WHEN": 4, "THEN": 6, "ELSE": 4}


def nesting(template: str, width: int) -> tuple[int, ...]:
    """Return for each hole how many symbols SQLite's parser holds when it gets there; it can hold 100 at most."""
    deepest = [0] * width
    frames = [
        [0, 0]
    ]  # of each open bracket: its own symbols, and the signs that still wait for their right side
    for symbol in _SYMBOL.findall(template):
        if symbol.startswith("{"):
            held = sum(own + 2 * min(signs, MOST_WAITING) for own, signs in frames)
            deepest[int(symbol[1])] = max(deepest[int(symbol[1])], held)
        elif symbol == "CASE":
            frames.append([2, 0])
        elif symbol in _BRANCH:
            frames[-1] = [_BRANCH[symbol], 0]
        elif symbol.endswith("("):
            frames.append([{"(": 1, "CAST(": 2}.get(symbol, 3), 0])
        elif symbol in {")", "END"}:
            frames.pop()
        elif symbol == ",":
            frames[-1] = [5, 0]
        elif not symbol.startswith("'"):
            frames[-1][1] += 1
    return tuple(deepest)


def _times(template: str) -> dict[int, int]:
    counts: dict[int, int] = {}
    for hole in _HOLE.findall(template):
        counts[int(hole)] = counts.get(int(hole), 0) + 1
    return counts
