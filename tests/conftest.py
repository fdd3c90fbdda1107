"""What the tests of the whole house share: an organization, a maker of users, an administrator, a clean catalog."""

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.catalog.testing import run_time_catalog  # noqa: F401
