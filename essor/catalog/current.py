"""The catalog as it is now: one small query per request or job tells whether the one in memory still is.

    with current.scope():        # a request (see `middleware`), a job, a command
        obj = current.get().object("Contact")

Inside a scope everybody sees one state from start to end. Nothing is loaded before the first use, so migrations
and other commands that never ask see the classes as the code defines them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from django.db import connection

from essor.catalog import attach, build
from essor.catalog.definitions import Catalog
from essor.catalog.models import CatalogVersion

_scope: ContextVar[Catalog | None] = ContextVar("catalog", default=None)
_refreshing = Lock()
_VERSION = f"SELECT number FROM {CatalogVersion._meta.db_table} WHERE id = 1"  # noqa: S608 -- a constant
_latest: Catalog | None = None


def get() -> Catalog:
    """Return the catalog of this request or job; outside of any, the newest at each call."""
    return _scope.get() or _newest()


def begin() -> Catalog:
    """Fix the newest catalog for this request or job (this thread or task) until `end`."""
    catalog = _newest()
    _scope.set(catalog)
    return catalog


def end() -> None:
    """Let go of the catalog that `begin` fixed."""
    _scope.set(None)


@contextmanager
def scope() -> Iterator[Catalog]:
    """Hold one state of the catalog for the body; a scope inside another one looks anew and gives back the outer."""
    outer = _scope.get()
    try:
        yield begin()
    finally:
        _scope.set(outer)


def committed() -> None:
    """Load what was just changed, and go on with it when inside a scope: actions call this on commit."""
    catalog = _newest()
    if _scope.get() is not None:
        _scope.set(catalog)


def version() -> int:
    """Return the stored version: 0 as long as nothing was defined at run time."""
    with connection.cursor() as cursor:  # once per request: worth sparing Django's work of writing this query
        cursor.execute(_VERSION)
        row = cursor.fetchone()
    return row[0] if row else 0


def _newest() -> Catalog:
    global _latest  # noqa: PLW0603 -- the one snapshot of the process
    latest = _latest
    if latest is not None and (_is_uncommitted() or latest.version == version()):
        return latest
    with _refreshing:
        # The version is read before the definitions: a change between the two is seen now and looked for again.
        stored = version()
        if _latest is None or _latest.version != stored:
            catalog = build.build(stored, build.read())
            attach.attach(catalog)
            _latest = catalog
        return _latest


def _is_uncommitted() -> bool:
    """Tell whether this connection sees a change that may still be rolled back: no class may get its columns yet."""
    return any(waiting[1] is committed for waiting in connection.run_on_commit)
