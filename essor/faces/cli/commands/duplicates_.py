"""`essor duplicates`: make the keys of duplicates anew and compare all records."""

from __future__ import annotations

import argparse
import sys


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("objects", nargs="*", help="default: all objects that have matching rules")


def run(args: argparse.Namespace) -> None:
    """Search."""
    from essor.domain.duplicates import scan, setting  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415

    prepare()
    for name in args.objects or setting.objects():
        sys.stdout.write(f"{name}: {scan.search(name)} groups\n")
