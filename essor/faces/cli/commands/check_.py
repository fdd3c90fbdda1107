"""`essor check`: is the installation sound? Settings, tables, roll-ups, events that were given up."""

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
    parser.add_argument(
        "--events",
        action="store_true",
        help="report who is behind with the events of the outbox, or gave some up",
    )
    parser.add_argument(
        "--mend",
        action="store_true",
        help="with --rollups: write the right values; with --events: try again what was given up",
    )


def run(args: argparse.Namespace) -> int:
    """Check; 2 when something is wrong."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.core.management.base import SystemCheckError  # noqa: PLC0415

    try:
        call_command("check", deploy=args.deploy, fail_level="WARNING")
    except SystemCheckError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    wrong = [
        _rollups(mend=args.mend) if args.rollups else OK,
        _events(mend=args.mend) if args.events else OK,
    ]
    return max(wrong)


def _rollups(*, mend: bool) -> int:
    from essor.catalog import current  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415
    from essor.records import rollups  # noqa: PLC0415

    prepare()
    found = rollups.drift(current.get(), mend=mend)
    for name, wrong in found.items():
        sys.stdout.write(f"{name}: {wrong} wrong{' (mended)' if mend and wrong else ''}\n")
    return FAILED if any(found.values()) and not mend else OK


def _events(*, mend: bool) -> int:
    from essor.kernel import delivery  # noqa: PLC0415

    behind = delivery.backlog()
    for one in behind:
        sys.stdout.write(
            f"{one.consumer}: {one.waiting} waiting, {one.parked} given up, the oldest of {one.oldest:%Y-%m-%d %H:%M}\n"
        )
    for lost in delivery.parked():
        sys.stdout.write(
            f"{lost.consumer}: event {lost.event_id}, {lost.event.topic}: {' '.join(lost.error.split())[:300]}\n"
        )
    given_up = any(one.parked for one in behind)
    if given_up and mend:
        sys.stdout.write(f"{delivery.restart()} to be tried again\n")
    return FAILED if given_up and not mend else OK
