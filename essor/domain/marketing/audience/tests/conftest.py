"""Users of the access room and makers of people."""

from __future__ import annotations

from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401
from essor.domain.marketing.campaigns.tests.conftest import make  # noqa: F401
