"""Spreadsheets that leave the house."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation
from python_calamine import CalamineWorkbook

from essor.domain.exchange import export


def test_a_text_too_long_for_a_cell_says_that_it_was_cut(tmp_path: Path) -> None:
    """A spreadsheet's cell holds 32,767 UTF-16 units; the writer of the library drops what is longer without a word."""
    path = tmp_path / "out.xlsx"
    texts = ["é" * 32_767, "é" * 32_768, "🏔" * 16_383 + "é", "🏔" * 16_384]
    with translation.override("en"):
        export.write_table(path, ["Text"], iter([[text] for text in texts]), "xlsx")
    rows = [
        str(row[0]) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    ]
    assert (rows[0], rows[2]) == (texts[0], texts[2])
    for row, text in ((rows[1], texts[1]), (rows[3], texts[3])):
        kept, mark, rest = row.partition(" … (cut: ")
        assert text.startswith(kept)
        assert mark, rest
        assert 32_000 < len(row.encode("utf-16-le")) // 2 <= 32_767
