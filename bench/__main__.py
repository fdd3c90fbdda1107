"""`python -m bench [figure …] [--scale N] [--database URL]`: our figures, the raw limits of this machine, the ratios.

Each figure and database is measured in a process of its own, one after the other; files stay for the next run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench import stores
from bench.figure import Figure, load, table
from bench.stores import CODE, POSTGRESQL, SQLITE, Store

MILLION = 1_000_000
SMALL = 40_000
MARK = "FIGURE "


@dataclass(frozen=True, slots=True)
class Job:
    """One file of this folder. `big`: over all leads, else over a small database; `writes`: on a copy of it."""

    module: str
    big: bool = False
    writes: bool = False
    serves: bool = False
    databases: tuple[str, ...] = (SQLITE, POSTGRESQL)


JOBS = {
    "list": Job("bench.list_page", big=True),
    "segment": Job("bench.segment", big=True),
    "search": Job("bench.search", big=True),
    "record": Job("bench.record_page"),
    "read": Job("bench.api_read", writes=True, serves=True),
    "create": Job("bench.api_create", writes=True, serves=True),
    "import": Job("bench.imports", writes=True),
    "flows": Job("bench.flows", writes=True),
    "letters": Job("bench.letters"),
    "soql": Job("bench.soql", big=True),
    "forecast": Job("bench.forecast", writes=True),
    "clients": Job("bench.clients", writes=True, serves=True, databases=(SQLITE,)),
    "dashboard": Job("bench.dashboard", writes=True),
    "mailing": Job("bench.mailing", writes=True),
    "scenario": Job("bench.scenario", writes=True),
    "clicks": Job("bench.clicks", writes=True, serves=True),
    "visible": Job("bench.visible", writes=True, serves=True),
    "story": Job("bench.story", writes=True, serves=True),
    "audience": Job("bench.audience", big=True),
    "memory": Job("bench.memory", writes=True, serves=True, databases=(SQLITE,)),
}


def main() -> int:
    """Measure what was asked for and print the table; 1 when a figure could not be measured."""
    args = _arguments()
    names = args.figures or list(JOBS)
    figures, failed = [], []
    with ExitStack() as stack:
        wanted = (
            {POSTGRESQL if args.database.startswith("postgres") else SQLITE}
            if args.database
            else {SQLITE, POSTGRESQL}
        )
        needed = wanted & {database for name in names for database in JOBS[name].databases}
        server = stack.enter_context(stores.server(args.database)) if POSTGRESQL in needed else ""
        for name in names:
            for database in (SQLITE, POSTGRESQL):
                if database in needed and database in JOBS[name].databases:
                    found = list(_measure(JOBS[name], database, server, args.scale))
                    figures.extend(found)
                    if not found:
                        failed.append(f"{name} on {database}")
    load_now = os.getloadavg()[0]
    print(f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {load_now:.1f}\n")
    print(table(figures))
    if failed:
        print(f"\nNot measured: {', '.join(failed)}")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Essor beside the machine's raw limits."
    )
    parser.add_argument("figures", nargs="*", metavar="figure", help=f"default: all of {', '.join(JOBS)}")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="1 means a million leads (default); 0.05 is a quick look"
    )
    parser.add_argument(
        "--database",
        default="",
        help="sqlite:, postgresql: (of our own) or the address of a PostgreSQL server; default: the first two",
    )
    parser.add_argument(
        "--cpu", action="store_true", help="count CPU, not time, in this program's own process (SQLite)"
    )
    args = parser.parse_args()
    os.environ["BENCH_CPU"] = "1" if args.cpu else "0"
    unknown = set(args.figures) - set(JOBS)
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    return args


def _measure(job: Job, database: str, server: str, scale: float) -> Iterator[Figure]:
    leads = int(MILLION * scale) if job.big else int(SMALL * max(0.1, min(1.0, scale)))
    store = stores.sqlite(leads) if database == SQLITE else stores.postgresql(server, leads)
    with stores.copied(store, server) if job.writes else nullcontext(store) as used:
        for figure in _child(job, used, leads=int(MILLION * scale)):
            sys.stderr.write(f"{database:<11} {figure.what}: {figure.ours} {figure.ratio}\n")
            yield replace(figure, database=database)


def _child(job: Job, store: Store, *, leads: int) -> Iterator[Figure]:
    """Run one measurement in a fresh process and yield its figures as they come."""
    command = [
        sys.executable,
        "-m",
        "bench.child",
        job.module,
        "store" if job.serves else "leads",
        str(leads),
        store.name,
    ]
    with subprocess.Popen(
        command, env=store.environment, cwd=CODE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(MARK):
                yield load(line.removeprefix(MARK))
            else:
                sys.stderr.write(line)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main())
