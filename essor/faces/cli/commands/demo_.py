"""`essor demo`: the demo company, once or many times over."""

from __future__ import annotations

import argparse
import sys


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    from essor.domain.demo.seed import SEED  # noqa: PLC0415

    parser.add_argument(
        "--scale", type=float, default=1.0, help="times the usual number of records (default: 1)"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same data")


def run(args: argparse.Namespace) -> None:
    """Make the records and print the logins."""
    from essor.domain.demo import company  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415

    prepare()
    company.make(scale=args.scale, seed=args.seed, report=lambda line: sys.stdout.write(f"{line}\n"))
    for login in company.logins():
        sys.stdout.write(f"{login.role:<28} {login.email:<40} {login.password}\n")
