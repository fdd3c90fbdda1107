"""The company of the list pages serves here too."""

from essor.faces.web.lists.tests.conftest import actor, admin, boss, new, rep, seller  # noqa: F401 -- fixtures by name
