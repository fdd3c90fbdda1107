"""The fixtures of visits, for their pages."""

from essor.domain.marketing.visits.tests.conftest import admin, make_user, organization, person, site  # noqa: F401 -- fixtures by name
