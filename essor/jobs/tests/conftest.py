"""What the tests of background work share: a clean registry and processes on the test database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from essor.jobs import live, progress
from essor.kernel import delivery, events

SCRIPT = Path(__file__).with_name("worker_process.py")


@pytest.fixture(autouse=True)
def _only_our_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave out the consumers and jobs of other rooms, and let no stream outlive its test."""
    monkeypatch.setattr(events, "CONSUMERS", {})
    monkeypatch.setattr(delivery, "CONSUMERS", events.CONSUMERS)
    monkeypatch.setattr(progress, "_functions", {})
    yield
    live.close()


def database_url() -> str:
    """Return the address of the test database for another process."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    options = {"host": settings["HOST"], "pool": "off"} | (
        {"port": settings["PORT"]} if settings["PORT"] else {}
    )
    login = quote(settings["USER"]) + (f":{quote(settings['PASSWORD'])}" if settings["PASSWORD"] else "")
    return f"postgres://{login}@/{settings['NAME']}?{urlencode(options)}"


StartWorker = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start_worker() -> Iterator[StartWorker]:
    """Start `worker_process.py` on the test database; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        environment = os.environ | {"DATABASE_URL": database_url()}
        process = subprocess.Popen(  # noqa: S603 -- our own script
            [sys.executable, str(SCRIPT), *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()
