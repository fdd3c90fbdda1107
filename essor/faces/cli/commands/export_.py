"""`essor export`: an object's records, or a query's, to CSV or XLSX."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from essor.faces.cli.ending import Refused


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    from essor.faces.cli import acting  # noqa: PLC0415

    parser.add_argument("object", help="an object, or a query: SELECT Name FROM Account WHERE …")
    parser.add_argument("file", type=Path, help="ends with .csv or .xlsx")
    parser.add_argument(
        "--fields", default="", help="dotted paths, separated by commas (default: all fields)"
    )
    acting.add_option(parser)


def run(args: argparse.Namespace) -> None:
    """Write the file; an interrupted export leaves none."""
    from essor.access.view import catalog_for  # noqa: PLC0415
    from essor.domain.exchange import export  # noqa: PLC0415
    from essor.faces.cli import acting  # noqa: PLC0415
    from essor.query import soql  # noqa: PLC0415

    form = args.file.suffix.lower().removeprefix(".")
    if form not in export.FORMATS:
        message = f"{args.file} must end with .csv or .xlsx"
        raise Refused(message)
    actor = acting.actor_of(args)
    if args.object.strip().lower().startswith("select "):
        query = soql.parse(args.object)
    else:
        paths = [path.strip() for path in args.fields.split(",") if path.strip()]
        query = export.query_for(catalog_for(actor).object(args.object), paths)
    draft = args.file.with_name(f".{args.file.name}.part")
    count = 0
    try:
        for count in export.write(actor, query, draft, form):
            if sys.stderr.isatty() and count % 500 == 0:
                sys.stderr.write(f"\r{count} rows")
        draft.replace(args.file)
    finally:
        draft.unlink(missing_ok=True)
    sys.stdout.write(f"{count} rows in {args.file}\n")
