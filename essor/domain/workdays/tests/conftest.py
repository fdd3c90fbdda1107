"""A company with an administrator, and a way to make users."""

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
