"""Lines of a deal take their price from the price book, and the deal's amount follows them wherever they go."""
# ruff: noqa: F811 -- fixtures by name

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.approvals.tests.test_race import together
from essor.domain.sales.models import Opportunity, OpportunityHistory, OpportunityLineItem
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save, save_many
from essor.records.undelete import undelete

New = Callable[..., str]
PREFIX = {
    "Product2": "01t",
    "Pricebook2": "01s",
    "PricebookEntry": "01u",
    "Opportunity": "006",
    "OpportunityLineItem": "00k",
}


@pytest.fixture
def new(admin: Actor) -> New:
    def make(name: str, **values: Any) -> str:
        return ids.encode(PREFIX[name], save(admin, Change(name, values)).id)

    return make


@pytest.fixture
def price(new: New) -> New:
    """Return a maker of price book entries: an amount, and what differs from a new product in one book."""
    book = new("Pricebook2", Name="Standard", IsStandard=True)

    def make(amount: str, **more: Any) -> str:
        product = new("Product2", Name=f"Pump {amount}", ProductCode=f"P-{amount}")
        return new(
            "PricebookEntry", **{"Pricebook2Id": book, "Product2Id": product, "UnitPrice": amount, **more}
        )

    return make


@pytest.fixture
def deal(new: New) -> str:
    return new("Opportunity", Name="Deal", StageName="Prospecting", CloseDate="2027-01-31", Amount="5")


def errors(actor: Actor, change: Change) -> list[str]:
    with pytest.raises(ValidationFailed) as refused:
        save(actor, change)
    return [one.field for one in refused.value.errors]


def test_a_line_takes_its_product_and_price_from_the_entry(new: New, price: New, deal: str) -> None:
    new(
        "OpportunityLineItem",
        OpportunityId=deal,
        PricebookEntryId=price("12.50"),
        Quantity="4",
        Discount="10",
    )
    line = OpportunityLineItem.objects.get()
    assert (line.name, line.product_code, line.list_price, line.unit_price) == (
        "Pump 12.50",
        "P-12.50",
        1250,
        1250,
    )
    assert line.total_price == 4500


def test_the_amount_of_a_deal_is_the_sum_of_its_lines(admin: Actor, new: New, price: New, deal: str) -> None:
    first = new("OpportunityLineItem", OpportunityId=deal, PricebookEntryId=price("10"), Quantity="3")
    new("OpportunityLineItem", OpportunityId=deal, PricebookEntryId=price("7"), Quantity="1", UnitPrice="5")
    found = Opportunity.objects.get()
    assert (found.amount, found.total_opportunity_quantity, found.has_opportunity_line_item) == (
        3500,
        4,
        True,
    )
    assert found.expected_revenue == 350, "what hangs on the amount follows"
    assert OpportunityHistory.objects.count() == 3, "the path knows each amount"
    key = ids.decode(first)[1]
    save(admin, Change("OpportunityLineItem", {"Quantity": "1"}, id=key))
    assert Opportunity.objects.get().amount == 1500
    delete(admin, "OpportunityLineItem", [key])
    assert Opportunity.objects.get().amount == 500
    undelete(admin, "OpportunityLineItem", [key])
    assert Opportunity.objects.get().amount == 1500


def test_without_lines_the_amount_stays_and_may_be_typed_again(
    admin: Actor, new: New, price: New, deal: str
) -> None:
    line = ids.decode(
        new("OpportunityLineItem", OpportunityId=deal, PricebookEntryId=price("10"), Quantity="3")
    )[1]
    key = ids.decode(deal)[1]
    assert errors(admin, Change("Opportunity", {"Amount": "1"}, id=key)) == ["Amount"]
    assert errors(admin, Change("Opportunity", {"CurrencyIsoCode": "USD"}, id=key)) == ["CurrencyIsoCode"]
    delete(admin, "OpportunityLineItem", [line])
    assert Opportunity.objects.get().amount == 3000
    save(admin, Change("Opportunity", {"Amount": "1"}, id=key))


def test_a_line_fits_the_currency_and_the_price_book_of_its_deal(
    admin: Actor, new: New, price: New, deal: str
) -> None:
    line = {"OpportunityId": deal, "Quantity": "1"}
    dollars = price("10", CurrencyIsoCode="USD")
    assert errors(admin, Change("OpportunityLineItem", {**line, "PricebookEntryId": dollars})) == [
        "PricebookEntryId"
    ]
    old = price("10", IsActive=False)
    assert errors(admin, Change("OpportunityLineItem", {**line, "PricebookEntryId": old})) == [
        "PricebookEntryId"
    ]
    new("OpportunityLineItem", **line, PricebookEntryId=price("11"))
    other = price("12", Pricebook2Id=new("Pricebook2", Name="Partners"))
    assert errors(admin, Change("OpportunityLineItem", {**line, "PricebookEntryId": other})) == [
        "PricebookEntryId"
    ]


@pytest.mark.parametrize(
    ("field", "value"), [("Quantity", "0"), ("Quantity", ""), ("Discount", "101"), ("Discount", "-1")]
)
def test_nonsense_is_refused_beside_its_field(
    admin: Actor, price: New, deal: str, field: str, value: str
) -> None:
    values = {"OpportunityId": deal, "PricebookEntryId": price("10"), "Quantity": "1", field: value}
    assert errors(admin, Change("OpportunityLineItem", values)) == [field]


def test_a_product_has_one_price_in_a_book_and_currency(admin: Actor, new: New) -> None:
    values = {
        "Pricebook2Id": new("Pricebook2", Name="Standard"),
        "Product2Id": new("Product2", Name="Pump"),
        "UnitPrice": "1",
    }
    twice = [Change("PricebookEntry", values), Change("PricebookEntry", values)]
    assert [one.ok for one in save_many(admin, "PricebookEntry", twice)] == [True, False]
    assert errors(admin, Change("PricebookEntry", values)) == ["Product2Id"]
    assert new("PricebookEntry", **{**values, "CurrencyIsoCode": "USD"})


def test_a_deal_deleted_with_its_lines_comes_back_with_them(
    admin: Actor, new: New, price: New, deal: str
) -> None:
    new("OpportunityLineItem", OpportunityId=deal, PricebookEntryId=price("10"), Quantity="3")
    key = ids.decode(deal)[1]
    delete(admin, "Opportunity", [key])
    assert OpportunityLineItem.objects.get().is_deleted
    undelete(admin, "Opportunity", [key])
    assert (OpportunityLineItem.objects.get().is_deleted, Opportunity.objects.get().amount) == (False, 3000)


def test_many_lines_cost_the_same_number_of_queries_as_two(admin: Actor, price: New, deal: str) -> None:
    entries = [price(str(number)) for number in range(1, 31)]
    costs = []
    for some in (entries[:1], entries[:2], entries):
        changes = [
            Change("OpportunityLineItem", {"OpportunityId": deal, "PricebookEntryId": one, "Quantity": 1})
            for one in some
        ]
        with CaptureQueriesContext(connection) as asked:
            assert all(result.ok for result in save_many(admin, "OpportunityLineItem", changes))
        costs.append(len(asked))
    assert costs[1] == costs[2]


@pytest.mark.usefixtures("transactional_db")
def test_two_who_add_lines_at_the_same_moment_both_count(admin: Actor, price: New, deal: str) -> None:
    entries = [price(str(amount)) for amount in (10, 7)]

    def add(entry: str) -> None:
        save(
            admin,
            Change(
                "OpportunityLineItem", {"OpportunityId": deal, "PricebookEntryId": entry, "Quantity": "1"}
            ),
        )

    together(*(partial(add, entry) for entry in entries))
    assert Opportunity.objects.get().amount == 1700
