"""Users of the access room."""

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
