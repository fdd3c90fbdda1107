"""Users of the access room, and people to send through scenarios."""

from __future__ import annotations

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
from essor.catalog.testing import run_time_catalog  # noqa: F401
