"""A DATABASE_URL says everything about the database, or is refused in one sentence."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from essor.project.database import settings_for


def test_a_relative_sqlite_file_is_taken_from_the_current_folder() -> None:
    found = settings_for("sqlite:///data/my%20crm.sqlite3")
    assert found["ENGINE"] == "essor.kernel.db.sqlite3"
    assert found["NAME"] == str(Path.cwd() / "data" / "my crm.sqlite3")
    assert found["TEST"]["NAME"] == str(Path.cwd() / "data" / "test_my crm.sqlite3")


def test_four_slashes_make_an_absolute_path() -> None:
    assert settings_for("sqlite:////srv/essor.db")["NAME"] == "/srv/essor.db"


def test_every_part_of_a_postgresql_address_is_kept() -> None:
    found = settings_for("postgres://ana:p%40ss@db.example:6432/crm?sslmode=require")
    assert found["ENGINE"] == "django.db.backends.postgresql"
    parts = (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"])
    assert parts == ("ana", "p@ss", "db.example", "6432", "crm")
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["pool"]["max_size"] > 1
    assert "random_page_cost" in found["OPTIONS"]["options"]


def test_what_an_address_says_of_the_server_stands_above_our_own() -> None:
    found = settings_for("postgres://db.example/crm?options=-c%20random_page_cost=4")
    assert found["OPTIONS"]["options"] == "-c random_page_cost=4"


def test_a_socket_folder_is_named_as_libpq_does() -> None:
    found = settings_for("postgresql://postgres:@/postgres?host=/run/postgresql&pool=off")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/postgresql", "", {})


@pytest.mark.parametrize(
    "url",
    ["", "mysql://localhost/crm", "sqlite://", "sqlite:///:memory:", "sqlite://host/file", "postgres://host"],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        settings_for(url)
