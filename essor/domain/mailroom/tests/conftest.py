"""A mailing that was sent to one contact: its bounces come in by the mailroom; and an IMAP server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from essor.domain.mailroom.tests.imap import Imap, serving
from essor.domain.marketing.returns.tests.conftest import admin, contact, make_user, organization, sent  # noqa: F401 -- fixtures by name


@pytest.fixture
def imap() -> Iterator[Imap]:
    """A real IMAP server."""
    with serving() as running:
        yield running
