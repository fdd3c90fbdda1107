"""Files on a record's page: a PDF is looked at as pictures, one file is put at several records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from essor.access.actions import set_org_default
from essor.access.actor import Actor
from essor.domain.feed import attach, previews
from essor.domain.feed.models import ContentDocument, ContentVersion
from essor.faces.web.conftest import New, text
from essor.faces.web.records import files
from essor.kernel import ids


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def put(client: Client, record: str, name: str, content: bytes) -> str:
    client.post(f"/r/{record}/files", {"file": SimpleUploadedFile(name, content)}, HTTP_HX_REQUEST="true")
    return ids.encode("069", ContentDocument.objects.latest("pk").pk)


def test_a_pdf_is_shown_as_pictures_and_handed_out_as_a_download(
    admin: Client, new: New, tmp_path: Path
) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    document.save(tmp_path / "made.pdf")
    account = new("Account", Name="Acme")
    address = f"/r/{account}/files/" + put(admin, account, "offer.pdf", (tmp_path / "made.pdf").read_bytes())
    assert "preview?asked=1" in text(admin.get(f"{address}/preview"))
    assert admin.get(f"{address}/pages/1").status_code == 404
    previews.draw.func(ContentVersion.objects.get().path)
    assert f"{address}/pages/1" in text(admin.get(f"{address}/preview"))
    assert f"{address}/pages/0" in text(admin.get(f"/r/{account}/files"))
    page = admin.get(f"{address}/pages/1")
    assert b"".join(page).startswith(b"\x89PNG")
    assert (page.headers["Content-Type"], page.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    for asked in (address, f"{address}?show=1"):
        whole = admin.get(asked)
        assert whole.headers["Content-Type"] == "application/octet-stream"
        assert whole.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in whole.headers["Content-Security-Policy"]
    page = put(admin, account, "page.html", b"<script>alert(1)</script>")
    assert admin.get(f"/r/{account}/files/{page}/preview").status_code == 404


def test_a_refused_file_keeps_none_of_the_others_out_and_is_named(
    admin: Client, new: New, settings: Any
) -> None:
    settings.FILES_QUOTA_PER_USER_MB = 1
    account = new("Account", Name="Acme")
    sizes = {"small.txt": 10, "large.bin": 1024 * 1024, "other.txt": 10}
    answer = admin.post(
        f"/r/{account}/files",
        {"file": [SimpleUploadedFile(name, b"x" * size) for name, size in sizes.items()]},
        HTTP_HX_REQUEST="true",
    )
    assert answer.status_code == 422
    assert "large.bin: Your files would take more than the 1 MB" in text(answer)
    assert "2 files added" in answer.headers["HX-Trigger-After-Swap"]
    listed = text(admin.get(f"/r/{account}/files"))
    assert ["small.txt" in listed, "large.bin" in listed, "other.txt" in listed] == [True, False, True]


def test_one_file_is_put_at_a_second_record_and_taken_away_again(admin: Client, new: New) -> None:
    account, deal = new("Account", Name="Acme"), new("Lead", LastName="Roux", Company="Zenith")
    file = put(admin, account, "offer.txt", b"x")
    address = f"/r/{account}/files/{file}"
    assert admin.post(f"{address}/links", {"LinkedEntityId": ""}).status_code == 422
    assert "Roux" in text(admin.post(f"{address}/links", {"LinkedEntityId": deal}))
    assert "offer.txt" in text(admin.get(f"/r/{deal}/files"))
    assert "on 1 more record" in text(admin.get(f"/r/{account}/files"))
    answer = admin.post(f"/r/{deal}/files/{file}/unlink")
    assert "offer.txt" not in text(answer)
    assert admin.post(f"{address}/unlink").status_code == 422


def test_the_page_of_a_file_itself_keeps_the_secret_of_its_record(
    admin: Client, seller: Client, actor: Actor, new: New
) -> None:
    file = put(admin, new("Account", Name="Acme"), "offer.txt", b"x")
    own = f"/r/{file}/files/{file}"
    assert b"".join(seller.get(own)) == b"x"
    set_org_default(actor, "Account", "Private")
    assert b"".join(admin.get(own)) == b"x"
    assert seller.get(own).status_code == 404
    assert seller.get(f"/r/{file}/files").status_code == 403


def test_a_record_with_many_files_shows_them_part_by_part(
    admin: Client, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PART", 2)
    monkeypatch.setitem(attach.attached.__kwdefaults__, "most", 2)
    monkeypatch.setitem(files.listed.__kwdefaults__, "most", 2)
    account = new("Account", Name="Acme")
    for number in range(5):
        put(admin, account, f"file {number}.txt", b"%d" % number)
    address, seen = f"/r/{account}/files", []
    while address:
        shown = text(admin.get(address))
        seen.append(re.findall(r">file (\d)\.txt<", shown))
        address = next(iter(re.findall(r'hx-get="(/r/\w+/files\?before=\d+)"', shown)), "")
    assert seen == [["4", "3"], ["2", "1"], ["0"]]
    shown = [put(admin, account, f"{number}.png", b"\x89PNG\r\n\x1a\n%d" % number) for number in range(3)]
    assert "0.png" in text(
        admin.get(f"/r/{account}/files/{shown[0]}/preview")
    )  # earlier than those beside it
