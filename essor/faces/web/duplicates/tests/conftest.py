"""The company of all pages, with the standard rules."""

from essor.domain.duplicates.tests.conftest import standard_rules  # noqa: F401 -- fixture by name
