"""A typed tree written as SQL for one database.

Every value has one SQL type: numbers are doubles, texts are text, conditions are booleans (0 and 1 in SQLite).
A condition may be NULL where that counts as false anyway (WHEN, AND, OR); `strict` makes it two-valued elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.catalog.kinds.base import FormulaType
from essor.formula.bridge import stored, written
from essor.formula.build import MOST_NESTING, SHARED_NESTING, is_shared, may_be_null
from essor.formula.operators import OPERATORS
from essor.formula.operators.base import filled
from essor.formula.scope import STACK_OF_FIELD
from essor.formula.tree import Constant, Node, Operation, Path, Reference, Value
from essor.formula.values import units
from essor.kernel import patterns
from essor.kernel.clock import Moment

Fragment = tuple[str, tuple[Any, ...]]

POSTGRESQL_TYPES: dict[FormulaType, str] = {
    "text": "text",
    "number": "double precision",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp with time zone",
    "time": "time",
    "id": "bigint",
    "picklist": "text",
    "multipicklist": "text",
    "none": "text",
}
UNICODE_LETTERS = 170000  # the version of PostgreSQL from which on every database knows the collation below


ROOM = 55  # of the 100 symbols that SQLite's parser holds; the query around the formula needs the others
LEAST_ROOM = 24


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field's own expression: `write` gives its SQL within some room; `double` when it already is a double."""

    write: Callable[[int], Fragment]
    double: bool


class Renderer:
    """Writes nodes for the database behind `connection`, each within some room (see `bridge`)."""

    def __init__(self, connection: BaseDatabaseWrapper, moment: Moment, leaves: Mapping[Path, Leaf]) -> None:
        self.vendor = connection.vendor
        self.postgresql = connection.vendor == "postgresql"
        self.connection = connection
        self.moment = moment
        self.leaves = leaves

    def result(self, node: Node, room: int) -> Fragment:
        """Return the formula's value: a blank text is NULL, a condition never is, and 0 has no sign."""
        if isinstance(node, Operation) and self.is_deep(node, room):
            return self.bridged(node, room, whole=True)
        if node.type == "boolean":
            return self.strict(node, room)
        if node.type == "text":
            if (
                isinstance(node, Operation)
                and node.name == "blank"
                and isinstance(node.arguments[0], Reference)
            ):
                return self.plain(node.arguments[0], room)
            return filled("NULLIF({0}, '')", [self.plain(node, room - MOST_NESTING)])
        if node.type == "number" and not isinstance(node, Reference):
            return filled("({0} + 0)", [self.plain(node, room - MOST_NESTING)])
        return self.plain(node, room)

    def plain(self, node: Node, room: int) -> Fragment:
        """Return a value; a condition may be NULL for false."""
        if isinstance(node, Constant):
            return self.constant(node.value, node.type)
        if isinstance(node, Reference):
            return self.reference(node, room)
        if self.is_deep(node, room):
            return self.bridged(node, room)
        write = SPECIAL.get(node.name)
        if write is not None:
            return write(self, node.arguments, room - MOST_NESTING)
        meant = OPERATORS[node.name]
        pieces = []
        for argument, times, nesting in zip(node.arguments, meant.repeats, meant.nesting, strict=False):
            inside = room - (SHARED_NESTING if is_shared(argument, times) else nesting)
            pieces.append(self.plain(argument, inside))
        shared = [
            is_shared(argument, times) for argument, times in zip(node.arguments, meant.repeats, strict=False)
        ]
        return _shared(self.template(node), pieces, shared)

    def template(self, node: Operation) -> str:
        """Return the operator's SQL with holes."""
        template = OPERATORS[node.name].template(self.vendor)
        if self.postgresql and node.name in {"upper", "lower"} and self.version >= UNICODE_LETTERS:
            return template.replace("{0}", '{0} COLLATE "pg_c_utf8"')
        return template

    @property
    def version(self) -> int:
        """Return PostgreSQL's version as a number."""
        return int(getattr(self.connection, "pg_version", 0))

    def is_deep(self, node: Operation, room: int) -> bool:
        """Tell whether the SQL of a node would be too deep for SQLite's parser, and no room is left to go on."""
        return room < LEAST_ROOM and node.facts.stack > room and not self.postgresql

    def bridged(self, node: Operation, room: int, *, whole: bool = False) -> Fragment:
        """Return a value that Python computes."""
        tree, references = written(node, self.moment, whole=whole)
        leaves = [self.leaves[reference.path].write(room - MOST_NESTING) for reference in references]
        pieces = [("%s", (tree,)), *leaves]
        return _woven("ESSOR_FORMULA(" + ", ".join(["\x00"] * len(pieces)) + ")", pieces)

    def strict(self, node: Node, room: int) -> Fragment:
        """Return a condition that is true or false, never NULL."""
        if not node.facts.nullable:
            return self.plain(node, room)
        false = "FALSE" if self.postgresql else "0"
        return filled(f"COALESCE({{0}}, {false})", [self.plain(node, room - MOST_NESTING)])

    def condition(self, node: Node, room: int) -> Fragment:
        """Return a condition whose NULL counts as false."""
        return self.leaves[node.path].write(room) if isinstance(node, Reference) else self.plain(node, room)

    def operand(self, node: Node, room: int) -> Fragment:
        """Return one side of a comparison: only a field can be a condition that is neither true nor false."""
        computed = node.type == "boolean" and not may_be_null(node)
        return self.strict(node, room) if computed else self.plain(node, room)

    def constant(self, value: Value, type: FormulaType) -> Fragment:
        """Return a value written into the formula, or TODAY and NOW."""
        if self.postgresql:
            return f"CAST(%s AS {POSTGRESQL_TYPES[type]})", (value,)
        if value is None or isinstance(value, bool):
            return {None: "NULL", True: "1", False: "0"}[value], ()
        return "%s", (stored(value),)

    def reference(self, node: Reference, room: int) -> Fragment:
        """Return a field as formulas see it: in whole units, and 0 or false for empty where that is so."""
        leaf = self.leaves[node.path]
        sql, parameters = leaf.write(room - STACK_OF_FIELD)
        if node.type == "number" and not node.field.formula:
            if not leaf.double:
                sql = f"CAST({sql} AS {'double precision' if self.postgresql else 'REAL'})"
            if units(node.field) != 1:
                sql = f"({sql} / {units(node.field):.0f})"
        if node.zero:
            zero = "0.0" if node.type == "number" else "FALSE" if self.postgresql else "0"
            sql = f"COALESCE({sql}, {zero})"
        return sql, parameters


Nodes = tuple[Node, ...]
Writer = Callable[[Renderer, Nodes, int], Fragment]


def _if(to: Renderer, nodes: Nodes, room: int) -> Fragment:
    pieces = []
    for place in range(0, len(nodes) - 1, 2):
        pieces += [to.condition(nodes[place], room), to.plain(nodes[place + 1], room)]
    pieces.append(to.plain(nodes[-1], room))
    return _woven("CASE" + " WHEN \x00 THEN \x00" * (len(nodes) // 2) + " ELSE \x00 END", pieces)


def _case(to: Renderer, nodes: Nodes, room: int) -> Fragment:
    pieces = [to.plain(node, room) for node in nodes]
    return _woven("CASE \x00" + " WHEN \x00 THEN \x00" * (len(nodes) // 2 - 1) + " ELSE \x00 END", pieces)


def _woven(template: str, pieces: list[Fragment]) -> Fragment:
    """Return the template with the pieces where it has NUL, in their order, and all parameters."""
    parts = template.split("\x00")
    sql = [parts[0]]
    for piece, part in zip(pieces, parts[1:], strict=True):
        sql += [piece[0], part]
    return "".join(sql), tuple(value for piece in pieces for value in piece[1])


def _shared(template: str, pieces: list[Fragment], shared: list[bool]) -> Fragment:
    """Return the filled template; pieces that are `shared` are computed once, in a sub-select.

    OFFSET keeps both databases from putting the piece back where its name stands.
    """
    if not any(shared):
        return filled(template, pieces)
    names = [
        (f"shared.v{i}", ()) if apart else piece
        for i, (piece, apart) in enumerate(zip(pieces, shared, strict=True))
    ]
    columns = [(f"{piece[0]} AS v{i}", piece[1]) for i, piece in enumerate(pieces) if shared[i]]
    body, values = filled(template, names)
    inner = ", ".join(column for column, _values in columns)
    return (
        f"(SELECT {body} FROM (SELECT {inner} LIMIT 1 OFFSET 0) AS shared)",  # noqa: S608 -- only written here
        (*values, *(value for _column, given in columns for value in given)),
    )


def _joined(word: str) -> Writer:
    return lambda to, nodes, room: filled(
        f"({{0}} {word} {{1}})", [to.condition(nodes[0], room), to.condition(nodes[1], room)]
    )


def _compared(name: str) -> Writer:
    """Write = and <>; with signs that know NULL where a side may be NULL."""

    def write(to: Renderer, nodes: Nodes, room: int) -> Fragment:
        nulls = [may_be_null(node) for node in nodes]
        careful = all(nulls) if name == "equal" else any(nulls)
        sign = SIGNS[name, careful, to.postgresql]
        return filled(f"({{0}} {sign} {{1}})", [to.operand(nodes[0], room), to.operand(nodes[1], room)])

    return write


SIGNS = {
    ("equal", False, False): "=",
    ("equal", False, True): "=",
    ("equal", True, False): "IS",
    ("equal", True, True): "IS NOT DISTINCT FROM",
    ("differs", False, False): "<>",
    ("differs", False, True): "<>",
    ("differs", True, False): "IS NOT",
    ("differs", True, True): "IS DISTINCT FROM",
}


def _written(template: str) -> Writer:
    """Write the arguments into the holes of a template."""
    return lambda to, nodes, room: filled(template, [to.plain(node, room) for node in nodes])


def _extreme(sqlite: str, postgresql: str) -> Writer:
    """PostgreSQL's GREATEST skips nulls, SQLite's MAX gives null for them."""

    def write(to: Renderer, nodes: Nodes, room: int) -> Fragment:
        pieces = [to.plain(nodes[0], room), to.plain(nodes[1], room)]
        if not to.postgresql:
            return filled(f"{sqlite}({{0}}, {{1}})", pieces)
        tests = [f"{{{i}}} IS NOT NULL" for i, node in enumerate(nodes) if node.facts.nullable]
        extreme = f"{postgresql}({{0}}, {{1}})"
        template = f"CASE WHEN {' AND '.join(tests)} THEN {extreme} END" if tests else extreme
        return _shared(template, pieces, [is_shared(node, 2) and bool(tests) for node in nodes])

    return write


def _matches(to: Renderer, nodes: Nodes, room: int) -> Fragment:
    text, pattern = nodes
    if not to.postgresql or not isinstance(pattern, Constant):
        return filled("ESSOR_MATCHES({0}, {1})", [to.plain(text, room), to.plain(pattern, room)])
    portable = patterns.compiled(str(pattern.value)).portable
    return filled("({0} ~ {1})", [to.plain(text, room), to.constant(portable, "text")])


SPECIAL: dict[str, Writer] = {
    "if": _if,
    "case": _case,
    "and": _joined("AND"),
    "or": _joined("OR"),
    "not": lambda to, nodes, room: filled("(NOT {0})", [to.strict(nodes[0], room)]),
    "is_null": _written("({0} IS NULL)"),
    "equal": _compared("equal"),
    "differs": _compared("differs"),
    "less": _written("({0} < {1})"),
    "less_equal": _written("({0} <= {1})"),
    "greater": _written("({0} > {1})"),
    "greater_equal": _written("({0} >= {1})"),
    "instead": _written("COALESCE({0}, {1})"),
    "greatest": _extreme("MAX", "GREATEST"),
    "least": _extreme("MIN", "LEAST"),
    "matches": _matches,
    "today": lambda to, _nodes, _room: to.constant(to.moment.today, "date"),
    "now": lambda to, _nodes, _room: to.constant(to.moment.now, "datetime"),
    "zone": lambda to, _nodes, _room: to.constant(to.moment.timezone, "text"),
}
