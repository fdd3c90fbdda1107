"""`essor query`: SOQL at the console, to JSON, CSV or a table; or only checked."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from essor.faces.cli.ending import FAILED, OK, Refused

if TYPE_CHECKING:
    from essor.kernel.errors import QueryRefused

WIDEST = 40


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    from essor.faces.cli import acting  # noqa: PLC0415

    parser.add_argument("soql", nargs="?", help="the query, for example: SELECT Name FROM Account LIMIT 5")
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table")
    parser.add_argument(
        "--check", action="store_true", help="parse and check only; 2 with position and reason if wrong"
    )
    parser.add_argument("--file", type=Path, help="with --check: one query a line, one verdict a line")
    acting.add_option(parser)


def run(args: argparse.Namespace) -> int:
    """Run or check."""
    from essor.faces.cli import acting  # noqa: PLC0415

    actor = acting.actor_of(args)
    if args.file is not None:
        return check_file(actor, args.file)
    if not args.soql:
        message = "give a query, or --check --file FILE"
        raise Refused(message)
    if args.check:
        verdict = check(actor, args.soql)
        sys.stdout.write(verdict + "\n")
        return OK if verdict == "ok" else FAILED
    return show(actor, args.soql, args.format)


def check(actor: Any, text: str) -> str:
    """Return "ok", or `CODE line:column reason` for a query that does not stand."""
    from essor.kernel.errors import EssorError, QueryRefused  # noqa: PLC0415
    from essor.query import checking, soql  # noqa: PLC0415

    try:
        checking.check(actor, soql.parse(text))
    except QueryRefused as error:
        return placed(error)
    except EssorError as error:
        return f"{error.code} 0:0 {error}"
    return "ok"


def placed(error: QueryRefused) -> str:
    """Return a refusal as scripts read it."""
    return f"{error.code} {error.line}:{error.column} {error.reason}"


def check_file(actor: Any, path: Path) -> int:
    """Print one verdict per line of the file; return 0 when all stand."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: {error}"
        raise Refused(message) from error
    verdicts = [check(actor, line) for line in text.removesuffix("\n").split("\n")]
    sys.stdout.writelines(f"{' '.join(verdict.split())}\n" for verdict in verdicts)
    return OK if all(verdict == "ok" for verdict in verdicts) else FAILED


def show(actor: Any, text: str, form: str) -> int:
    """Run a query and print its rows, as Salesforce's query resource gives them when JSON is asked for."""
    import orjson  # noqa: PLC0415

    from essor.kernel.errors import QueryRefused  # noqa: PLC0415
    from essor.query import render, soql  # noqa: PLC0415
    from essor.query import run as reading  # noqa: PLC0415

    try:
        query = soql.parse(text)
        answer = render.soql(actor, query)
    except QueryRefused as error:
        raise Refused(placed(error)) from error
    if form == "json":
        sys.stdout.buffer.write(answer + b"\n")
        return OK
    found = orjson.loads(answer)
    counted = [{"COUNT()": found["totalSize"]}]
    rows = [flat(record) for record in (counted if reading.is_bare_count(query) else found["records"])]
    asked = {str(getattr(one, "expression", "")).lower(): at for at, one in enumerate(query.columns)}
    columns = list(dict.fromkeys(name for row in rows for name in row))
    columns.sort(key=lambda name: asked.get(name.lower(), len(asked)))
    (write_csv if form == "csv" else write_table)(columns, rows)
    return OK


def flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a record with dotted names for parents and counts for child rows."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if name == "attributes":
            continue
        if isinstance(value, dict) and "records" in value:
            found[prefix + name] = len(value["records"])
        elif isinstance(value, dict):
            found.update(flat(value, f"{prefix}{name}."))
        else:
            found[prefix + name] = value
    return found


def write_csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Print rows as CSV."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows(["" if (cell := row.get(name)) is None else cell for name in columns] for row in rows)


def write_table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Print rows in columns, long values cut."""
    cells = [[_short(row.get(name)) for name in columns] for row in rows]
    widths = [
        max(len(name), *(len(line[at]) for line in cells)) if cells else len(name)
        for at, name in enumerate(columns)
    ]
    for line in [list(columns), ["-" * width for width in widths], *cells] if columns else []:
        sys.stdout.write(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        )
    sys.stdout.write(f"({len(rows)})\n")


def _short(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
