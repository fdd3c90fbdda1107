"""Pages of a PDF become pictures in a process of their own; what cannot be read is remembered as such."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from essor.domain.feed import previews, store


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def pdf(pages: int, folder: Path) -> bytes:
    """Return a PDF of blank pages twice as high as wide."""
    document = pypdfium2.PdfDocument.new()
    for _number in range(pages):
        document.new_page(200, 400)
    document.save(folder / "made.pdf")
    return (folder / "made.pdf").read_bytes()


def test_pages_are_drawn_once_up_to_a_limit(tmp_path: Path) -> None:
    path = store.keep([pdf(21, tmp_path)]).path
    assert previews.found(path) is None
    previews.draw.func(path)
    assert previews.found(path) == previews.Preview(pages=21, drawn=20)
    picture = previews.picture(path, 20)
    assert picture is not None
    assert previews.picture(path, 21) is None
    body = picture.read_bytes()
    size = struct.unpack(">II", body[16:24])
    assert size == (1000, 2000)
    start = body.index(b"IDAT") + 4
    rows = zlib.decompress(body[start:-16])
    assert len(rows) == 2000 * (1 + 1000 * 3)
    assert rows[:4] == b"\0\xff\xff\xff"
    picture.write_bytes(b"kept")
    previews.draw.func(path)
    assert picture.read_bytes() == b"kept"


def test_what_is_no_pdf_is_tried_once_and_leaves_no_picture() -> None:
    path = store.keep([b"%PDF-1.7 and then nothing of the kind"]).path
    previews.draw.func(path)
    assert previews.found(path) == previews.Preview(pages=0, drawn=0)
    assert previews.picture(path, 0) is None
    previews.draw.func("00/gone")
    assert previews.found("00/gone") is None
