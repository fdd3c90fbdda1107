"""Stored secrets give nothing away, and are read again with the installation's key only."""

from __future__ import annotations

from typing import Any

import pytest

from essor.kernel.sealed import Unreadable, seal, unseal


def test_a_secret_is_read_again_and_shown_to_nobody_else(settings: Any) -> None:
    stored = seal("s3cret")
    assert "s3cret" not in stored
    assert unseal(stored) == "s3cret"
    assert seal("s3cret") != stored
    settings.SECRET_KEY = "another"
    with pytest.raises(Unreadable):
        unseal(stored)


def test_a_new_key_still_reads_what_the_old_one_sealed(settings: Any) -> None:
    stored = seal("s3cret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert unseal(stored) == "s3cret"
    assert unseal(seal("")) == ""
