"""`essor search-index`: index records for the search box anew."""

from __future__ import annotations

import argparse
import sys


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("objects", nargs="*", help="default: all objects")


def run(args: argparse.Namespace) -> None:
    """Index."""
    from essor.catalog import current  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415
    from essor.query.search import index  # noqa: PLC0415

    prepare()
    catalog = current.get()
    for obj in [catalog.object(name) for name in args.objects] or list(catalog):
        if index.searched(obj):
            sys.stdout.write(f"{obj.name}: {index.rebuild(obj.name)}\n")
