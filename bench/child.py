"""Runs one measurement on the database of the environment; each figure goes to stdout as one marked line of JSON."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import django

from bench.__main__ import MARK
from bench.stores import Store


def main(module: str, needs: str, leads: int, name: str) -> None:
    """Measure."""
    django.setup()
    from essor.catalog import current  # noqa: PLC0415 -- settings are loaded only now
    from essor.faces.cli.commands.serve_ import settle  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415
    from essor.project.static_files import collect_if_stale  # noqa: PLC0415

    prepare()
    collect_if_stale()
    current.begin()
    import_module("bench.urls")
    settle()  # as a server does once it has answered its first requests
    store = Store(name, Path(os.environ["ESSOR_DATA"]), os.environ["DATABASE_URL"])
    for figure in import_module(module).measure(store if needs == "store" else leads):
        print(f"{MARK}{figure.dump()}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
