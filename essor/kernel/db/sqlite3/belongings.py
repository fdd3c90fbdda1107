"""What hangs on a table besides what its Django model knows: run-time columns, indexes, triggers, the last key.

SQLite cannot alter a column: Django copies the table into a new one made from the model and drops the old one.
"""

# ruff: noqa: SLF001 -- a schema editor works on what Django's models are made of
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, NotSupportedError, models

if TYPE_CHECKING:
    from django.db.backends.sqlite3.base import DatabaseWrapper
    from django.db.backends.utils import CursorWrapper

    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field

_TOKEN = re.compile(
    r"""
      '(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\]  # text and quoted names
    | --[^\n]* | /\*.*?\*/                                            # comments
    | [(),] | [^'"`\[(),/-]+ | .
    """,
    re.DOTALL | re.VERBOSE,
)
_NAME = re.compile(r"""\s*(?:"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|(\w+))""")
_TABLE_CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
_GENERATED = (2, 3)


@dataclass(frozen=True, slots=True)
class Part:
    """An index, trigger or view by its type and name, the statement that makes it, and an index's columns."""

    type: str
    name: str
    sql: str
    columns: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """The model's own indexes: their names, and the columns indexed alone, whose indexes outlive a renaming."""

    names: frozenset[str]
    alone: frozenset[str]

    def __contains__(self, part: object) -> bool:
        """Tell whether the part is one of them, which a migration may drop by saying so."""
        if not isinstance(part, Part):
            return False
        if part.name in self.names:
            return True
        plain = " where " not in part.sql.lower()
        return plain and len(part.columns) == 1 and part.columns[0] in self.alone


@dataclass(frozen=True, slots=True)
class Belongings:
    """`columns` as {name: definition in SQL}, `parts` in the order they were made, `last_key` ever given."""

    columns: dict[str, str]
    parts: tuple[Part, ...]
    last_key: int | None


class CarriedColumn(AnyField):
    """A column that no model declares, with its definition word for word."""

    def __init__(self, column: str, definition: str) -> None:
        """Keep the definition that follows the column's name in CREATE TABLE."""
        self.definition = definition
        super().__init__(null=True, db_column=column)

    def db_type(self, connection: object) -> str:  # noqa: ARG002 -- Django's signature
        """Return the definition: it starts with the type."""
        return self.definition


def column_definitions(create_table: str) -> dict[str, str]:
    """Return {column: definition} of a CREATE TABLE statement, each definition as it was written."""
    definitions = {}
    for piece in _pieces(create_table):
        found = _NAME.match(piece)
        if found is None or (found[4] or "").upper() in _TABLE_CONSTRAINTS:
            continue
        name = next(group for group in found.groups() if group is not None)
        definitions[name.replace('""', '"').replace("``", "`")] = piece[found.end() :].strip()
    return definitions


def _pieces(create_table: str) -> Iterator[str]:
    """Yield what stands between the commas of the outermost parentheses."""
    depth, piece = 0, ""
    for found in _TOKEN.finditer(create_table):
        text = found[0]
        depth -= text == ")"
        if depth == 0 or (depth == 1 and text == ","):
            if piece:
                yield piece
            piece = ""
        elif not text.startswith(("--", "/*")):
            piece += text
        depth += text == "("


def of(connection: DatabaseWrapper, model: type[models.Model], declared: Declared) -> Belongings:
    """Return what `model`'s table holds beside the model and its `declared` indexes.

    Raises NotSupportedError for a column that could not be copied.
    """
    table = model._meta.db_table
    known = {str(field.column).lower() for field in model._meta.local_concrete_fields}
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
        row = cursor.fetchone()
        written = (
            {name.lower(): definition for name, definition in column_definitions(row[0]).items()}
            if row
            else {}
        )
        columns = {}
        for name, hidden in _columns(cursor, connection.ops.quote_name(table)):
            if name.lower() in known:
                continue
            if hidden in _GENERATED or name.lower() not in written:
                message = f"The column {name} of {table} cannot be carried over. Drop it first, then migrate."
                raise NotSupportedError(message)
            columns[name] = written[name.lower()]
        parts = tuple(part for part in _parts(cursor, table) if part not in declared)
        return Belongings(columns, parts, _last_key(cursor, table))


def _columns(cursor: CursorWrapper, quoted_table: str) -> list[tuple[str, int]]:
    cursor.execute(f"PRAGMA table_xinfo({quoted_table})")
    return [(row[1], row[6]) for row in cursor.fetchall()]


def _parts(cursor: CursorWrapper, table: str) -> Iterator[Part]:
    """Yield the table's indexes, and every trigger and view that reads or writes the table."""
    cursor.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ("
        " (type = 'index' AND tbl_name = %s) OR (type IN ('trigger', 'view') AND (tbl_name = %s OR instr(sql, %s)))"
        ") ORDER BY rowid",
        [table, table, table],
    )
    for kind, name, sql in cursor.fetchall():
        yield Part(kind, name, sql, _indexed(cursor, name) if kind == "index" else ())


def _indexed(cursor: CursorWrapper, index: str) -> tuple[str | None, ...]:
    """Return the index's columns, None for an expression."""
    cursor.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", [index])
    return tuple(row[0] for row in cursor.fetchall())


def _last_key(cursor: CursorWrapper, table: str) -> int | None:
    cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
    if cursor.fetchone() is None:
        return None
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def lent(model: type[models.Model], columns: dict[str, str]) -> Iterator[None]:
    """Give a migration's throw-away model class the run-time columns for as long as its table is copied."""
    options = model._meta
    for place, (column, definition) in enumerate(columns.items()):
        CarriedColumn(column, definition).contribute_to_class(model, f"carried_{place}")
    try:
        yield
    finally:
        for field in [field for field in options.local_fields if isinstance(field, CarriedColumn)]:
            options.local_fields.remove(field)
            delattr(model, field.attname)
        options._expire_cache()  # type: ignore[attr-defined]


def restore(connection: DatabaseWrapper, table: str, had: Belongings, execute: Callable[[str], None]) -> None:
    """Make the parts that the copy left behind; NotSupportedError when one no longer fits the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master")
        present = {row[0] for row in cursor.fetchall()}
    for part in had.parts:
        if part.name not in present:
            _make(connection, table, part, execute)
    if had.last_key is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [had.last_key, table]
            )


def _make(connection: DatabaseWrapper, table: str, part: Part, execute: Callable[[str], None]) -> None:
    """Make one part. SQLite takes a quoted name that is no column for a text, so an index is looked at afterwards."""
    reason = "its columns have changed"
    try:
        execute(part.sql)
        with connection.cursor() as cursor:
            if part.type != "index" or _indexed(cursor, part.name) == part.columns:
                return
    except DatabaseError as error:
        reason = str(error)
    message = f"The {part.type} {part.name} no longer fits {table} ({reason}). Drop it first, then migrate."
    raise NotSupportedError(message)
