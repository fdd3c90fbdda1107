"""The sales team of the forecasts' own tests, each signed in to a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from essor.domain.forecasts.tests.conftest import Firm, admin, deal, firm, make_user, organization  # noqa: F401 -- by name
from essor.faces.web.conftest import browser

Browse = Callable[[str], Client]


@pytest.fixture
def browse(firm: Firm) -> Browse:  # noqa: F811 -- fixtures by name
    """Return a maker of browsers by the person's name."""
    return lambda name: browser(firm.users[name])
