"""What counts as a whole number of an address or a form."""

from __future__ import annotations

import pytest

from essor.kernel.whole import LARGEST, whole, wholes


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), (str(LARGEST), LARGEST)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(
    "text", ["", " 1", "-1", "+1", "1.0", "1e3", "²", "٣", "x", "\x001", str(LARGEST + 1), "9" * 5000]
)
def test_everything_else_is_none(text: str) -> None:
    assert whole(text) is None


def test_a_number_above_the_most_is_none() -> None:
    assert (whole("10", 10), whole("11", 10)) == (10, None)


def test_of_many_the_numbers_are_kept_in_order() -> None:
    assert wholes(["3", "x", "1", "9" * 30]) == [3, 1]
