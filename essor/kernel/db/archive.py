"""A whole Essor in one file, and back: a consistent copy of the database, taken while people work, and the files.

SQLite is copied by its own backup interface, PostgreSQL by `pg_dump` and `pg_restore` (see `PG_BIN` in docs/deploying.md).
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from essor.kernel.errors import EssorError

FORMAT = 1
DATABASE, FILES, MANIFEST = "database", "files/", "manifest.json"


class ArchiveError(EssorError):
    """A backup or a restore cannot go on; the text says why."""

    code = "ARCHIVE"


@dataclass(frozen=True, slots=True)
class Archive:
    """What a backup holds: the database's vendor, when it was made, how many files."""

    vendor: str
    created: str
    files: int


def backup(path: Path) -> Archive:
    """Write everything to `path`; the name appears only when the file is complete. Raises ArchiveError."""
    made = Archive(connection.vendor, datetime.now(UTC).isoformat(timespec="seconds"), len(_files()))
    try:
        folder = tempfile.TemporaryDirectory(dir=path.resolve().parent)
    except OSError as error:
        raise ArchiveError(f"{path.resolve().parent} cannot be written: {error.strerror}") from error
    with folder as name:
        draft, database = Path(name) / "archive", Path(name) / DATABASE
        _dump(database)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **_facts(made)}))
            archive.write(database, DATABASE)
            for file in _files():
                archive.write(file, FILES + file.relative_to(settings.MEDIA_ROOT).as_posix())
        draft.replace(path)
    return made


def restore(path: Path, *, force: bool = False) -> Archive:
    """Bring back what a backup holds. Refuses to overwrite a database or files that are there without `force`."""
    found = inspect(path)
    if found.vendor != connection.vendor:
        raise ArchiveError(f"this is a backup of {found.vendor}, the database here is {connection.vendor}")
    if not force and (_has_tables() or _files()):
        raise ArchiveError("there is data here already; --force overwrites it")
    with tempfile.TemporaryDirectory(dir=_room()) as name, zipfile.ZipFile(path) as archive:
        database = Path(archive.extract(DATABASE, name))
        members = [member for member in archive.namelist() if member.startswith(FILES)]
        _check_members(members)
        archive.extractall(name, members)
        _load(database)
        _replace_files(Path(name) / FILES)
    return found


def inspect(path: Path) -> Archive:
    """Return what the file at `path` holds; ArchiveError when it is no complete backup."""
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            facts = json.loads(archive.read(MANIFEST))
    except (OSError, zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise ArchiveError(f"{path} is no backup of Essor, or not a complete one") from error
    if broken or facts.get("format") != FORMAT:
        raise ArchiveError(f"{path} is damaged or was made by another version")
    return Archive(facts["vendor"], facts["created"], facts["files"])


def _facts(made: Archive) -> dict[str, Any]:
    return {"vendor": made.vendor, "created": made.created, "files": made.files}


def _files() -> list[Path]:
    """Return the stored files; exports that wait for their download are left out."""
    content = Path(settings.MEDIA_ROOT) / "content"
    return sorted(file for file in content.rglob("*") if file.is_file()) if content.exists() else []


def _room() -> Path:
    """Return a folder on the disk of the files, so that moving them into place is renaming."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return root


def _check_members(members: Sequence[str]) -> None:
    """Refuse names that lead out of the folder."""
    for member in members:
        if ".." in Path(member).parts or Path(member).is_absolute():
            raise ArchiveError(f"the backup holds a file with a forbidden name: {member}")


def _replace_files(folder: Path) -> None:
    root = Path(settings.MEDIA_ROOT)
    shutil.rmtree(root / "content", ignore_errors=True)
    if (folder / "content").exists():
        (folder / "content").replace(root / "content")


def _has_tables() -> bool:
    with connection.cursor() as cursor:
        return bool(connection.introspection.table_names(cursor))


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(target) as copy:
            connection.connection.backup(copy)
        copy.close()
        return
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", *_address())


def _load(source: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(source) as copy:
            copy.backup(connection.connection)
        copy.close()
        connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
    _run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
        *_address(),
        str(source),
    )


def _address() -> list[str]:
    """Return the server's address for PostgreSQL's own tools; the password travels in the environment."""
    facts = connection.get_connection_params()
    found = [f"--dbname={facts['dbname']}"]
    for option, key in (("host", "host"), ("port", "port"), ("username", "user")):
        if facts.get(key):
            found.append(f"--{option}={facts[key]}")
    return found


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools; ArchiveError with its first line when it fails or is not installed."""
    place = shutil.which(program, path=os.environ.get("PG_BIN")) or shutil.which(program)
    if place is None:
        raise ArchiveError(
            f"{program} is not installed; it comes with PostgreSQL's client package (or name its folder with PG_BIN)"
        )
    password = str(connection.get_connection_params().get("password") or "")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run([place, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- our own arguments
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise ArchiveError(f"{program}: {lines[0]}")
