"""Pictures of the library are pictures, say nothing about who took them, and are found by their address only."""

from __future__ import annotations

import struct
import zlib

import pytest

from essor.access.actor import Actor, actor_for
from essor.access.tests.samples import MakeUser
from essor.domain.feed.models import ContentVersion
from essor.domain.marketing.letters import pictures, raster
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 2, height: int = 1, *more: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\x00" + b"\x10\x20\x30" * width) * height)
    return raster.PNG + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(*segments: bytes) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 40, 60, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8"
        + b"".join(segments)
        + frame
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
        + b"\x12\x34\xff\xd9"
    )


def exif(turned: int) -> bytes:
    entries = struct.pack(">HHIHH", raster.ORIENTATION, 3, 1, turned, 0)
    body = b"Exif\x00\x00MM\x00*" + struct.pack(">IH", 8, 1) + entries + b"\x00\x00\x00\x00 GPS 45.76N"
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def test_what_a_camera_wrote_is_taken_out() -> None:
    found = raster.inspected(png(2, 1, chunk(b"tEXt", b"Author\x00Ana")))
    assert (found.format, found.width, found.height) == ("png", 2, 1)
    assert b"Ana" not in found.content

    photo = raster.inspected(jpeg(exif(6), b"\xff\xfe\x00\x05Ana"))
    assert (photo.format, photo.width, photo.height) == ("jpg", 60, 40)
    assert b"GPS" not in photo.content
    assert b"Ana" not in photo.content
    assert raster.inspected(photo.content).content == photo.content, "how it is turned stays"
    assert struct.pack(">H", raster.ORIENTATION) in photo.content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"RIFF1234WEBP",
        png()[:-10],
        png().replace(b"\x10\x20", b"\x10\x21") + b"x",
        png()[:40] + b"\x00" + png()[41:],
        raster.PNG,
        jpeg()[:-2],
        b"\xff\xd8\xff\xe0\x00",
        b"GIF89a\x01\x00\x01\x00",
        png(7000, 1),
        b"GIF89a\x00\x00\x00\x00;",
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    if content.endswith(b"x"):
        assert raster.inspected(content).content == content[:-1]
        return
    with pytest.raises(ValidationFailed):
        raster.inspected(content)


@pytest.mark.django_db
def test_a_picture_is_a_file_of_its_own_and_stays_for_mails_already_out(
    admin: Actor, make_user: MakeUser, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    one = pictures.add(admin, "../Été 2027.PNG", [png()])
    address = pictures.address(one).removeprefix(pictures.LIBRARY)
    path, media_type = pictures.place(address)
    assert (path.read_bytes(), media_type, one.name) == (png(), "image/png", "Été 2027")
    assert ContentVersion.objects.get(content_document=one.document_id).content_size == len(png()), (
        "counted in the quota"
    )

    pictures.remove(admin, one.token)
    assert pictures.library() == []
    assert pictures.place(address)[0] == path
    for strange in ("x.png", f"{one.token}.gif", f"../{address}", address.rpartition(".")[0]):
        with pytest.raises(NotFound):
            pictures.place(strange)
    with pytest.raises(Forbidden):
        pictures.add(actor_for(make_user("reader", "Read Only")), "a.png", [png()])
