"""The two people and the records of the lists' own tests."""

from __future__ import annotations

from essor.faces.web.lists.tests.conftest import (  # noqa: F401 -- fixtures by name, and what tests take
    New,
    actor,
    admin,
    boss,
    browser,
    hide,
    new,
    person,
    rep,
    run_time_catalog,
    seller,
    text,
)
