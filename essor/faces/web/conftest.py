"""What the tests of the pages share: an administrator and a sales person, each signed in to a browser."""

from essor.faces.web.lists.tests.conftest import (  # noqa: F401 -- fixtures by name
    actor,
    admin,
    boss,
    new,
    rep,
    run_time_catalog,
    seller,
)
