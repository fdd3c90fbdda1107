"""`essor import-undo`: takes a whole import back."""

from __future__ import annotations

import argparse
import sys
from uuid import UUID


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    from essor.faces.cli import acting  # noqa: PLC0415

    parser.add_argument("id", type=UUID, help="the id that the import printed")
    acting.add_option(parser)


def run(args: argparse.Namespace) -> None:
    """Take the import back."""
    from essor.domain.exchange.start import take_back  # noqa: PLC0415
    from essor.faces.cli import acting  # noqa: PLC0415

    done = take_back(acting.actor_of(args), args.id)
    sys.stdout.write(
        f"{done.deleted} deleted, {done.restored} restored, {done.kept} kept because they changed since\n"
    )
