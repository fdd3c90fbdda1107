"""Quotes of the demo company in every state, some with an earlier version, and its letterhead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import models

from essor.domain.demo.companies import Maker
from essor.domain.sales.models import Account, Contact, Opportunity, OpportunityLineItem
from essor.domain.sales.products.totals import line_totals
from essor.domain.sales.quotes.models import Letterhead, Quote, QuoteLineItem
from essor.domain.sales.quotes.rules import VALID_DAYS
from essor.domain.sales.quotes.totals import totals_of
from essor.records.models import Sequence as Numbers

Store = Callable[[type[models.Model], Iterable[Any]], list[Any]]
MOST = 240  # of the open deals with lines
STATUSES = (
    "Draft",
    "Draft",
    "Needs Review",
    "In Review",
    "Approved",
    "Presented",
    "Presented",
    "Accepted",
    "Denied",
)
SECOND = 0.2  # of the quotes are a second version
RATES = (20.0, 20.0, 20.0, 10.0, 5.5)
SHIPPING = (None, None, 2_500, 4_900)


def letterhead() -> None:
    """Fill the letterhead when nobody has."""
    if not Letterhead.objects.exists():
        Letterhead.objects.create(
            legal_name="Vauban Automatismes", legal_form="SAS", capital="250 000 €", street="12 quai de la Citadelle",
            postal_code="59000", city="Lille", country="France", siret="732 829 320 00074", register="RCS Lille 732 829 320",
            vat_number="FR44 732829320", phone="03 20 00 00 00", email="devis@vauban.example",
            website="www.vauban.example", iban="FR76 3000 6000 0112 3456 7890 189", payment_days=30, penalty_rate="12",
        )  # fmt: skip


def make(
    maker: Maker,
    deals: Sequence[Opportunity],
    lines: Sequence[OpportunityLineItem],
    persons: Sequence[Contact],
    store: Store,
) -> None:
    """Store quotes of some of the deals that have lines, addressed to a person of the account; all of it stored already."""
    people: dict[int | None, int] = {}
    for one in persons:
        people.setdefault(one.account_id, one.pk)
    by_deal: dict[int, list[OpportunityLineItem]] = defaultdict(list)
    for line in lines:
        by_deal[line.opportunity_id].append(line)
    chosen = [deal for deal in deals if deal.pk in by_deal][:MOST]
    accounts = Account.objects.in_bulk({deal.account_id for deal in chosen} - {None})
    last = Quote.objects.count()
    for deal in chosen:
        last += 1
        own = {"quote_number": f"Q-{last:05}", "contact_id": deal.contact_id or people.get(deal.account_id)}
        _quote(maker, deal, accounts.get(deal.account_id or 0), by_deal[deal.pk], own, store)
    Numbers.objects.update_or_create(object_name="Quote", field="QuoteNumber", defaults={"last": last})


def _quote(
    maker: Maker,
    deal: Opportunity,
    account: Account | None,
    lines: Sequence[OpportunityLineItem],
    own: dict[str, Any],
    store: Store,
) -> None:
    rng = maker.rng
    status, second = rng.choice(STATUSES), rng.random() < SECOND
    made = maker.now - timedelta(days=rng.randrange(1, 25))
    shipping = rng.choice(SHIPPING)
    copies = [_line(line, rng.choice(RATES), place) for place, line in enumerate(lines, 1)]
    amounts = [(one.subtotal or 0, one.total_price or 0, one.tax_rate) for one in copies]
    sums = totals_of(amounts, deal.currency_iso_code, shipping or 0, 20.0)
    values: dict[str, Any] = {
        **own, "name": deal.name, "opportunity_id": deal.pk, "account_id": deal.account_id,
        "pricebook2_id": deal.pricebook2_id, "language": "fr",
        "expiration_date": (made + timedelta(days=VALID_DAYS)).date(), "subtotal": sums.subtotal, "discount": sums.discount,
        "total_price": sums.total, "shipping_handling": shipping, "tax": sums.tax, "grand_total": sums.grand_total,
        "currency_iso_code": deal.currency_iso_code,
    }  # fmt: skip
    if account is not None:
        values |= {
            "billing_name": account.name,
            "language": "fr" if account.billing_country in (None, "France") else "en",
        }
        values |= {f"billing_{part}": getattr(account, f"billing_{part}")
                   for part in ("street", "city", "postal_code", "state", "country")}  # fmt: skip
    stamp = maker.stamp(made, deal.owner_id or maker.owners[0])
    first = Quote(
        **values, version=1, status="Presented" if second else status, is_superseded=second, **stamp
    )
    newest = store(Quote, [first])[0]
    stored = [first]
    if second:
        newest = store(
            Quote, [Quote(**values, version=2, status=status, previous_quote_id=first.pk, **stamp)]
        )[0]
        stored.append(newest)
    detail = {name: value for name, value in stamp.items() if name != "owner_id"}
    rows = []
    for quote in stored:
        for place, line in enumerate(lines, 1):
            row = _line(line, copies[place - 1].tax_rate or 0, place)
            row.quote_id = quote.pk
            for name, value in detail.items():
                setattr(row, name, value)
            rows.append(row)
    store(QuoteLineItem, rows)


def _line(line: OpportunityLineItem, rate: float, place: int) -> QuoteLineItem:
    price, quantity = line.unit_price or 0, line.quantity or 0
    subtotal, total = line_totals(quantity, price, line.discount, line.currency_iso_code)
    return QuoteLineItem(
        pricebook_entry_id=line.pricebook_entry_id, product2_id=line.product2_id, name=line.name,
        product_code=line.product_code, sort_order=place, quantity=line.quantity, list_price=line.list_price,
        unit_price=line.unit_price, discount=line.discount, subtotal=subtotal, total_price=total, tax_rate=rate,
        currency_iso_code=line.currency_iso_code,
    )  # fmt: skip
