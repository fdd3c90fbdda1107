"""`essor backup`: everything in one file, while people work."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from essor.faces.cli.ending import Refused


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", type=Path, help="for example essor-2026-11-22.zip")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it is there")


def run(args: argparse.Namespace) -> None:
    """Write the backup."""
    from essor.kernel.db import archive  # noqa: PLC0415

    if args.file.exists() and not args.force:
        message = f"{args.file} is there already; --force overwrites it"
        raise Refused(message)
    made = archive.backup(args.file)
    sys.stdout.write(f"{args.file}: {made.vendor} database and {made.files} files of {made.created}\n")
