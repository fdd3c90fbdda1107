"""A company with an administrator, a sales person and a deal with a product."""
# ruff: noqa: F401 -- fixtures by name

from __future__ import annotations

from essor.faces.web.lists.tests.conftest import actor, admin, boss, rep, seller
from essor.faces.web.quotes.tests.test_quotes import deal, new
