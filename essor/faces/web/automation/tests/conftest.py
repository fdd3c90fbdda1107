"""A sales person who is signed in to a browser."""

from essor.faces.web.setup.tests.conftest import seller  # noqa: F401 -- fixture by name
