"""The `essor` program as people and scripts call it: a process of its own on a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from essor.faces.cli.tests.nursery import PROGRAM, nursery, settings_of
from essor.kernel import locks
from essor.project.testing import start_with_tables

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def essor(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Run]:
    """Return a runner of commands on one data folder (SQLite, the default)."""
    folder = tmp_path_factory.mktemp("essor")
    start_with_tables(folder)
    with nursery(settings_of(folder)) as run:
        made = run(
            "user",
            "add",
            "ana@example.fr",
            "--name",
            "Ana Roux",
            "--profile",
            "System Administrator",
            "--role",
            "Sales rep",
            "--language",
            "en",
            "--password-stdin",
            given="correct horse battery\n",
        )
        assert made.returncode == 0, made.stderr
        yield run


def test_a_command_waits_while_the_first_start_makes_the_tables(
    tmp_path: Path, django_db_setup: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "essor.sqlite3"))
    with locks.alone_with_tables(lambda: None):
        command = subprocess.Popen(  # noqa: S603 -- our own program
            [*PROGRAM, "query", "SELECT Name FROM Profile", "--format", "csv"],
            env=settings_of(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert command.stderr is not None
        assert "waiting for it" in command.stderr.readline()
        start_with_tables(tmp_path)
    shown, errors = command.communicate(timeout=120)
    assert (command.returncode, errors) == (0, "")
    assert "Administrateur système" in shown


def test_help_names_every_command(essor: Run) -> None:
    shown = essor("--help").stdout
    for name in (
        "serve",
        "worker",
        "import",
        "export",
        "query",
        "user",
        "field",
        "object",
        "demo",
        "check",
        "backup",
        "restore",
    ):
        assert name in shown


def test_an_import_of_a_french_file_with_refused_rows(essor: Run, tmp_path: Path) -> None:
    people, rejects = tmp_path / "people.csv", tmp_path / "out.csv"
    people.write_text("Courriel;Nom\nana@acme.fr;Roux\nnonsense;Petit\n", encoding="cp1252")
    done = essor(
        "import",
        "Contact",
        str(people),
        "--map",
        "Courriel=Email",
        "--map",
        "Nom=LastName",
        "--match",
        "Email",
        "--rejects",
        str(rejects),
    )
    assert "1 created" in done.stdout, done.stderr
    assert done.returncode == 2
    assert "Petit" in rejects.read_text(encoding="utf-8")
    again = essor(
        "import",
        "Contact",
        str(people),
        "--map",
        "Courriel=Email",
        "--map",
        "Nom=LastName",
        "--match",
        "Email",
    )
    assert "0 created" in again.stdout
    assert "row 2: Courriel:" in again.stderr  # without --rejects the reason is told at once


def test_a_field_with_a_formula_is_there_at_once(essor: Run, tmp_path: Path) -> None:
    added = essor(
        "field", "add", "Contact", "Score__c", "--kind", "number", "--label", "Score", "--option", "scale=2"
    )
    assert added.returncode == 0, added.stderr
    formula = essor("field", "add", "Contact", "Twice__c", "--kind", "number", "--formula", "Score__c * 2")
    assert formula.returncode == 0, formula.stderr
    people = tmp_path / "people.csv"
    people.write_text("LastName,Score__c\nTwofold,3.5\n", encoding="utf-8")
    assert essor("import", "Contact", str(people)).returncode == 0
    asked = "SELECT Twice__c FROM Contact WHERE LastName = 'Twofold'"
    [found] = json.loads(essor("query", asked, "--format", "json").stdout)["records"]
    assert found["Twice__c"] == 7
    wrong = essor("field", "add", "Contact", "Bad__c", "--kind", "number", "--formula", "Nope__c + ")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)


def test_an_object_of_ones_own(essor: Run) -> None:
    assert essor("object", "add", "Site__c", "--label", "Site", "--plural", "Sites").returncode == 0
    assert essor("query", "SELECT Name FROM Site__c").returncode == 0


def test_checking_queries(essor: Run, tmp_path: Path) -> None:
    assert essor("query", "--check", "SELECT Name FROM Account").returncode == 0
    wrong = essor("query", "--check", "SELECT Nope FROM Account")
    assert (wrong.returncode, wrong.stdout.split()[0]) == (2, "INVALID_FIELD")
    file = tmp_path / "queries.txt"
    file.write_text("SELECT Name FROM Account\nSELECT Name FROM Nothing\nSELECT FROM\n", encoding="utf-8")
    verdicts = essor("query", "--check", "--file", str(file)).stdout.splitlines()
    assert [verdict.split()[0] for verdict in verdicts] == ["ok", "INVALID_TYPE", "MALFORMED_QUERY"]


def test_errors_are_one_line_and_status_2(essor: Run) -> None:
    for arguments in (
        ["query", "SELECT"],
        ["import", "Contact", "missing.csv"],
        ["field", "add", "Nothing", "X", "--kind", "text"],
    ):
        done = essor(*arguments)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "Traceback" not in done.stderr


def test_what_cannot_work_is_said_in_one_line(essor: Run, tmp_path: Path) -> None:
    refused = essor("export", "Account", str(tmp_path / "all.pdf"))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    nobody = {**os.environ, "ESSOR_DATA": str(tmp_path), "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    done = subprocess.run(  # noqa: S603 -- our own program
        [*PROGRAM, "check"], env=nobody, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "the database does not answer" in done.stderr


def test_backup_and_restore(essor: Run, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    assert essor("backup", str(file)).returncode == 0
    assert essor("backup", str(file)).returncode == 2
    assert essor("restore", str(file)).returncode == 2, "there is data: it must refuse"
    assert essor("import", "Account", str(_accounts(tmp_path))).returncode == 0
    restored = essor("restore", str(file), "--force")
    assert restored.returncode == 0, restored.stderr
    assert "(0)" in essor("query", "SELECT Name FROM Account WHERE Name = 'After the backup'").stdout
    broken = tmp_path / "broken.zip"
    broken.write_bytes(file.read_bytes()[:-200])
    assert "no backup" in essor("restore", str(broken), "--force").stderr


def _accounts(folder: Path) -> Path:
    path = folder / "accounts.csv"
    path.write_text("Name\nAfter the backup\n", encoding="utf-8")
    return path
