"""Pictures of the pages of PDF files: drawn once per content by a job, kept beside the store, made anew when they are gone.

Pages show these pictures and never the PDF itself, which may hold scripts. Whatever a document does to its reader
happens in another process (`rendering.py`), which ends after half a minute at the latest.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from essor.domain.feed import rendering, store
from essor.jobs.tasks import task

logger = logging.getLogger(__name__)
PDF = "application/pdf"
PATIENCE = 60.0  # seconds for one document, waiting for the disk included
COUNT = "pages"


@dataclass(frozen=True, slots=True)
class Preview:
    """What was drawn of a document: how many pages it has (0: it cannot be shown), how many of them are pictures."""

    pages: int
    drawn: int


def found(path: str) -> Preview | None:
    """Return what was drawn of the bytes at `path` of the store; None when nobody tried yet."""
    try:
        pages = int((_folder(path) / COUNT).read_text())
    except OSError:
        return None
    return Preview(pages, min(pages, rendering.MOST))


def picture(path: str, number: int) -> Path | None:
    """Return the picture of a page, counted from 1; 0 is the first page as a small one. None when there is none."""
    file = _folder(path) / f"{number}.png"
    return file if file.exists() else None


def prepare(path: str) -> None:
    """Let the pages be drawn, unless they are."""
    if found(path) is None:
        draw.enqueue(path)


@task()
def draw(path: str) -> None:
    """Draw the pages of the PDF at `path` of the store. Of one that cannot be read this is remembered."""
    target = _folder(path)
    if found(path) is not None or not (store.folder() / path).exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    try:
        pages = _pages(store.folder() / path, draft)
        (draft / COUNT).write_text(str(pages))
        draft.replace(target)
    except OSError:
        # Another worker was quicker; what it drew is the same.
        if found(path) is None:
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _pages(document: Path, folder: Path) -> int:
    command = [sys.executable, "-I", rendering.__file__, str(document), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True, env={})  # noqa: S603 -- our own program
        return int(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        logger.warning("The PDF %s cannot be drawn: %s", document.name, error)
        return 0


def _folder(path: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "previews" / path
