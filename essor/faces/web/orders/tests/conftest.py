"""A deal with a product."""

from essor.faces.web.quotes.tests.test_quotes import deal, new  # noqa: F401 -- fixtures by name
