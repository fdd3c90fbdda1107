"""A company with an administrator and a sales person, each signed in to a browser."""

from essor.faces.web.lists.tests.conftest import actor, admin, boss, rep, seller  # noqa: F401 -- fixtures by name
