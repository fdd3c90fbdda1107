"""Draws the pages of a PDF as PNG pictures: a program of its own, as a PDF may be written to harm whoever opens it.

    python -I rendering.py document.pdf folder

It knows nothing of the house, has no open files of it, and limits its memory and time before it reads the document.
The folder gets `0.png`, the first page as a small picture, then `1.png` … for at most MOST pages; the number of pages
that the document has goes to the standard output. Any error ends it with a code other than 0.
"""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

import pypdfium2

MOST = 20  # pages drawn
PAGE = (1000, 2000)  # pixels that a page may be wide and high
SMALL = (96, 128)
MEMORY, SECONDS, LARGEST = 1 << 30, 30, 64 << 20  # bytes, seconds of CPU, bytes of one written file


def main(document: str, folder: str) -> None:
    """Draw the document's first pages."""
    _limit()
    source = pypdfium2.PdfDocument(document)
    for number in range(min(len(source), MOST)):
        page = source[number]
        if number == 0:
            (Path(folder) / "0.png").write_bytes(_drawn(page, SMALL))
        (Path(folder) / f"{number + 1}.png").write_bytes(_drawn(page, PAGE))
        page.close()
    sys.stdout.write(str(len(source)))


def _limit() -> None:
    """Bound what the document can make this process take, where the system knows how."""
    try:
        import resource  # noqa: PLC0415 -- not on every system
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST),
    ):
        resource.setrlimit(what, (most, most))


def _drawn(page: pypdfium2.PdfPage, box: tuple[int, int]) -> bytes:
    width, height = page.get_size()
    bitmap = page.render(scale=min(box[0] / width, box[1] / height), rev_byteorder=True, prefer_bgrx=False)
    lines = bytes(bitmap.buffer)
    rows = (
        lines[start : start + bitmap.width * bitmap.n_channels]
        for start in range(0, bitmap.stride * bitmap.height, bitmap.stride)
    )
    return png(bitmap.width, bitmap.height, b"".join(b"\0" + row for row in rows), bitmap.n_channels)


def png(width: int, height: int, rows: bytes, channels: int) -> bytes:
    """Return a PNG of 8 bits a channel: `rows` are the lines of pixels, each behind its filter's number."""
    kind = {1: 0, 3: 2, 4: 6}[channels]  # grey, RGB, RGBA

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 6))
        + chunk(b"IEND", b"")
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
