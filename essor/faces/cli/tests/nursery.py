"""Runs commands of `essor` in processes of their own that need not load the program each time.

A process that has loaded it, and has touched no database yet, forks for each command: what a start costs is paid once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = (sys.executable, "-m", "essor.faces.cli.main")
_PARENT = """
import json, os, sys
from essor.faces.cli.main import main, start_django
os.environ["DJANGO_SETTINGS_MODULE"] = "essor.project.settings"
start_django()
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    for place, name in enumerate(asked["streams"]):
        os.dup2(os.open(name, os.O_RDWR), place)
    sys.stdin = open(0)
    try:
        status = main(asked["words"])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else bool(end.code)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status or 0)
"""


class Nursery:
    """Where commands come from, all on one data folder."""

    def __init__(self, parent: subprocess.Popen[str], folder: Path) -> None:
        """Speak to `parent`, and exchange texts with its children in `folder`."""
        self._parent = parent
        self._streams = [folder / name for name in ("given", "shown", "errors")]

    def __call__(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command to its end, with `given` on its standard input."""
        for place, stream in enumerate(self._streams):
            stream.write_text(given if place == 0 else "", encoding="utf-8")
        asked = {"words": words, "streams": [str(stream) for stream in self._streams]}
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        status = int(self._parent.stdout.readline())
        shown, errors = (stream.read_text(encoding="utf-8") for stream in self._streams[1:])
        return subprocess.CompletedProcess([*PROGRAM, *words], status, shown, errors)


@contextmanager
def nursery(environment: Mapping[str, str]) -> Iterator[Nursery]:
    """Load the program with these settings, yield what runs its commands, and end it."""
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-c", _PARENT],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as parent,
    ):
        yield Nursery(parent, Path(folder))


def settings_of(folder: Path) -> dict[str, str]:
    """Return the environment of a program on this data folder and on nothing of the test run's."""
    ours = ("DATABASE_URL", "ESSOR_DATA", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if name not in ours} | {
        "ESSOR_DATA": str(folder)
    }
