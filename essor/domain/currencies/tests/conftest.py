"""A small company, for the tests of currencies."""

from __future__ import annotations

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.records.tests.conftest import new  # noqa: F401
