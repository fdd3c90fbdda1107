"""What stands between an upload and the store: a virus scanner that speaks clamd's protocol, and the room that is left."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.feed import attach, store
from essor.domain.feed.models import ContentVersion
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.save import save

VIRUS = b"a harmless stand-in for a virus"


class Scanner(socketserver.StreamRequestHandler):
    """The INSTREAM command as clamd answers it."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        body = b""
        while (size := struct.unpack(">I", self.rfile.read(4))[0]) > 0:
            body += self.rfile.read(size)
        self.wfile.write(b"stream: Test.Virus-1 FOUND\0" if VIRUS in body else b"stream: OK\0")


@pytest.fixture
def scanner(settings: Any) -> Iterator[None]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD = f"127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def put(actor: Actor, *parts: bytes, name: str = "file.txt") -> int:
    account = save(actor, Change("Account", {"Name": "Acme"}, accept_duplicates=True)).id
    return attach.attach(actor, current.get().object("Account"), account, name, parts)


def kept() -> list[Path]:
    return [one for one in store.folder().rglob("*") if one.is_file()]


def test_a_clean_file_passes_whatever_its_length(boss: Actor, scanner: None) -> None:
    put(boss, b"x" * 200_000)
    assert ContentVersion.objects.get().content_size == 200_000
    assert len(kept()) == 1


def test_an_infected_file_is_refused_by_name_and_leaves_nothing(boss: Actor, scanner: None) -> None:
    with pytest.raises(ValidationFailed, match=r"Test\.Virus-1") as refused:
        put(boss, b"x" * 70_000, VIRUS)
    assert refused.value.errors[0].code == "FILE_INFECTED"
    assert not ContentVersion.objects.exists()
    assert not kept()


def test_while_the_scanner_is_away_nothing_is_let_in(boss: Actor, settings: Any) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Scanner) as server:
        settings.CLAMD = f"127.0.0.1:{server.server_address[1]}"
    with pytest.raises(ValidationFailed, match="cannot be checked"):
        put(boss, b"hello")
    assert not kept()


def test_room_is_counted_by_person_and_for_the_company(boss: Actor, rep: Actor, settings: Any) -> None:
    settings.FILES_QUOTA_PER_USER_MB, settings.FILES_QUOTA_MB = 1, 2
    part = b"y" * 700_000
    put(boss, part)
    with pytest.raises(ValidationFailed, match="1 MB that each person has"):
        put(boss, part, b"z")
    put(rep, part)
    settings.FILES_QUOTA_PER_USER_MB = 0
    with pytest.raises(ValidationFailed, match="2 MB that the company has"):
        put(boss, part, b"w")
    assert len(kept()) == 1


def test_a_file_that_only_bears_the_name_of_a_picture_is_none(boss: Actor) -> None:
    for content, name in (
        (b"<svg onload=x>", "a.png"),
        (b"\x89PNG\r\n\x1a\n", "b.png"),
        (b"MZ", "c.pdf"),
        (b"x", "d.txt"),
    ):
        put(boss, content, name=name)
    types = ContentVersion.objects.order_by("pk").values_list("content_document__file_type", flat=True)
    assert list(types) == ["application/octet-stream", "image/png", "application/octet-stream", "text/plain"]
