"""The products of a deal on its page: several added at once, edited as a grid, removed and brought back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from essor.access.actor import Actor
from essor.domain.sales.models import Opportunity, OpportunityLineItem, Product2
from essor.faces.web.conftest import browser, hide, person, text
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

New = Callable[..., str]
PREFIX = {
    "Product2": "01t",
    "Pricebook2": "01s",
    "PricebookEntry": "01u",
    "Opportunity": "006",
    "Account": "001",
}


@pytest.fixture
def new(actor: Actor) -> New:
    def make(name: str, **values: Any) -> str:
        return ids.encode(PREFIX[name], save(actor, Change(name, values)).id)

    return make


@pytest.fixture
def deal(new: New) -> str:
    return new("Opportunity", Name="Deal", StageName="Prospecting", CloseDate="2027-01-31")


@pytest.fixture
def prices(new: New) -> list[str]:
    """The prices of a pump (10) and a valve (20) in the standard book, and of a filter in dollars."""
    book = new("Pricebook2", Name="Standard", IsStandard=True)
    found = []
    for name, price, currency in (("Pump", "10", "EUR"), ("Valve", "20", "EUR"), ("Filter", "5", "USD")):
        product = new("Product2", Name=name, ProductCode=f"X-{name}", Family="Hardware")
        values = {
            "Pricebook2Id": book,
            "Product2Id": product,
            "UnitPrice": price,
            "CurrencyIsoCode": currency,
        }
        found.append(new("PricebookEntry", **values))
    return found


def add(client: Client, deal: str, **more: str) -> Any:
    return client.post(f"/r/{deal}/products/add", more, headers={"HX-Request": "true"})


def names(page: str) -> list[str]:
    return re.findall(r'class="product-name"><span>([^<]*)<', page)


def test_the_dialog_offers_the_prices_in_the_currency_of_the_deal(
    admin: Client, deal: str, prices: list[str]
) -> None:
    assert names(text(admin.get(f"/r/{deal}/products/add"))) == ["Pump", "Valve"]
    assert names(text(admin.get(f"/r/{deal}/products/add?part=1&q=x-val"))) == ["Valve"]


def test_what_is_not_sold_any_more_is_not_offered_and_what_is_hidden_is_as_if_absent(
    admin: Client, actor: Actor, deal: str, prices: list[str]
) -> None:
    add(admin, deal, **{f"quantity.{prices[0]}": "1"})
    save(actor, Change("Product2", {"IsActive": False}, id=Product2.objects.get(name="Valve").pk))
    seller = person("Seller", "Sales")
    hide(seller, "PricebookEntry", "ProductCode")
    hide(seller, "OpportunityLineItem", "TotalPrice")
    page = browser(seller)
    assert names(text(page.get(f"/r/{deal}/products/add"))) == ["Pump"]
    assert names(text(page.get(f"/r/{deal}/products/add?part=1&q=pum"))) == ["Pump"]
    assert ">Total<" in text(admin.get(f"/r/{deal}/products"))
    assert ">Total<" not in text(page.get(f"/r/{deal}/products")), "not 0 either"


def test_a_search_keeps_the_quantities_that_were_typed(admin: Client, deal: str, prices: list[str]) -> None:
    page = text(
        admin.get(f"/r/{deal}/products/add", {"part": "1", "q": "valve", f"quantity.{prices[0]}": "3"})
    )
    assert names(page) == ["Pump", "Valve"]
    assert 'value="3"' in page


def test_several_products_are_added_at_once_or_none(admin: Client, deal: str, prices: list[str]) -> None:
    wrong = {f"quantity.{prices[0]}": "2", f"quantity.{prices[1]}": "-1"}
    answer = add(admin, deal, **wrong)
    assert answer.status_code == 422
    assert "The quantity must be more than 0." in text(answer)
    assert not OpportunityLineItem.objects.exists()
    right = {f"quantity.{prices[0]}": "2", f"quantity.{prices[1]}": "1", f"discount.{prices[1]}": "50"}
    assert add(admin, deal, **right).status_code == 204
    assert Opportunity.objects.get().amount == 3000
    assert add(admin, deal).status_code == 422, "nothing was chosen"


def test_the_grid_is_saved_as_a_whole_and_keeps_what_was_typed(
    admin: Client, deal: str, prices: list[str]
) -> None:
    add(admin, deal, **{f"quantity.{key}": "1" for key in prices[:2]})
    first, second = (
        ids.encode("00k", key)
        for key in OpportunityLineItem.objects.order_by("id").values_list("id", flat=True)
    )
    where = f"/r/{deal}/products"
    answer = admin.post(where, {f"Quantity.{first}": "7", f"Discount.{second}": "200"})
    page = text(answer)
    assert answer.status_code == 422
    assert 'value="7"' in page
    assert "A discount goes from 0 to 100 percent." in page
    assert Opportunity.objects.get().amount == 3000
    assert admin.post(where, {f"Quantity.{first}": "7", f"Discount.{second}": "25"}).status_code == 204
    assert Opportunity.objects.get().amount == 8500


def test_a_removed_line_is_brought_back_by_its_toast(admin: Client, deal: str, prices: list[str]) -> None:
    add(admin, deal, **{f"quantity.{key}": "1" for key in prices[:2]})
    line = ids.encode("00k", OpportunityLineItem.objects.order_by("id").values_list("id", flat=True)[0])
    answer = admin.post(f"/r/{deal}/products/{line}/remove")
    assert Opportunity.objects.get().amount == 2000
    assert f"/r/{line}/undelete" in answer.headers["HX-Trigger"]
    admin.post(f"/r/{line}/undelete", headers={"HX-Request": "true"})
    assert Opportunity.objects.get().amount == 3000


def test_a_line_of_another_deal_is_out_of_reach(
    admin: Client, new: New, deal: str, prices: list[str]
) -> None:
    add(admin, deal, **{f"quantity.{prices[0]}": "1"})
    line = ids.encode("00k", OpportunityLineItem.objects.get().pk)
    other = new("Opportunity", Name="Other", StageName="Prospecting", CloseDate="2027-01-31")
    assert admin.post(f"/r/{other}/products/{line}/remove").status_code == 404
    assert admin.get(f"/r/{new('Account', Name='Acme')}/products").status_code == 404


def test_who_may_only_read_sees_the_lines_and_no_controls(
    admin: Client, deal: str, prices: list[str]
) -> None:
    add(admin, deal, **{f"quantity.{prices[0]}": "1"})
    reader = browser(person("Reader", "Read Only"))
    page = text(reader.get(f"/r/{deal}/products"))
    assert "Pump" in page
    assert (
        "<input" not in page.replace('type="hidden"', "").split("csrfmiddlewaretoken")[-1].partition(">")[2]
    )
    assert add(reader, deal, **{f"quantity.{prices[0]}": "1"}).status_code == 403


def test_a_company_without_price_books_is_told_what_to_do(admin: Client, deal: str) -> None:
    assert "Create a price book" in text(admin.get(f"/r/{deal}/products/add"))
    assert "No products yet" in text(admin.get(f"/r/{deal}/products"))
