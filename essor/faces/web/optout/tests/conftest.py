"""Users of the access room, and no links of other tests in memory."""

from __future__ import annotations

import pytest

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
from essor.domain.marketing.tracking import destinations


@pytest.fixture(autouse=True)
def _no_links_of_others() -> None:
    destinations.forget()
