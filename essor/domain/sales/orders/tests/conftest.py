"""A deal with two products, as the quotes' tests have it."""
# ruff: noqa: F401 -- fixtures by name

from __future__ import annotations

from essor.domain.sales.quotes.tests.conftest import admin, deal, make_user, new, organization, price
