"""The company of the list pages, with the standard rules."""

from __future__ import annotations

from essor.domain.duplicates.tests.conftest import standard_rules  # noqa: F401 -- fixture by name
from essor.faces.web.lists.tests.conftest import (  # noqa: F401 -- fixtures by name
    actor,
    admin,
    boss,
    new,
    rep,
    run_time_catalog,
    seller,
)
