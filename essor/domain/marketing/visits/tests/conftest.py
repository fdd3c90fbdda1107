"""A site of the company, and somebody who may be known there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from essor.access.actor import Actor, system_actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.people import CONTACT, Person
from essor.domain.marketing.visits.models import Website
from essor.records.change import Change
from essor.records.save import save

SITE = "https://www.acme.example"
Maker = Callable[..., Person]


@pytest.fixture
def site(db: None) -> str:
    """Return the origin of the company's site."""
    Website.objects.create(origin=SITE)
    return SITE


@pytest.fixture
def person(admin: Actor, site: str) -> Maker:  # noqa: F811 -- the fixture above
    """Return a maker of contacts who agreed to be known on the site, refused it, or said nothing."""

    def make(agrees: bool | None = True) -> Person:
        found = Person(CONTACT, save(system_actor(), Change("Contact", {"LastName": "Roux"})).id)
        if agrees is not None:
            write.record(found, "visits", "opt_in" if agrees else "opt_out", source="form", wording="Yes")
        return found

    return make
