"""A real Essor for the browser: its own data folder, its own port, a small demo company."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCALE = "0.02"
PASSWORD = "decouverte"
STARTS_WITHIN = 120.0


def free_port() -> int:
    """Return a port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, *, demo: bool = True) -> Iterator[str]:
    """Start Essor, yield its address, and stop it."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"ESSOR_DATA": str(folder), "PORT": str(free_port()), "ESSOR_HOSTS": "127.0.0.1,localhost"}
    program = [sys.executable, "-m", "essor.faces.cli.main"]
    if demo:
        subprocess.run(
            [*program, "demo", "--scale", SCALE],
            env=environment,
            check=True,
            capture_output=True,
            timeout=300,
        )
    address = f"http://127.0.0.1:{environment['PORT']}"
    with (folder / "serve.log").open("w") as log:
        server = subprocess.Popen([*program, "serve"], env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(address)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=60)


def make_administrator(folder: Path) -> None:
    """Make ana@example.fr, an English-speaking administrator, in an empty data folder."""
    command = [
        sys.executable, "-m", "essor.faces.cli.main", "user", "add", "ana@example.fr", "--name", "Ana Roux",
        "--profile", "System Administrator", "--language", "en", "--password-stdin",
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"ESSOR_DATA": str(folder)}
    subprocess.run(
        command, env=environment, input=PASSWORD.encode(), check=True, capture_output=True, timeout=120
    )


def _wait(address: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            urllib.request.urlopen(f"{address}/session/login/", timeout=5).close()  # noqa: S310 -- our own loopback
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
        else:
            return
