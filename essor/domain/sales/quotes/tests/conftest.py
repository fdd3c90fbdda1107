"""A deal with two products, ready to be quoted."""
# ruff: noqa: F811, F401 -- fixtures by name

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization
from essor.catalog import current
from essor.records.change import Change
from essor.records.save import save

New = Callable[..., int]


@pytest.fixture
def new(admin: Actor) -> New:
    def make(name: str, **values: Any) -> int:
        return save(admin, Change(name, values)).id

    return make


@pytest.fixture
def price(new: New) -> New:
    """Return a maker of price book entries: an amount, and what differs from a new product in one book."""
    book = new("Pricebook2", Name="Standard", IsStandard=True)

    def make(amount: str, **more: Any) -> int:
        product = new("Product2", Name=f"Pump {amount}", ProductCode=f"P-{amount}")
        return new(
            "PricebookEntry", **{"Pricebook2Id": book, "Product2Id": product, "UnitPrice": amount, **more}
        )

    return make


@pytest.fixture
def deal(new: New, price: New) -> int:
    account = new(
        "Account",
        Name="Société Aulnay",
        BillingStreet="3 rue du Lac",
        BillingCity="Lyon",
        BillingPostalCode="69003",
        BillingCountry="France",
    )
    contact = new(
        "Contact", LastName="Moreau", FirstName="Zoé", AccountId=account, Email="zoe@aulnay.example"
    )
    key = new(
        "Opportunity",
        Name="Pumps for Lyon",
        StageName="Prospecting",
        CloseDate="2027-01-31",
        AccountId=account,
        ContactId=contact,
    )
    new(
        "OpportunityLineItem",
        OpportunityId=key,
        PricebookEntryId=price("10.01"),
        Quantity="3",
        Discount="7.5",
    )
    new("OpportunityLineItem", OpportunityId=key, PricebookEntryId=price("7"), Quantity="2")
    return key
