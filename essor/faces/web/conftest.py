"""What the tests of the pages share: an administrator and a sales person, each signed in to a browser."""

from essor.catalog.testing import run_time_catalog  # noqa: F401 -- a fixture by name
from essor.faces.web.lists.tests.conftest import actor, admin, boss, new, rep, seller  # noqa: F401 -- the same
