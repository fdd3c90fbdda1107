"""`make up` refuses in one clear line, before it has changed anything."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what the set-up reads, and no environment yet."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    return tmp_path


def interpreter(folder: Path, script: str) -> str:
    """A program that answers like some Python; returns its path."""
    path = folder / "python-of-the-test"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def refusal(checkout: Path, python: str) -> str:
    """The one line on stderr of a set-up that refused."""
    done = subprocess.run(
        ["sh", "scripts/setup.sh"],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert not (checkout / ".venv").exists()
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_an_old_python_is_named_with_its_version(checkout: Path) -> None:
    python = interpreter(checkout, 'case "$2" in *platform*) echo 3.9.2;; *) exit 1;; esac')
    line = refusal(checkout, python)
    assert "Python 3.11 or newer is needed" in line
    assert "is 3.9.2" in line


def test_a_missing_python_is_said(checkout: Path) -> None:
    assert "does not run" in refusal(checkout, "/nowhere/python3")


def test_debian_without_venv_is_told_which_package_to_install(checkout: Path) -> None:
    python = interpreter(
        checkout,
        'case "$2" in *platform*) echo 3.12.1;; *ensurepip*) exit 1;; *-venv*) echo python3.12-venv;; esac',
    )
    assert "apt install python3.12-venv" in refusal(checkout, python)


def test_a_read_only_folder_is_said(checkout: Path) -> None:
    checkout.chmod(0o555)
    try:
        (checkout / "probe").touch()
    except OSError:
        assert "cannot be written" in refusal(checkout, "python3")
    else:  # the super-user may write anywhere
        (checkout / "probe").unlink()
        pytest.skip("permissions do not bind this user")
    finally:
        checkout.chmod(0o755)
