"""Record ids: there and back, by the short way and the long one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.kernel import ids

prefixes = st.text(st.sampled_from(ids.ALPHABET), min_size=3, max_size=3)
keys = st.integers(0, 62**12 - 1) | st.integers(0, 62**4) | st.integers(62**4 - 2, 62**4 + 2)


@given(prefixes, keys)
def test_there_and_back(prefix: str, key: int) -> None:
    text = ids.encode(prefix, key)
    assert len(text) == 18
    assert ids.checksum(text[:15]) == text[15:]
    for form in (text, text[:15], text.lower(), text.upper()):
        assert ids.decode(form) == (prefix, key)


def test_known_ids() -> None:
    assert ids.encode("001", 1) == "001000000000001AAA"
    assert ids.encode("005", 11) == "00500000000000BAAQ"
    assert ids.encode("001", 62**4) == "001000000010000AAA"


@pytest.mark.parametrize(
    "text", ["", "001", "001000000000001AA", "001000000000001AA!", "00100000000000éAAA", "x" * 17 + "9"]
)
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="id"):
        ids.decode(text)
    assert ids.parts(text) == ("", 0)
    assert ids.key_in(text, "001") is None


def test_a_key_is_that_of_one_object_only() -> None:
    text = ids.encode("001", 7)
    assert (ids.parts(text), ids.key_in(text, "001"), ids.key_in(text, "003")) == (("001", 7), 7, None)


def test_no_key_is_negative() -> None:
    with pytest.raises(ValueError, match="-1"):
        ids.encode("001", -1)
