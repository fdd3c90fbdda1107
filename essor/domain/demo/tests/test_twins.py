"""Doubles of the demo company are found among themselves, without a look at the rest of it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.access.actor import system_actor
from essor.access.defaults import ensure_defaults
from essor.domain.demo import twins
from essor.domain.demo.companies import ascii_of
from essor.domain.demo.company import _store
from essor.domain.duplicates.models import MatchKey, SuspectPair
from essor.records.change import Change
from essor.records.save import save_many

DICE = Random(1)  # noqa: S311 -- no secret


@pytest.fixture
def company(db: None) -> None:
    ensure_defaults("Acme", "fr")

    def write(name: str, rows: list[dict[str, Any]]) -> list[int]:
        results = save_many(system_actor(), name, [Change(name, row, accept_duplicates=True) for row in rows])
        return [one.saved.id for one in results if one.saved]

    firsts, lasts = (
        ("Élise", "Noé", "Zoé", "Hugo", "Inès", "Léo"),
        ("Mercier", "Faure", "Rolland", "Guérin", "Picard", "Lemoine"),
    )
    people = [(first, last) for first in firsts for last in lasts]
    accounts = write(
        "Account",
        [
            {"Name": f"{last} {first} SAS", "Phone": f"01 40 00 00 {n:02}"}
            for n, (first, last) in enumerate(people)
        ],
    )
    write(
        "Contact",
        [
            {
                "FirstName": first,
                "LastName": last,
                "Email": f"{ascii_of(last)}.{ascii_of(first)}@example.fr",
                "MobilePhone": f"06 40 00 00 {n:02}",
                "AccountId": accounts[n],
            }
            for n, (first, last) in enumerate(people)
        ],
    )
    write(
        "Lead",
        [
            {
                "FirstName": last,
                "LastName": first,
                "Company": f"Atelier {last}",
                "Phone": f"04 40 00 00 {n:02}",
            }
            for n, (first, last) in enumerate(people)
        ],
    )


def test_doubles_are_found_at_a_cost_that_does_not_grow(company: None) -> None:
    MatchKey.objects.all().delete()
    made = [(some, _store(model, rows)) for model, some, rows in twins.make(DICE, timezone.now())]
    with CaptureQueriesContext(connection) as cost:
        twins.find_among(made)
    assert len(cost) < 120
    found = set(SuspectPair.objects.values_list("object_name", flat=True))
    assert found == {"Account", "Contact", "Lead"}
    doubled = sum(len(copies) for _some, copies in made)
    assert SuspectPair.objects.filter(group_id__gt=0).count() >= doubled // 2
    assert (
        MatchKey.objects.filter(object_name="Account").values("record_id").distinct().count()
        == 2 * twins.ACCOUNTS
    )
