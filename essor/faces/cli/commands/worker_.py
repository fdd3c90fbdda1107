"""`essor worker`: background work in a process of its own."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--runners", type=int, default=2, help="tasks at once (default: 2)")
    parser.add_argument("--drain", action="store_true", help="do everything that is due now, then stop")


def run(args: argparse.Namespace) -> None:
    """Work until SIGTERM, or until nothing is left."""
    from essor.faces.cli.database import prepare  # noqa: PLC0415
    from essor.jobs import worker  # noqa: PLC0415

    prepare()
    if args.drain:
        worker.drain()
        return
    worker.run_until_signal(runners=args.runners)
