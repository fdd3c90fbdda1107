"""Fixtures of the pages about relations."""

from __future__ import annotations

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.faces.web.leads.tests.conftest import signed_in  # noqa: F401
from essor.records.tests.conftest import new  # noqa: F401
