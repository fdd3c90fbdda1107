"""Users of the access room."""

from __future__ import annotations

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
