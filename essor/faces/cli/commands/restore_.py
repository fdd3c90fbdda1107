"""`essor restore`: everything back from a backup."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--force", action="store_true", help="overwrite the data that is there")


def run(args: argparse.Namespace) -> None:
    """Restore, and bring an older backup up to date. The server must not run meanwhile."""
    from essor.faces.cli.database import prepare  # noqa: PLC0415
    from essor.faces.cli.running import refuse_while_running  # noqa: PLC0415
    from essor.kernel.db import archive  # noqa: PLC0415

    refuse_while_running()
    found = archive.restore(args.file, force=args.force)
    prepare()
    sys.stdout.write(f"restored the backup of {found.created} ({found.files} files)\n")
