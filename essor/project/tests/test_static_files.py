"""Static files are collected once per change and served compressed, for ever where their name is a hash."""

import asyncio
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from essor.project.static_files import StaticFiles, collect_if_stale


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> Path:
    """The collected folder of a program that has one script."""
    source = tmp_path / "source" / "essor"
    source.mkdir(parents=True)
    (source / "page.js").write_text("document.title = 'Essor';\n" * 100, encoding="utf-8")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    collect_if_stale()
    return tmp_path / "static"


def get(app: StaticFiles, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One GET request by hand; returns status, headers and body."""
    sent: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(app({"type": "http", "method": "GET", "path": path, "headers": raw}, receive, send))
    start, body = sent
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


async def elsewhere(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_a_second_start_collects_nothing(collected: Path) -> None:
    marker = collected / "essor" / "page.js"
    before = marker.stat().st_mtime_ns
    collect_if_stale()
    assert marker.stat().st_mtime_ns == before


def test_a_changed_file_is_collected_again(collected: Path, tmp_path: Path) -> None:
    (tmp_path / "source" / "essor" / "page.js").write_text("// new", encoding="utf-8")
    collect_if_stale()
    assert (collected / "essor" / "page.js").read_text(encoding="utf-8") == "// new"


def test_a_lost_folder_is_collected_again(collected: Path) -> None:
    collected.rename(collected.with_name("gone"))
    collect_if_stale()
    assert (collected / "essor" / "page.js").exists()


def test_hashed_names_are_compressed_and_kept_for_ever_by_browsers(collected: Path) -> None:
    hashed = next(collected.glob("essor/page.*.js"))
    status, headers, body = get(
        StaticFiles(elsewhere), f"/static/essor/{hashed.name}", accept_encoding="gzip, br"
    )
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in headers["cache-control"]
    assert gzip.decompress(body) == hashed.read_bytes()


def test_plain_names_are_asked_for_again(collected: Path) -> None:
    app = StaticFiles(elsewhere)
    status, headers, body = get(app, "/static/essor/page.js")
    assert (status, body) == (200, (collected / "essor" / "page.js").read_bytes())
    assert "immutable" not in headers["cache-control"]
    again = get(app, "/static/essor/page.js", if_modified_since=headers["last-modified"])
    assert (again[0], again[2]) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/static/", "/static/nothing.js", "/static/../secret_key"])
def test_everything_else_goes_on_to_django(collected: Path, path: str) -> None:
    assert get(StaticFiles(elsewhere), path)[0] == 299
