"""The one folder a running Essor writes to: database, files, secret key, collected static files."""

import os
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key


def usable(folder: Path) -> Path:
    """The folder, made if needed; raises ImproperlyConfigured when nothing can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder.resolve()
    except OSError as error:
        message = (
            f"The data folder {folder} cannot be written ({error.strerror}): "
            "name another one with ESSOR_DATA=…"
        )
        raise ImproperlyConfigured(message) from error


def secret_key(folder: Path) -> str:
    """The key kept in the folder, drawn at the first start; only its owner may read it."""
    path = folder / "secret_key"
    if not path.exists():
        _write_once(path, get_random_secret_key())
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, content: str) -> None:
    """Two processes that start together must end up with the same key: the first link wins."""
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content)
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        Path(draft).unlink()
