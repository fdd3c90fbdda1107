"""What the demo company sells, and the lines of its open deals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from essor.domain.demo.companies import Maker
from essor.domain.sales.models import Opportunity, OpportunityLineItem, Pricebook2, PricebookEntry, Product2
from essor.domain.sales.products.totals import line_totals

PRODUCTS = (
    ("Capteur connecté C200", "C200", "Hardware", 18_900),
    ("Passerelle industrielle G4", "G4", "Hardware", 64_000),
    ("Automate compact A12", "A12", "Hardware", 142_000),
    ("Kit d’installation", "KIT", "Hardware", 9_500),
    ("Licence Supervision, un an", "SUP-1", "Software", 48_000),
    ("Licence Supervision, trois ans", "SUP-3", "Software", 126_000),
    ("Module Analyse d’énergie", "ENE", "Software", 36_000),
    ("Connecteur ERP", "ERP", "Software", 89_000),
    ("Journée de mise en service", "MES", "Services", 92_000),
    ("Formation, une journée", "FORM", "Services", 78_000),
    ("Audit énergétique du site", "AUD", "Services", 340_000),
    ("Maintenance annuelle", "MNT", "Maintenance", 155_000),
)
RATES = {"EUR": 1.0, "GBP": 0.86, "CHF": 0.95, "USD": 1.09}
DISCOUNTS = (None, None, 5.0, 10.0, 15.0)
SHARE = 0.4  # of the open deals have lines


def catalogue(maker: Maker) -> tuple[Pricebook2, list[Product2]]:
    """Return the standard price book and the products, not yet stored."""
    stamp = maker.stamp(maker.now, maker.owners[0])
    book = Pricebook2(name="Tarif standard", is_standard=True, **stamp)
    return book, [
        Product2(name=name, product_code=code, family=family, **stamp)
        for name, code, family, _price in PRODUCTS
    ]


def entries(maker: Maker, book: Pricebook2, products: Sequence[Product2]) -> Iterator[PricebookEntry]:
    """Yield the price of each product in each currency."""
    prices = {code: price for _name, code, _family, price in PRODUCTS}
    for currency, rate in RATES.items():
        for product in products:
            yield PricebookEntry(
                pricebook2_id=book.pk,
                product2_id=product.pk,
                name=product.name,
                product_code=product.product_code,
                unit_price=round(prices[product.product_code or ""] * rate / 100) * 100,
                currency_iso_code=currency,
                **detail(maker.stamp(maker.now, maker.owners[0])),
            )


def lines(maker: Maker, deal: Opportunity, offer: Sequence[PricebookEntry]) -> list[OpportunityLineItem]:
    """Return the lines of a deal not yet stored, whose amount and quantity become their sums; many deals have none."""
    rng = maker.rng
    if deal.is_closed or rng.random() > SHARE:
        return []
    prices = [one for one in offer if one.currency_iso_code == deal.currency_iso_code]
    found = [_line(maker, deal, entry) for entry in rng.sample(prices, rng.randrange(1, 5))]
    deal.amount = sum(one.total_price or 0 for one in found)
    deal.total_opportunity_quantity = sum(one.quantity or 0 for one in found)
    deal.has_opportunity_line_item, deal.pricebook2_id = True, prices[0].pricebook2_id
    deal.expected_revenue = round(deal.amount * (deal.probability or 0) / 100)
    return found


def _line(maker: Maker, deal: Opportunity, entry: PricebookEntry) -> OpportunityLineItem:
    quantity, discount = float(maker.rng.randrange(1, 12)), maker.rng.choice(DISCOUNTS)
    price = entry.unit_price or 0
    return OpportunityLineItem(
        opportunity=deal,
        pricebook_entry_id=entry.pk,
        product2_id=entry.product2_id,
        name=entry.name,
        product_code=entry.product_code,
        quantity=quantity,
        list_price=price,
        unit_price=price,
        discount=discount,
        total_price=line_totals(quantity, price, discount, deal.currency_iso_code)[1],
        currency_iso_code=deal.currency_iso_code,
        **detail(maker.stamp(deal.created_date, deal.owner_id or maker.owners[0])),
    )


def detail(stamp: dict[str, Any]) -> dict[str, Any]:
    """Return the system columns of a record without an owner."""
    return {name: value for name, value in stamp.items() if name != "owner_id"}
