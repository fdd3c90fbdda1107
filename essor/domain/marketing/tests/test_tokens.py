"""Tokens name numbers, for one use, and nobody else can make one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from essor.domain.marketing import tokens

NUMBERS = st.lists(st.integers(min_value=0, max_value=2**63), min_size=1, max_size=4)


@given(numbers=NUMBERS)
def test_what_is_made_is_read_for_its_use_only(numbers: list[int]) -> None:
    token = tokens.make("click", *numbers)
    assert tokens.read("click", token) == tuple(numbers)
    assert tokens.read("open", token) is None
    assert len(token) <= tokens.LONGEST


@given(text=st.text(max_size=90))
def test_any_other_text_is_no_token(text: str) -> None:
    assert tokens.read("click", text) is None


@given(numbers=NUMBERS, place=st.integers(0, 200), letter=st.sampled_from("AFaf09-_=."))
def test_a_token_changed_in_one_place_is_none(numbers: list[int], place: int, letter: str) -> None:
    token = tokens.make("click", *numbers)
    place %= len(token) + 1
    forged = token[:place] + letter + token[place + 1 :]
    assert forged == token or tokens.read("click", forged) is None


def test_it_is_short_enough_for_an_address() -> None:
    assert len(tokens.make("bounce", 1_000_000)) <= 20
