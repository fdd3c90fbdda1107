"""Versions of a file at a record: a new one, the old ones kept, one brought back; for those who may only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from essor.domain.feed.models import ContentDocument, ContentVersion
from essor.faces.web.conftest import New, text
from essor.kernel import ids


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(client: Client, address: str, name: str, content: bytes) -> Any:
    return client.post(address, {"file": SimpleUploadedFile(name, content)}, HTTP_HX_REQUEST="true")


def test_a_new_version_leaves_the_old_one_and_either_may_be_the_newest(admin: Client, new: New) -> None:
    account = new("Account", Name="Acme")
    upload(admin, f"/r/{account}/files", "offer.txt", b"first")
    file = ids.encode("069", ContentDocument.objects.get().pk)
    address = f"/r/{account}/files/{file}"
    answer = upload(admin, f"{address}/versions", "offer-2.html", b"<b>second</b>")
    assert "offer-2.html" in text(answer)
    assert b"".join(admin.get(f"{address}/versions/1")) == b"first"
    newest = admin.get(f"{address}?show=1")
    assert b"".join(newest) == b"<b>second</b>"
    assert newest.headers["Content-Type"] == "application/octet-stream"
    assert newest.headers["Content-Disposition"].startswith("attachment")
    assert newest.headers["X-Content-Type-Options"] == "nosniff"
    admin.post(f"{address}/versions/1/restore")
    assert b"".join(admin.get(address)) == b"first"
    assert [
        int(one) for one in ContentVersion.objects.order_by("pk").values_list("version_number", flat=True)
    ] == [1, 2, 3]
    assert admin.get(f"{address}/versions/9").status_code == 404


def test_a_file_of_another_record_is_not_reached(admin: Client, new: New) -> None:
    one, other = new("Account", Name="One"), new("Account", Name="Other")
    upload(admin, f"/r/{one}/files", "offer.txt", b"first")
    file = ids.encode("069", ContentDocument.objects.get().pk)
    assert admin.get(f"/r/{other}/files/{file}/versions").status_code == 404
    assert upload(admin, f"/r/{other}/files/{file}/versions", "x.txt", b"x").status_code == 404
