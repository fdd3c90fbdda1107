"""A small company, somebody who imports, and files to import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from essor.access import testing
from essor.access.actor import Actor, actor_for
from essor.access.defaults import ADMINISTRATOR
from essor.access.view import catalog_for
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.domain.exchange import engine, mapping, table
from essor.domain.exchange.models import Import, Mode
from essor.domain.exchange.start import Settings, prepare

Write = Callable[..., Path]
Load = Callable[..., Import]


@pytest.fixture
def admin(db: None) -> Actor:
    return person("Admin", ADMINISTRATOR)


def person(name: str, profile: str) -> Actor:
    return actor_for(testing.person(name, profile))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of lines, or of bytes as they are."""

    def to_file(*lines: str, encoding: str = "utf-8", name: str = "file.csv", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_bytes(end.join(lines).encode(encoding))
        return path

    return to_file


@pytest.fixture
def load(admin: Actor) -> Load:
    """Import a file as the administrator; the columns are proposed unless told."""

    def run(object_name: str, path: Path, *, actor: Actor = admin, **settings: Any) -> Import:
        return engine.run(actor, ready(actor, object_name, path, **settings))

    return run


def ready(actor: Actor, object_name: str, path: Path, **settings: Any) -> Import:
    shape = table.inspect(path)
    catalog = catalog_for(actor)
    columns = mapping.propose(shape.headers, catalog.object(object_name), catalog) | settings.pop("map", {})
    if settings.get("match"):
        settings.setdefault("mode", Mode.UPSERT)
    return prepare(actor, object_name, path, Settings(mapping=columns, **settings), shape=shape)


def counts(work: Import) -> tuple[int, int, int, int]:
    """Return how many rows were created, updated, left alone, refused."""
    return work.created, work.updated, work.unchanged, work.refused


def reasons(work: Import) -> Sequence[dict[str, str]]:
    return list(work.refusals.order_by("row").values_list("reasons", flat=True))
