"""HYPERLINK travels as text; pages get links that are safe to offer."""

from __future__ import annotations

from essor.catalog.kinds.hyperlinks import Link, pieces, plain
from essor.formula import evaluate
from essor.formula.tests.samples import PARIS, compiled


def linked(text: str, name: str = "x") -> list[str | Link]:
    """Return the pieces of a formula's text."""
    return list(pieces(evaluate(compiled(text), lambda _path: name, moment=PARIS)))


def test_links_come_back_with_the_text_around_them() -> None:
    """Text, link and text keep their order."""
    text = '"See " & HYPERLINK("https://example.fr/" & Name, Name, "_blank") & "."'
    assert linked(text, "ana") == ["See ", Link("https://example.fr/ana", "ana", "_blank"), "."]
    assert plain("See _HL_ENCODED_https://a_HL_label_HL__HL_.") == "See label."


def test_only_harmless_addresses_are_links() -> None:
    """No script hides in a record's field."""
    for url in (
        "javascript:alert(1)",
        "/\\evil.example",  # which browsers read as the one before
        " java\tscript:x",
        "//evil.example",
        "data:text/html,x",
        "https://a b",
    ):
        assert linked('HYPERLINK(Name, "label")', url) == [Link("", "label")]
    assert linked('HYPERLINK(Name, "label")', "www.example.fr") == [Link("https://www.example.fr", "label")]
    assert linked('HYPERLINK("/x", Name)', "a_HL_javascript:x_HL_b") == [Link("/x", "ajavascript:xb")]
