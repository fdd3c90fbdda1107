"""The journal of the set-up speaks in words: every change that is written to it has some."""

from __future__ import annotations

import re
from pathlib import Path

import essor
from essor.faces.web.setup.journal_words import WORDS, told

WRITTEN = re.compile(
    r"\b(?:audit\.)?record\(\s*actor,\s*\"([a-z_]+)\"(?:\s+if\s+\w+\s+else\s+\"([a-z_]+)\")?"
)


def test_every_change_of_the_set_up_has_words() -> None:
    files = [one for one in Path(essor.__file__).parent.rglob("*.py") if "tests" not in one.parts]
    found = {
        word
        for one in files
        for pair in WRITTEN.findall(one.read_text(encoding="utf-8"))
        for word in pair
        if word
    }
    assert found > {"create_user", "web_form_saved"}
    assert not found - set(WORDS)


def test_the_parts_of_a_change_are_told_in_words_without_keys() -> None:
    assert told({"id": 3, "email": "ana@example.fr", "active": True}) == "E-mail: ana@example.fr, Active: Yes"
    assert told({"fields": ["Name", "Phone"], "seats": None}) == "Fields: Name, Phone"
