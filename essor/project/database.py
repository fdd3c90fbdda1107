"""Turns a DATABASE_URL into Django's settings for SQLite or PostgreSQL."""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BUSY_TIMEOUT = 20  # seconds a writer waits for another one before SQLite gives up
POOL_SIZE = 24  # well under PostgreSQL's usual limit of 100, with room for a worker and a console

# What a page anywhere costs beside the next one, of which PostgreSQL supposes four (docs/decisions/random-pages-are-cheap.md).
RANDOM_PAGES = "-c random_page_cost=1.1"


def settings_for(url: str) -> dict[str, Any]:
    """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgres://user:password@host:port/name?option=value`.

    Raises ImproperlyConfigured for any other form.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(parts)
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql(parts)
    message = "DATABASE_URL must look like sqlite:///path/to/file or postgres://user:password@host:port/name"
    raise ImproperlyConfigured(message)


def _sqlite(parts: SplitResult) -> dict[str, Any]:
    path = unquote(parts.path).removeprefix("/")
    if parts.netloc or not path or path == ":memory:":
        message = (
            "DATABASE_URL for SQLite must name a file: sqlite:///relative/path or sqlite:////absolute/path"
        )
        raise ImproperlyConfigured(message)
    file = Path(path).absolute()
    return {
        "ENGINE": "essor.kernel.db.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": None,  # threads live long; opening the file anew reads the whole schema
        "OPTIONS": {
            "timeout": BUSY_TIMEOUT,
            # A transaction that starts reading and then writes cannot wait for its turn; one that
            # takes the write lock at once can.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        # A file and not memory: tests with threads and processes need one database.
        "TEST": {"NAME": str(file.with_name(f"test_{file.name}"))},
    }


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    name = unquote(parts.path).removeprefix("/")
    if not name:
        message = "DATABASE_URL for PostgreSQL must end with the database's name: postgres://host/name"
        raise ImproperlyConfigured(message)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    # libpq's own way to name a socket folder: postgres:///name?host=/run/postgresql
    host = options.pop("host", "") or unquote(parts.hostname or "")
    if options.pop("pool", "on") != "off":
        # A pool, not a connection per thread: threads that wait for something else hold none.
        options["pool"] = {"min_size": 1, "max_size": POOL_SIZE}
        options.setdefault("options", RANDOM_PAGES)  # PgBouncer, which needs no pool of ours, would refuse it
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        # The pool hands out what it has; without a look first, a restarted server breaks a request per connection.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
