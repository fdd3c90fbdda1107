"""People with browsers, as the tests of lists make them."""

from essor.faces.web.lists.tests.conftest import admin, boss, rep, run_time_catalog, seller  # noqa: F401 -- fixtures
