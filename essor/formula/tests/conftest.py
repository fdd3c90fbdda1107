"""The sample table with its rows, for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from essor.formula.tests import samples


@pytest.fixture
def sample_rows(db: None) -> Iterator[list[samples.Sample]]:
    """Make the table and fill it."""
    with samples.table():
        yield samples.rows()


@pytest.fixture
def sample_table(db: None) -> Iterator[None]:
    """Make the table, empty."""
    with samples.table():
        yield
