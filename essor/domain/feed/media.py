"""What kind of file something is: by its name, and for what pages show, by its first bytes too."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from pathlib import Path

UNKNOWN = "application/octet-stream"
READ = 1024  # bytes: a PDF may begin with others

# How the kinds begin that pages show as pictures. A file that only bears such a name is offered as a plain download.
_BEGINS: Mapping[str, Callable[[bytes], bool]] = {
    "image/png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "image/gif": lambda head: head.startswith((b"GIF87a", b"GIF89a")),
    "image/webp": lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP",
    "application/pdf": lambda head: b"%PDF-" in head,
}


def type_of(name: str, path: Path) -> str:
    """Return the media type of the file at `path`, which somebody calls `name`."""
    guess = mimetypes.guess_type(name)[0] or UNKNOWN
    begins = _BEGINS.get(guess)
    if begins is None:
        return guess
    with path.open("rb") as file:
        return guess if begins(file.read(READ)) else UNKNOWN
