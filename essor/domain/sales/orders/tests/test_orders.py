"""Orders come of quotes and won deals with all they say; activated they stay; contracts end and people hear of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.access.actor import Actor, actor_for
from essor.access.tests.samples import MakeUser
from essor.domain.notifications.models import Notification
from essor.domain.sales.models import Opportunity
from essor.domain.sales.orders import contracts, document, expiry, make
from essor.domain.sales.orders.models import Contract, Order, OrderItem
from essor.domain.sales.quotes import make as quotes
from essor.domain.sales.quotes.document import data_of
from essor.domain.sales.quotes.models import Quote
from essor.domain.sales.quotes.tests.conftest import New
from essor.domain.sales.quotes.tests.test_document import written
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save, save_many
from essor.records.undelete import undelete

pytestmark = pytest.mark.django_db


def refused(actor: Actor, name: str, key: int | None, **values: object) -> list[str]:
    with pytest.raises(ValidationFailed) as found:
        save(actor, Change(name, values, id=key))
    return [one.field for one in found.value.errors]


@pytest.fixture
def won(admin: Actor, deal: int) -> int:
    save(admin, Change("Opportunity", {"StageName": "Closed Won"}, id=deal))
    return deal


@pytest.fixture
def order(admin: Actor, won: int) -> int:
    return make.from_deal(admin, won)


def activate(actor: Actor, order: int) -> Order:
    save(actor, Change("Order", {"Status": "Activated"}, id=order))
    return Order.objects.get(pk=order)


def test_an_order_of_a_quote_says_what_the_quote_said(admin: Actor, deal: int) -> None:
    key = quotes.from_deal(admin, deal)
    terms = {"PaymentTerms": "60 days", "BillingName": "Aulnay Holding"}
    save(admin, Change("Quote", {"ShippingHandling": 12.5, "Language": "en", **terms}, id=key))
    found, quote = Order.objects.get(pk=make.from_quote(admin, key)), Quote.objects.get(pk=key)
    assert (found.order_number, found.status, found.language) == ("O-00001", "Draft", "en")
    assert (found.account_id, found.opportunity_id, found.quote_id) == (quote.account_id, deal, key)
    assert (found.billing_city, found.bill_to_contact_id) == ("Lyon", quote.contact_id)
    assert (found.total_amount, found.tax, found.grand_total) == (
        quote.total_price,
        quote.tax,
        quote.grand_total,
    )
    totals = [
        list(one.order_by("sort_order").values_list("total_price", flat=True))
        for one in (found.order_items, quote.quote_line_items)
    ]
    assert totals[0] == totals[1] == [2778, 1400]
    paper = data_of(admin, found.pk, paper=document.ORDER)
    assert (paper["terms"][0], paper["customer"]["name"]) == ("60 days", "Aulnay Holding"), "what was agreed"
    quotes.new_version(admin, key)
    with pytest.raises(ValidationFailed, match="later version"):
        make.from_quote(admin, key)


def test_only_won_deals_are_ordered(admin: Actor, deal: int, new: New) -> None:
    with pytest.raises(ValidationFailed, match="won"):
        make.from_deal(admin, deal)
    alone = new("Opportunity", Name="No account", StageName="Closed Won", CloseDate="2027-01-31")
    with pytest.raises(ValidationFailed, match="account"):
        make.from_deal(admin, alone)
    assert not Order.objects.exists()


def test_an_order_is_activated_with_a_line_and_its_contract(admin: Actor, order: int, new: New) -> None:
    account = Order.objects.get().account_id
    empty = new("Order", AccountId=account)
    assert refused(admin, "Order", empty, Status="Activated") == ["Status"]
    assert refused(admin, "Order", None, AccountId=account, Status="Activated") == ["Status"]
    contract = new("Contract", AccountId=account)
    save(admin, Change("Order", {"ContractId": contract}, id=order))
    assert refused(admin, "Order", order, Status="Activated") == ["Status"], "the contract is a draft"
    assert set(refused(admin, "Contract", contract, Status="Activated")) == {"StartDate", "ContractTerm"}
    save(
        admin,
        Change(
            "Contract", {"Status": "Activated", "StartDate": "2026-11-01", "ContractTerm": 12}, id=contract
        ),
    )
    assert activate(admin, order).activated_date is not None
    stranger = new("Contract", AccountId=new("Account", Name="Another"))
    assert refused(admin, "Order", empty, ContractId=stranger) == ["ContractId"]


def test_an_activated_order_stays_as_it_is(admin: Actor, order: int, price: New) -> None:
    before = activate(admin, order).total_amount
    line = OrderItem.objects.order_by("pk").first()
    assert line is not None
    assert refused(admin, "Order", order, PoNumber="7") == [""]
    assert refused(admin, "OrderItem", line.pk, Quantity=9) == [""]
    assert refused(admin, "OrderItem", None, OrderId=order, PricebookEntryId=price("5"), Quantity=1) == [""]
    for name, key in (("OrderItem", line.pk), ("Order", order)):
        with pytest.raises(ValidationFailed, match="activat"):
            delete(admin, name, [key])
    assert Order.objects.get(pk=order).total_amount == before
    save(admin, Change("Order", {"Status": "Draft"}, id=order))
    save(admin, Change("OrderItem", {"Quantity": 1}, id=line.pk))
    found = Order.objects.get(pk=order)
    assert (found.total_amount, found.activated_date) == (926 + 1400, None)
    delete(admin, "OrderItem", [line.pk])
    assert Order.objects.get(pk=order).total_amount == 1400
    delete(admin, "Order", [order])
    undelete(admin, "Order", [order])
    assert Order.objects.get(pk=order).total_amount == 1400


def test_many_lines_cost_as_many_queries_as_two(admin: Actor, order: int, price: New) -> None:
    entry = price("3")

    def lines(count: int) -> int:
        changes = [Change("OrderItem", {"OrderId": order, "PricebookEntryId": entry, "Quantity": 1})] * count
        with CaptureQueriesContext(connection) as seen:
            assert all(one.ok for one in save_many(admin, "OrderItem", changes))
        return len(seen)

    lines(1)
    assert lines(40) <= lines(2) + 2


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 11, 15), 3, date(2027, 2, 14)),
    ],
)
def test_a_term_ends_the_day_before_it_would_begin_again(start: date, months: int, end: date) -> None:
    assert contracts.end_of(start, months) == end


def test_people_hear_of_the_end_of_a_contract_once(admin: Actor, new: New, make_user: MakeUser) -> None:
    ann, ben = make_user("Ann"), make_user("Ben", language="fr")
    account = new("Account", Name="Société Aulnay", OwnerId=ben.pk)
    start = timezone.localdate() - timedelta(days=20)
    values = {"AccountId": account, "OwnerId": ann.pk, "StartDate": start.isoformat(), "Status": "Activated"}
    soon = new("Contract", **values, ContractTerm=1, OwnerExpirationNotice="30")
    new("Contract", **values, ContractTerm=6, OwnerExpirationNotice="30")
    new("Contract", **values, ContractTerm=1)
    new("Contract", **{**values, "Status": "Draft"}, ContractTerm=1, OwnerExpirationNotice="30")
    expiry.tell.call()
    told = Notification.objects.filter(kind="contract_ends")
    assert sorted(told.values_list("user_id", "record_id")) == sorted([(ann.pk, soon), (ben.pk, soon)])
    assert "C-00001" in told.first().title  # type: ignore[union-attr]
    expiry.tell.call()
    assert told.count() == 2, "nobody hears of the same end twice"
    save(admin, Change("Contract", {"ContractTerm": 2}, id=soon))
    expiry.tell.call()
    assert told.count() == 2, "it ends later than the notice reaches"
    assert refused(admin, "Contract", soon, Status="Draft") == ["Status"]
    assert refused(admin, "Contract", soon, AccountId=new("Account", Name="B")) == ["AccountId"]
    assert actor_for(ben).language == "fr"
    assert Contract.objects.get(pk=soon).contract_number == "C-00001"
    assert not Opportunity.objects.exists()


def test_the_confirmation_is_written_in_both_languages(admin: Actor, order: int) -> None:
    save(admin, Change("Order", {"PoNumber": "BC-778", "EffectiveDate": "2027-03-01"}, id=order))
    name, content = document.pdf(admin, order)
    _reader, text = written(content)
    assert name == "Confirmation-de-commande-O-00001.pdf"
    for said in (
        "Confirmation de commande",
        "1er mars 2027",
        "BC-778",
        "Société Aulnay",
        "Zoé Moreau",
        "27,78 €",
        "50,14 €",
    ):
        assert said in text, (said, text)
    assert "Bon pour accord" not in text
    _reader, text = written(document.pdf(admin, order, "en")[1])
    for said in ("Order confirmation", "1 March 2027", "Total incl. VAT", "Pumps for Lyon"):
        assert said in text, (said, text)
