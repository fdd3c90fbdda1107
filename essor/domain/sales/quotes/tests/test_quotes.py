"""A quote says exactly what its lines come to, keeps what was sent, and may lead the products of its deal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from essor.access.actor import Actor, actor_for
from essor.access.tests.samples import MakeUser
from essor.domain.approvals.actions.decide import decide
from essor.domain.approvals.actions.direct import process_for
from essor.domain.approvals.actions.save_step import StepText
from essor.domain.approvals.actions.submit import submit
from essor.domain.sales.models import Opportunity, OpportunityLineItem, PricebookEntry
from essor.domain.sales.products.totals import line_totals
from essor.domain.sales.quotes import make
from essor.domain.sales.quotes.models import Quote, QuoteLineItem
from essor.domain.sales.quotes.tests.conftest import New
from essor.domain.sales.quotes.totals import Vat, totals_of
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.merge import merge
from essor.records.save import save, save_many
from essor.records.undelete import undelete


def refused(actor: Actor, change: Change) -> list[str]:
    with pytest.raises(ValidationFailed) as found:
        save(actor, change)
    return [one.field for one in found.value.errors]


def test_halves_of_a_cent_are_rounded_up_and_never_drift() -> None:
    assert line_totals(1, 5, 50, "EUR") == (5, 3), "2.5 cents are 3"
    assert line_totals(3, 1001, 7.5, "EUR") == (3003, 2778), "2777.775"
    assert line_totals(0.1, 30, None, "EUR") == (3, 3), "a tenth is a tenth, not a double near it"


def test_yen_have_no_cents() -> None:
    assert line_totals(1, 105_00, 50, "JPY") == (105_00, 53_00), "52.5 yen are 53"
    found = totals_of([(105_00, 53_00, 10.0)], "JPY")
    assert (found.tax, found.grand_total) == (5_00, 58_00), "of 53 yen 5.3, which nobody can pay"


def test_vat_is_rounded_once_per_rate() -> None:
    found = totals_of([(103, 103, 20.0), (103, 103, 20.0), (1000, 1000, 5.5)], "EUR", 100, 5.5)
    assert found.vat == (Vat(5.5, 1100, 61), Vat(20.0, 206, 41)), "60.5 and 41.2; shipping at its own rate"
    assert (found.total, found.tax, found.grand_total) == (1206, 102, 1408)


@given(st.lists(st.tuples(st.integers(1, 10**9), st.sampled_from([0.0, 2.1, 5.5, 10.0, 20.0])), max_size=8))
def test_the_table_of_vat_adds_up_to_the_grand_total(lines: list[tuple[int, float]]) -> None:
    found = totals_of([(total, total, rate) for total, rate in lines], "EUR")
    assert found.grand_total == sum(one.base + one.tax for one in found.vat) == found.total + found.tax
    for one in found.vat:
        assert abs(Decimal(one.tax) - Decimal(str(one.rate)) * one.base / 100) <= Decimal("0.5")


@pytest.mark.django_db
def test_a_quote_is_made_of_a_deal_with_its_products(admin: Actor, deal: int) -> None:
    quote = Quote.objects.get(pk=make.from_deal(admin, deal))
    assert (quote.name, quote.version, quote.status, quote.language) == ("Pumps for Lyon", 1, "Draft", "fr")
    assert (quote.billing_name, quote.billing_city, quote.contact.last_name) == (
        "Société Aulnay",
        "Lyon",
        "Moreau",
    )
    assert quote.quote_number == "Q-00001"
    assert (quote.subtotal, quote.total_price) == (4403, 4178)
    assert (quote.tax, quote.grand_total) == (836, 5014), "20 % of 41.78 is 8.356"
    assert quote.discount == 5.11
    assert Quote.objects.count() == 1


@pytest.mark.django_db
def test_without_a_contact_the_quote_goes_to_the_primary_one(admin: Actor, new: New) -> None:
    deal = new("Opportunity", Name="Bare", StageName="Prospecting", CloseDate="2027-01-31")
    person = new("Contact", LastName="Moreau")
    new("OpportunityContactRole", OpportunityId=deal, ContactId=person, IsPrimary=True)
    assert Quote.objects.get(pk=make.from_deal(admin, deal)).contact_id == person


@pytest.mark.django_db
def test_sums_follow_lines_and_shipping(admin: Actor, deal: int) -> None:
    key = make.from_deal(admin, deal)
    line = QuoteLineItem.objects.order_by("pk").last()
    save(admin, Change("QuoteLineItem", {"Quantity": 4, "TaxRate": 5.5}, id=line.pk))
    save(admin, Change("Quote", {"ShippingHandling": 10, "ShippingTaxRate": 20}, id=key))
    quote = Quote.objects.get()
    assert (quote.total_price, quote.tax) == (2778 + 2800, 154 + 756)
    assert quote.grand_total == 2778 + 2800 + 1000 + 154 + 756
    delete(admin, "QuoteLineItem", [line.pk])
    assert Quote.objects.get().total_price == 2778
    undelete(admin, "QuoteLineItem", [line.pk])
    assert Quote.objects.get().total_price == 5578


@pytest.mark.django_db
def test_a_new_version_carries_everything_on_and_closes_the_earlier_one(admin: Actor, deal: int) -> None:
    first = make.from_deal(admin, deal)
    save(admin, Change("Quote", {"ShippingHandling": 10, "IsSyncing": True}, id=first))
    second = make.new_version(admin, first)
    old, now = Quote.objects.get(pk=first), Quote.objects.get(pk=second)
    assert (now.quote_number, now.version, now.grand_total) == (old.quote_number, 2, old.grand_total)
    assert (old.is_superseded, old.is_syncing, now.is_syncing) == (True, False, True)
    assert refused(admin, Change("Quote", {"Name": "Other"}, id=first)) == [""]
    line = QuoteLineItem.objects.filter(quote=first).first()
    assert refused(admin, Change("QuoteLineItem", {"Quantity": 9}, id=line.pk)) == [""]
    with pytest.raises(ValidationFailed):
        delete(admin, "QuoteLineItem", [line.pk])
    with pytest.raises(ValidationFailed):
        make.new_version(admin, first)
    delete(admin, "Quote", [second])
    save(admin, Change("Quote", {"Name": "Other"}, id=first))


@pytest.mark.django_db
def test_an_accepted_quote_is_locked_until_the_acceptance_is_taken_back(admin: Actor, deal: int) -> None:
    key = make.from_deal(admin, deal)
    save(admin, Change("Quote", {"Status": "Accepted"}, id=key))
    line = QuoteLineItem.objects.first()
    assert refused(admin, Change("Quote", {"ShippingHandling": 3}, id=key)) == [""]
    assert refused(admin, Change("QuoteLineItem", {"Quantity": 9}, id=line.pk)) == [""]
    save(admin, Change("Quote", {"Status": "Presented"}, id=key))
    save(admin, Change("QuoteLineItem", {"Quantity": 9}, id=line.pk))


@pytest.mark.django_db
def test_an_accepted_quote_neither_loses_nor_gets_back_a_line_that_is_free(
    admin: Actor, deal: int, price: New, new: New
) -> None:
    key = make.from_deal(admin, deal)
    gift, gone = (
        new("QuoteLineItem", QuoteId=key, PricebookEntryId=price("5"), Quantity=1, Discount=100)
        for _line in range(2)
    )
    delete(admin, "QuoteLineItem", [gone])
    save(admin, Change("Quote", {"Status": "Accepted"}, id=key))
    for act, line in ((delete, gift), (undelete, gone)):
        with pytest.raises(ValidationFailed, match="closed"):
            act(admin, "QuoteLineItem", [line])
    delete(admin, "Quote", [key])
    undelete(admin, "Quote", [key])
    assert QuoteLineItem.objects.filter(is_deleted=False).count() == 3


@pytest.mark.django_db
def test_what_is_not_sold_any_more_stays_on_what_was_made_before(
    admin: Actor, deal: int, price: New, new: New
) -> None:
    key, off = make.from_deal(admin, deal), price("9")
    save(
        admin,
        Change("PricebookEntry", {"IsActive": False}, id=QuoteLineItem.objects.first().pricebook_entry_id),
    )
    save(admin, Change("Product2", {"IsActive": False}, id=PricebookEntry.objects.get(pk=off).product2_id))
    for name, parent in (
        ("OpportunityLineItem", {"OpportunityId": deal}),
        ("QuoteLineItem", {"QuoteId": key}),
    ):
        line = Change(name, {**parent, "PricebookEntryId": off, "Quantity": 1})
        assert refused(admin, line) == ["PricebookEntryId"], "the product is switched off"
    later = make.new_version(admin, key)
    assert Quote.objects.get(pk=later).total_price == Quote.objects.get(pk=key).total_price
    assert make.from_deal(admin, deal)


@pytest.mark.django_db
def test_products_of_the_deal_follow_the_quote_that_leads(
    admin: Actor, deal: int, price: New, new: New
) -> None:
    first = make.from_deal(admin, deal)
    pump = QuoteLineItem.objects.order_by("pk").first()
    save(admin, Change("QuoteLineItem", {"Quantity": 10, "Discount": None}, id=pump.pk))
    assert Opportunity.objects.get().amount == 4178, "nobody leads yet"
    save(admin, Change("Quote", {"IsSyncing": True}, id=first))
    assert Opportunity.objects.get().amount == 10010 + 1400
    kept = set(OpportunityLineItem.objects.filter(is_deleted=False).values_list("pk", flat=True))
    new("QuoteLineItem", QuoteId=first, PricebookEntryId=price("5"), Quantity=1)
    save(admin, Change("QuoteLineItem", {"UnitPrice": 10}, id=pump.pk))
    delete(admin, "QuoteLineItem", [QuoteLineItem.objects.order_by("pk")[1].pk])
    live = OpportunityLineItem.objects.filter(is_deleted=False).order_by("pk")
    assert Opportunity.objects.get().amount == 10000 + 500
    assert len(kept & set(live.values_list("pk", flat=True))) == 1, "what stayed is the same record"
    assert refused(admin, Change("OpportunityLineItem", {"Quantity": 77}, id=live[0].pk)) == [""]
    with pytest.raises(ValidationFailed):
        delete(admin, "OpportunityLineItem", [live[0].pk])
    second = make.from_deal(admin, deal)
    save(admin, Change("Quote", {"IsSyncing": True}, id=second))
    assert not Quote.objects.get(pk=first).is_syncing
    delete(admin, "Opportunity", [deal])
    undelete(admin, "Opportunity", [deal])
    assert OpportunityLineItem.objects.filter(is_deleted=False).count() == 2


@pytest.mark.django_db
def test_a_line_fits_its_quote(admin: Actor, deal: int, price: New, new: New) -> None:
    key = make.from_deal(admin, deal)
    line = {"QuoteId": key, "Quantity": 1}
    other = price("1", Pricebook2Id=new("Pricebook2", Name="Partners"))
    for entry in (price("1", CurrencyIsoCode="USD"), price("1", IsActive=False), other):
        assert refused(admin, Change("QuoteLineItem", {**line, "PricebookEntryId": entry})) == [
            "PricebookEntryId"
        ]
    good = {**line, "PricebookEntryId": price("2")}
    for field, value in (("Quantity", 0), ("Discount", 101), ("TaxRate", -1)):
        assert refused(admin, Change("QuoteLineItem", {**good, field: value})) == [field]


@pytest.mark.django_db
def test_many_lines_cost_the_same_number_of_queries_as_two(admin: Actor, deal: int, price: New) -> None:
    key = make.from_deal(admin, deal)
    entries = [price(str(number)) for number in range(20, 50)]
    costs = []
    for some in (entries[:1], entries[:2], entries):
        changes = [
            Change("QuoteLineItem", {"QuoteId": key, "PricebookEntryId": one, "Quantity": 1}) for one in some
        ]
        with CaptureQueriesContext(connection) as asked:
            assert all(result.ok for result in save_many(admin, "QuoteLineItem", changes))
        costs.append(len(asked))
    assert costs[1] == costs[2]


@pytest.mark.django_db
def test_a_line_comes_to_the_same_in_deal_and_quote(admin: Actor, new: New, price: New, deal: int) -> None:
    for quantity, amount, discount in (
        ("1", "0.05", "50"),
        ("2.5", "0.01", None),
        ("7", "1.15", "12.25"),
        ("1", "0.25", "10"),
    ):
        entry = price(amount)
        new(
            "OpportunityLineItem",
            OpportunityId=deal,
            PricebookEntryId=entry,
            Quantity=quantity,
            Discount=discount,
        )
    quote = Quote.objects.get(pk=make.from_deal(admin, deal))
    own = list(OpportunityLineItem.objects.order_by("pk").values_list("total_price", flat=True))
    assert own == [2778, 1400, 3, 3, 706, 23], "half up: 2777.775, 2.5, 2.5, 706.3875 and 22.5 cents"
    assert list(quote.quote_line_items.order_by("pk").values_list("total_price", flat=True)) == own
    assert Opportunity.objects.get(pk=deal).amount == quote.total_price == sum(own)


@pytest.mark.django_db
def test_a_deal_with_products_is_not_merged_away(admin: Actor, deal: int, new: New) -> None:
    other = new("Opportunity", Name="Twin", StageName="Prospecting", CloseDate="2027-01-31")
    with pytest.raises(ValidationFailed, match="“Pumps for Lyon” has products"):
        merge(admin, "Opportunity", other, [deal])
    merge(admin, "Opportunity", deal, [other])
    assert Opportunity.objects.get(pk=deal).amount == 4178


@pytest.mark.django_db
def test_a_quote_that_waits_for_an_answer_gets_no_later_version(
    admin: Actor, deal: int, make_user: MakeUser
) -> None:
    key, boss = make.from_deal(admin, deal), make_user("Boss", "Sales Manager")
    process = process_for("Quote", StepText("So much?", "people", people=(boss.pk,)))
    asked = submit(admin, "Quote", key, process=str(process.pk))
    with pytest.raises(ValidationFailed, match="waiting for Boss"):
        make.new_version(admin, key)
    decide(actor_for(boss), asked.items[0], approve=True)
    assert Quote.objects.get(pk=make.new_version(admin, key)).version == 2
