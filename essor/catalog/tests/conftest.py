"""Fixtures of the catalog's tests."""

from essor.catalog.testing import run_time_catalog  # noqa: F401
