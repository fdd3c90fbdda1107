"""Indexes made while people work: beside the traffic on PostgreSQL, in one short write on SQLite."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

ROUGHLY = 1_000  # rows of an index that SQLite looks at to guess what it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """`columns` in order, "-" before one that descends, then "~" before text that is compared without case.

    What stands in brackets is SQL over the table's columns (`is_expression`).
    Such text has the form of `essor.query.folding`: A–Z alone are folded. `live` leaves out what lies in the
    recycle bin, `filled` the rows whose first column is empty: right for finding (references, unique values),
    wrong for sorting.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool = False
    live: bool = True
    filled: bool = False


def add_index(index: Index) -> None:
    """Build the index unless it stands; on PostgreSQL outside a transaction nobody waits for it (CONCURRENTLY).

    Raises IntegrityError when a unique index meets doubles; a half-built index is removed then.
    """
    beside = connection.vendor == "postgresql" and not connection.in_atomic_block
    if beside:
        _drop_half_built(index.name)
    nullable = _nullable(index.table)
    parts = ", ".join(_part(column, nullable=bare(column) in nullable) for column in index.columns)
    statement = (
        f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {'CONCURRENTLY ' if beside else ''}IF NOT EXISTS "
        f"{_quoted(index.name)} ON {_quoted(index.table)} ({parts}){_condition(index)}"
    )
    try:
        _run(statement)
    except Exception:
        if beside:
            _drop_half_built(index.name)
        raise


def drop_index(name: str) -> None:
    """Remove the index if it stands."""
    beside = connection.vendor == "postgresql" and not connection.in_atomic_block
    _run(f"DROP INDEX {'CONCURRENTLY ' if beside else ''}IF EXISTS {_quoted(name)}")


def learn(table: str, index: str) -> None:
    """Let SQLite count what this index holds, and roughly what the others of its table do; PostgreSQL does so by itself.

    It knows then which index finds fewer rows, and how many have the same first columns.
    """
    if connection.vendor != "sqlite":
        return
    for limit, name in ((ROUGHLY, table), (0, index)):
        _run(f"PRAGMA analysis_limit = {limit}")
        _run(f"ANALYZE {_quoted(name)}")


def bare(column: str) -> str:
    """Return a column of an index without its signs."""
    return column.removeprefix("-").removeprefix("~")


def is_expression(column: str) -> bool:
    """Tell whether a column of an index is worked out of others."""
    return column.startswith("(")


def _part(column: str, *, nullable: bool) -> str:
    """Return one column as lists sort it: empty values first, or last where it descends."""
    if is_expression(column):
        return column
    name, text = _quoted(bare(column)), "~" in column
    if connection.vendor == "sqlite":
        return f"{name}{' COLLATE NOCASE' if text else ''}{' DESC' if column.startswith('-') else ''}"
    part = f'LOWER({name} COLLATE "C")' if text else name
    if column.startswith("-"):
        return f"{part} DESC{' NULLS LAST' if nullable else ''}"
    return f"{part} NULLS FIRST" if nullable else part


def _nullable(table: str) -> set[str]:
    """Return the columns that may be empty; PostgreSQL sorts by an index only if that says where empty values stand."""
    with connection.cursor() as cursor:
        description = connection.introspection.get_table_description(cursor, table)
    return {column.name for column in description if column.null_ok}


def _condition(index: Index) -> str:
    parts = ["NOT is_deleted"] if index.live else []
    if index.filled:
        parts.append(f"{_quoted(bare(index.columns[0]))} IS NOT NULL")
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _drop_half_built(name: str) -> None:
    """Remove what a failed concurrent build left behind: an index that is kept up to date and never used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE relname = %s AND NOT indisvalid AND pg_table_is_visible(pg_class.oid)",
            [name],
        )
        left = cursor.fetchone()
    if left:
        drop_index(name)


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
