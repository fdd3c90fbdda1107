"""A real Essor for the browser: its own data folder, its own port, a small demo company."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

SCALE = "0.02"
PASSWORD = "decouverte"
STARTS_WITHIN, ATTEMPTS = 300.0, 3
PROGRAM = (sys.executable, "-m", "essor.faces.cli.main")


def free_port() -> int:
    """Return a port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, *, demo: bool = True, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start Essor, with further settings of the environment, yield its address, and stop it."""
    environment = _environment(folder)
    environment |= {"PORT": str(free_port()), "ESSOR_HOSTS": "127.0.0.1,localhost", **(settings or {})}
    if demo:
        command(folder, "demo", "--scale", SCALE)
    with (folder / "serve.log").open("w") as log:
        address, server = _started([*PROGRAM, "serve"], environment, log)
        try:
            yield address
        finally:
            server.terminate()
            server.wait(timeout=120)


def _started(
    words: list[str], environment: dict[str, str], log: IO[str]
) -> tuple[str, subprocess.Popen[bytes]]:
    """Return the address of a server that answers; somebody may take the free port before it does, so there are others."""
    for _attempt in range(ATTEMPTS):
        address = f"http://127.0.0.1:{environment['PORT']}"
        server = subprocess.Popen(words, env=environment, stdout=log, stderr=subprocess.STDOUT)
        if _answers(address, server):
            return address, server
        environment["PORT"] = str(free_port())
    message = f"no server of {ATTEMPTS} came up: see {log.name}"
    raise RuntimeError(message)


def make_administrator(folder: Path) -> None:
    """Make ana@example.fr, an English-speaking administrator, in an empty data folder."""
    who = ("ana@example.fr", "--name", "Ana Roux", "--profile", "System Administrator", "--language", "en")
    command(folder, "user", "add", *who, "--password-stdin", typed=PASSWORD)


def command(folder: Path, *words: str, typed: str = "") -> None:
    """Run a command of Essor on a data folder."""
    subprocess.run(
        [*PROGRAM, *words],
        env=_environment(folder),
        input=typed.encode(),
        check=True,
        capture_output=True,
        timeout=1200,
    )


def _environment(folder: Path) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return known | {"ESSOR_DATA": str(folder)}


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    """Wait for the first answer; False when the server has ended instead."""
    deadline = time.monotonic() + STARTS_WITHIN
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/session/login/", timeout=5).close()  # noqa: S310 -- our own loopback
        except OSError:
            if time.monotonic() > deadline:
                server.kill()
                raise
            time.sleep(0.3)
        else:
            return True
    return False
