"""Queries from the real world (public test suites and sources) parse, or are refused, as they should."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from essor.kernel.errors import QueryRefused
from essor.query import soql


def corpus() -> Path:
    """Return the file of queries: below ESSOR_SHARED, else in the folder `shared` beside this checkout."""
    beside = Path(__file__).resolve().parents[4] / "shared"
    return Path(os.environ.get("ESSOR_SHARED") or beside) / "data" / "soql" / "queries.tsv"


def queries() -> list[tuple[str, str]]:
    """Return (ok or bad, query) of each line; nothing when the file is not there."""
    if not corpus().is_file():
        return []
    lines = corpus().read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t", 2) for line in lines if line and not line.startswith("#"))
    return [(expected, text) for expected, _source, text in rows]


def test_the_corpus_is_there() -> None:
    if not queries():
        pytest.skip(f"no real-world queries at {corpus()}: set ESSOR_SHARED to the shared folder")
    assert {expected for expected, _text in queries()} == {"ok", "bad"}


@pytest.mark.parametrize(("expected", "text"), queries())
def test_a_real_query(expected: str, text: str) -> None:
    if expected == "bad":
        with pytest.raises(QueryRefused) as refusal:
            soql.parse(text)
        assert refusal.value.line == 1
        return
    query = soql.parse(text)
    assert soql.parse(soql.write(query)) == query
