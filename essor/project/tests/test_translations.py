"""Translations are compiled when they changed, and only then."""

import gettext
import os
from pathlib import Path

import pytest

from essor.project.translations import compile_if_stale

FRENCH = """
msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Search"
msgstr "Rechercher"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(FRENCH, encoding="utf-8")
    return path


def test_the_compiled_catalog_speaks_french(source: Path) -> None:
    (compiled,) = compile_if_stale(source.parents[2])
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Search") == "Rechercher"


def test_only_a_newer_source_is_compiled_again(source: Path) -> None:
    (compiled,) = compile_if_stale(source.parents[2])
    assert compile_if_stale(source.parents[2]) == []
    later = compiled.stat().st_mtime_ns + 1_000_000_000
    os.utime(source, ns=(later, later))
    assert compile_if_stale(source.parents[2]) == [compiled]
