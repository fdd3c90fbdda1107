"""A company with an administrator and a sales person, each signed in to a browser."""

from essor.faces.web.setup.tests.conftest import admin, boss, run_time_catalog, seller  # noqa: F401
