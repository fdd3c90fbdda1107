"""Where the bytes of files are: one file per content, named by its SHA-256, below the data folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from essor.kernel.errors import FieldError, ValidationFailed

LARGEST = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes at rest: SHA-256 in hex, size in bytes, place relative to the store."""

    checksum: str
    size: int
    path: str


def folder() -> Path:
    """Return the store's folder."""
    return Path(settings.MEDIA_ROOT) / "content"


def keep(chunks: Iterable[bytes], *, largest: int = LARGEST) -> Stored:
    """Write bytes to the store; ValidationFailed beyond `largest`. The same content is kept once.

    The name appears only when all is written and flushed, so a crash leaves no half file under a good name.
    """
    folder().mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, draft = tempfile.mkstemp(dir=folder())
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > largest:
                    raise too_large(largest)  # noqa: TRY301 -- the draft is removed below
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        checksum = digest.hexdigest()
        path = f"{checksum[:2]}/{checksum[2:]}"
        (folder() / checksum[:2]).mkdir(exist_ok=True)
        Path(draft).replace(folder() / path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return Stored(checksum, size, path)


def too_large(largest: int) -> ValidationFailed:
    """Return the refusal of a file that is too large."""
    message = _("The file is larger than %(size)d MB.") % {"size": largest // (1024 * 1024)}
    return ValidationFailed([FieldError("", "FILE_SIZE_LIMIT_EXCEEDED", message)])
