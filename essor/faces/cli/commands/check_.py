"""`essor check`: is the installation sound? Settings, tables, roll-ups."""

from __future__ import annotations

import argparse
import sys

from essor.faces.cli.ending import FAILED, OK


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "--deploy", action="store_true", help="check the settings for a server on the internet as well"
    )
    parser.add_argument(
        "--rollups", action="store_true", help="recompute every roll-up and report what differs"
    )
    parser.add_argument("--mend", action="store_true", help="with --rollups: write the right values")


def run(args: argparse.Namespace) -> int:
    """Check; 2 when something is wrong."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.core.management.base import SystemCheckError  # noqa: PLC0415

    try:
        call_command("check", deploy=args.deploy, fail_level="WARNING")
    except SystemCheckError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    return _rollups(mend=args.mend) if args.rollups else OK


def _rollups(*, mend: bool) -> int:
    from essor.catalog import current  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415
    from essor.records import rollups  # noqa: PLC0415

    prepare()
    found = rollups.drift(current.get(), mend=mend)
    for name, wrong in found.items():
        sys.stdout.write(f"{name}: {wrong} wrong{' (mended)' if mend and wrong else ''}\n")
    return FAILED if any(found.values()) and not mend else OK
