"""A lead is recognised in the account that is there already, however its name is written."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor
from essor.domain.sales.conversion.matching import find
from essor.records.tests.conftest import New

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("Émeraude Énergie", "Emeraude Energie SARL"),
        ("Société Roux", "Roux S.A.S."),
        ("Compagnie d'Electricite", "Compagnie d'Électricité, SA"),
        ("Vauban GmbH", "VAUBAN"),
    ],
)
def test_legal_forms_accents_and_case_do_not_matter(admin: Actor, new: New, stored: str, said: str) -> None:
    key = new("Account", Name=stored)
    new("Account", Name=f"{stored.split(maxsplit=1)[0]} Autre")
    (match,) = find(admin, {1: {"Company": said}})[1].accounts
    assert match.id == key


def test_a_site_tells_a_company_and_everybody_s_mail_does_not(admin: Actor, new: New) -> None:
    key = new("Account", Name="A", Website="https://www.roux.example/fr")
    new("Account", Name="B", Website="https://gmail.com")
    found = find(
        admin,
        {1: {"Company": "X", "Email": "ana@roux.example"}, 2: {"Company": "Y", "Email": "ana@gmail.com"}},
    )
    assert [one.id for one in found[1].accounts] == [key]
    assert found[2].accounts == []
