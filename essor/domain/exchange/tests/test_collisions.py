"""A refused row remembers the records that it collides with, so that whoever mends it can look at them."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.spec import FieldSpec
from essor.domain.exchange.tests.conftest import Load, Write
from essor.domain.sales.models import Account


@pytest.mark.usefixtures("run_time_catalog")
def test_a_refused_row_remembers_the_record_that_has_its_unique_value(
    admin: Actor, write: Write, load: Load
) -> None:
    add_field(
        admin.user_id,
        FieldSpec(object="Account", name="Registration", kind="text", label="Registration", unique=True),
    )
    load("Account", write("Name;Registration", "Acme;77"))
    work = load("Account", write("Name;Registration", "Zeller;77"))
    assert work.refusals.get().met == [["Account", Account.objects.get().pk]]


def test_a_refused_row_remembers_the_record_that_it_seems_to_repeat(write: Write, load: Load) -> None:
    load("Account", write("Name", "Dupont Menuiserie SARL"))
    work = load("Account", write("Name", "DUPONT MENUISERIE", name="again.csv"))
    assert work.refusals.get().met == [["Account", Account.objects.get().pk]]
