"""The reference in docs/formulas.md names every function as it is."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation

from essor.formula import FUNCTIONS

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "formulas.md"


def test_every_function_is_documented() -> None:
    """With its signature and sentence."""
    text = REFERENCE.read_text(encoding="utf-8")
    with translation.override("en"):
        rows = [f"| `{one.signature}` | {one.summary} |" for one in FUNCTIONS.values()]
    assert [row for row in rows if row not in text] == []
