"""Looks into pictures before anybody else gets them: real PNG, JPEG or GIF files, without what cameras write into them.

Where a photograph was taken, by whom and with what is taken out; how it is turned stays.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from essor.kernel.errors import FieldError, ValidationFailed

LARGEST, WIDEST = 5 * 1024 * 1024, 6000  # bytes, pixels
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
KEPT_CHUNKS = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
        b"acTL",
        b"fcTL",
        b"fdAT",
    }
)
KEPT_SEGMENTS = frozenset({0xE0, 0xE2, 0xEE})  # JFIF, colour profile, Adobe's colours
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN, FIRST_APP, LAST_APP, EXIF, COMMENT, ORIENTATION = 0xDA, 0xE0, 0xEF, 0xE1, 0xFE, 0x0112


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture that may be shown: its format, its size in pixels, its bytes."""

    format: Literal["png", "jpg", "gif"]
    width: int
    height: int
    content: bytes


def inspected(content: bytes) -> Raster:
    """Return a picture fit to be shown; ValidationFailed when it is none, is broken or too large."""
    if len(content) > LARGEST:
        raise refused(_("A picture has at most %(num)d MB.") % {"num": LARGEST // (1024 * 1024)})
    try:
        found = _read(content)
    except (struct.error, IndexError, ValueError):
        raise refused(_("This is no PNG, JPEG or GIF picture, or it is broken.")) from None
    if not (0 < found.width <= WIDEST and 0 < found.height <= WIDEST):
        raise refused(_("A picture is at most %(num)d pixels wide and high.") % {"num": WIDEST})
    return found


def refused(message: str) -> ValidationFailed:
    """Return the refusal of a picture."""
    return ValidationFailed([FieldError("picture", "INVALID_PICTURE", message)])


def _read(content: bytes) -> Raster:
    if content.startswith(PNG):
        width, height = struct.unpack(">II", content[16:24])
        return Raster("png", width, height, PNG + b"".join(_chunks(content)))
    if content.startswith(JPEG):
        return _jpeg(content)
    if content[:6] in (b"GIF87a", b"GIF89a") and content.rstrip(b"\x00").endswith(b";"):
        width, height = struct.unpack("<HH", content[6:10])
        return Raster("gif", width, height, content)
    raise ValueError


def _chunks(content: bytes) -> Iterator[bytes]:
    """Yield the chunks of a PNG that draw it; ValueError for one whose sum is wrong, or without an end."""
    at, name = len(PNG), b""
    while name != b"IEND":
        (length,) = struct.unpack(">I", content[at : at + 4])
        name, end = content[at + 4 : at + 8], at + 12 + length
        (check,) = struct.unpack(">I", content[end - 4 : end])
        if zlib.crc32(content[at + 4 : end - 4]) != check:
            raise ValueError
        if name in KEPT_CHUNKS:
            yield content[at:end]
        at = end


def _jpeg(content: bytes) -> Raster:
    parts, at, width, height, turned = [content[:2]], 2, 0, 0, 1
    while True:
        mark, kind = content[at], content[at + 1]
        if mark != 0xFF:  # noqa: PLR2004 -- every segment begins with it
            raise ValueError
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        segment = content[at : at + 2 + length]
        if kind in FRAMES:
            height, width = struct.unpack(">HH", segment[5:9])
        if kind == EXIF:
            turned = _orientation(segment) or turned
        if kind == SCAN:
            break
        if kind in KEPT_SEGMENTS or not (FIRST_APP <= kind <= LAST_APP or kind == COMMENT):
            parts.append(segment)
        at += 2 + length
    if not content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise ValueError
    if turned != 1:
        parts.insert(1, _turned(turned))
    return Raster("jpg", width, height, b"".join([*parts, content[at:]]))


def _orientation(segment: bytes) -> int:
    """Return how a photograph is turned (1 to 8), 0 when its Exif does not say."""
    body = segment[10:]
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    if segment[4:10] != b"Exif\x00\x00" or order is None:
        return 0
    try:
        (start,) = struct.unpack(f"{order}I", body[4:8])
        (count,) = struct.unpack(f"{order}H", body[start : start + 2])
        for number in range(count):
            tag, _kind, _n, value = struct.unpack(f"{order}HHIH", body[start + 2 + 12 * number :][:10])
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 0  # noqa: PLR2004 -- eight ways to hold a camera
    except struct.error:
        return 0
    return 0


def _turned(value: int) -> bytes:
    """Return an Exif segment that says how the photograph is turned, and nothing else."""
    body = b"Exif\x00\x00MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, value, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
