"""Contracts and orders of the demo company: what came of its won deals and of accepted quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.db import models
from django.utils import timezone

from essor.domain.demo.companies import Maker
from essor.domain.demo.products import detail
from essor.domain.forecasts.periods import plus_months
from essor.domain.sales.models import Account, Opportunity, PricebookEntry
from essor.domain.sales.orders.contracts import end_of
from essor.domain.sales.orders.models import Contract, Order, OrderItem
from essor.domain.sales.products.totals import line_totals
from essor.domain.sales.quotes.models import Quote
from essor.domain.sales.quotes.totals import totals_of
from essor.records.models import Sequence as Numbers

Store = Callable[[type[models.Model], Iterable[Any]], list[Any]]
CONTRACTS, ORDERS = 160, 320
TERMS, NOTICES = (12, 12, 24, 36), (None, "30", "60", "90")
SHARE = 0.4  # of what is left of the amount, for each line but the last
MOST = 400  # pieces in the last line
DISCOUNTS = (None, None, None, 5.0, 10.0)
ADDRESS = ("street", "city", "postal_code", "state", "country")
ACTIVATED = "Activated"


def make(maker: Maker, store: Store) -> None:
    """Store contracts with customers and orders of the newest won deals; all of those are stored already."""
    won = list(
        Opportunity.objects.filter(is_won=True, account__isnull=False, amount__gt=0)
        .select_related("account")
        .order_by("-close_date", "pk")[:ORDERS]
    )
    contracts = store(Contract, _contracts(maker, won))
    _count("Contract", "ContractNumber", len(contracts))
    signed = {one.account_id: one.pk for one in contracts}
    agreed = {deal.account_id: deal for deal in reversed(won) if deal.account_id in signed}
    for deal in agreed.values():  # the last deal that was won with an account led to its contract
        deal.contract_id = signed[deal.account_id or 0]
    Opportunity.objects.bulk_update(agreed.values(), ["contract"], batch_size=200)
    by_account = {one.account_id: one for one in contracts if one.status == ACTIVATED}
    offer: dict[str, list[PricebookEntry]] = {}
    for entry in PricebookEntry.objects.order_by("pk"):
        offer.setdefault(entry.currency_iso_code, []).append(entry)
    accepted = {
        one.opportunity_id: one.pk for one in Quote.objects.filter(status="Accepted", is_superseded=False)
    }
    orders, lines = [], []
    for place, deal in enumerate(won, 1):
        items = _fitted(_lines(maker, offer[deal.currency_iso_code]), deal.amount or 0)
        contract, book = by_account.get(deal.account_id or 0), offer[deal.currency_iso_code][0].pricebook2_id
        orders.append(_order(maker, deal, f"O-{place:05}", items, contract, accepted.get(deal.pk), book))
        lines.append(items)
    for order, items in zip(store(Order, orders), lines, strict=True):
        for item in items:
            item.order_id = order.pk
            for name, value in detail(maker.stamp(order.created_date, order.owner_id)).items():
                setattr(item, name, value)
    store(OrderItem, [item for items in lines for item in items])
    _count("Order", "OrderNumber", len(orders))


def _count(name: str, field: str, last: int) -> None:
    Numbers.objects.update_or_create(object_name=name, field=field, defaults={"last": last})


def _contracts(maker: Maker, won: Sequence[Opportunity]) -> Iterable[Contract]:
    rng, today = maker.rng, maker.now.date()
    accounts: dict[int, Account] = {deal.account.pk: deal.account for deal in won if deal.account is not None}
    for place, account in enumerate(list(accounts.values())[:CONTRACTS], 1):
        term = rng.choice(TERMS)
        start = plus_months(today, -rng.randrange(0, term))
        status = ACTIVATED if rng.random() < 0.85 else rng.choice(("Draft", "In Approval Process"))  # noqa: PLR2004
        begun = _at(start)
        yield Contract(
            contract_number=f"C-{place:05}",
            account_id=account.pk,
            status=status,
            start_date=start,
            contract_term=term,
            end_date=end_of(start, term),
            owner_expiration_notice=rng.choice(NOTICES),
            activated_date=begun if status == ACTIVATED else None,
            customer_signed_date=start - timedelta(days=rng.randrange(1, 20))
            if status == ACTIVATED
            else None,
            special_terms="Reconduction tacite, préavis de trois mois." if rng.random() < 0.3 else None,  # noqa: PLR2004
            currency_iso_code="EUR",
            **maker.stamp(min(begun, maker.now), account.owner_id or maker.owners[0]),
        )


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))


def _lines(maker: Maker, prices: Sequence[PricebookEntry]) -> list[OrderItem]:
    found = []
    chosen = maker.rng.sample(prices, maker.rng.randrange(2, 5))
    for place, entry in enumerate(sorted(chosen, key=lambda one: one.unit_price or 0), 1):
        quantity, discount = float(maker.rng.randrange(1, 9)), maker.rng.choice(DISCOUNTS)
        subtotal, total = line_totals(quantity, entry.unit_price or 0, discount, entry.currency_iso_code)
        found.append(
            OrderItem(
                pricebook_entry_id=entry.pk,
                product2_id=entry.product2_id,
                name=entry.name,
                product_code=entry.product_code,
                sort_order=place,
                quantity=quantity,
                list_price=entry.unit_price,
                unit_price=entry.unit_price,
                discount=discount,
                subtotal=subtotal,
                total_price=total,
                tax_rate=20.0,
                currency_iso_code=entry.currency_iso_code,
            )
        )
    return found


def _fitted(items: list[OrderItem], amount: int) -> list[OrderItem]:
    """Return lines that come to the amount of the deal: so many of each that they fit, the last at the price agreed."""
    kept, left, last = [], amount, items[-1]
    for item in items[:-1]:
        price = item.list_price or 1
        quantity = float(max(1, round(left * SHARE / price)))
        subtotal, total = line_totals(quantity, price, item.discount, item.currency_iso_code)
        if total < left:
            item.quantity, item.subtotal, item.total_price = quantity, subtotal, total
            kept.append(item)
            left -= total
    count = min(
        (one for one in range(1, MOST) if left % one == 0),
        key=lambda one: abs(left / one - (last.list_price or 0)),
    )
    last.quantity, last.discount, last.unit_price = float(count), None, left // count
    last.subtotal = last.total_price = left
    return [*kept, last]


def _order(
    maker: Maker,
    deal: Opportunity,
    number: str,
    items: Sequence[OrderItem],
    contract: Contract | None,
    quote: int | None,
    book: int,
) -> Order:
    draft = maker.rng.random() < 0.12 and (maker.now.date() - deal.close_date).days < 40  # noqa: PLR2004
    amounts = [(one.subtotal or 0, one.total_price or 0, one.tax_rate) for one in items]
    sums = totals_of(amounts, deal.currency_iso_code)
    day = deal.close_date + timedelta(days=maker.rng.randrange(0, 4))
    account = cast("Account", deal.account)
    address = {f"billing_{part}": getattr(account, f"billing_{part}") for part in ADDRESS}
    made = min(_at(day), maker.now)
    return Order(
        order_number=number,
        account_id=account.pk,
        opportunity_id=deal.pk,
        quote_id=quote,
        contract_id=contract.pk if contract is not None and maker.rng.random() < 0.7 else None,  # noqa: PLR2004
        bill_to_contact_id=deal.contact_id,
        pricebook2_id=book,
        status="Draft" if draft else ACTIVATED,
        effective_date=day,
        language="en" if account.billing_country == "United Kingdom" else "fr",
        po_number=f"BC-{maker.rng.randrange(1000, 9999)}" if maker.rng.random() < 0.5 else None,  # noqa: PLR2004
        subtotal=sums.subtotal,
        discount=sums.discount,
        total_amount=sums.total,
        tax=sums.tax,
        grand_total=sums.grand_total,
        activated_date=None if draft else made,
        currency_iso_code=deal.currency_iso_code,
        **address,
        **maker.stamp(made, deal.owner_id or maker.owners[0]),
    )
