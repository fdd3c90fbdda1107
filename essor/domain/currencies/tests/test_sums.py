"""A roll-up gathers several currencies in that of its record, and nobody chooses a currency that is not in use."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor
from essor.catalog import current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.spec import FieldSpec
from essor.domain.currencies import jobs
from essor.domain.sales.models import Account, Opportunity
from essor.domain.sales.rules.conversion import follow_rates
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.query import run, soql
from essor.records import rollups
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.merge import merge
from essor.records.save import save
from essor.records.tests.conftest import New
from essor.records.undelete import undelete

pytestmark = pytest.mark.usefixtures("run_time_catalog", "dollars")


@pytest.fixture
def dollars(new: New) -> None:
    """1.25 dollars a euro before 2026, 2 from then on."""
    new("CurrencyType", IsoCode="USD", ConversionRate="1.25")
    new("DatedConversionRate", IsoCode="USD", StartDate="2026-01-01", ConversionRate="2")


def roll_up(admin: Actor, function: str, *, of: str = "Amount", where: str = "") -> str:
    """Define a roll-up of an account over its deals; return its name."""
    options = {"relationship": "Opportunities", "function": function, "field": of} | (
        {"where": where} if where else {}
    )
    name = f"{function}{of}{len(where)}__c"
    spec = FieldSpec(object="Account", name=name, kind="rollup", label=name, options=options)
    return add_field(admin.user_id, spec).name


def deal(new: New, account: int, amount: str, code: str = "EUR", day: str = "2026-03-01") -> int:
    return new(
        "Opportunity",
        Name="D",
        StageName="Prospecting",
        CloseDate=day,
        Amount=amount,
        CurrencyIsoCode=code,
        AccountId=ids.encode("001", account),
    )


def of(admin: Actor, account: int, name: str) -> float | None:
    """Return a roll-up as it is read, in major units."""
    key = ids.encode("001", account)
    value = run.rows(admin, soql.parse(f"SELECT {name} FROM Account WHERE Id = '{key}'"))[0][name]
    return None if value is None else value / 100


def right(name: str) -> bool:
    """Tell whether the check of roll-ups agrees with what is stored."""
    return rollups.drift(current.get(), mend=False)[f"Account.{name}"] == 0


def test_deals_are_added_up_in_the_currency_of_their_account(admin: Actor, new: New) -> None:
    total, least, most = (roll_up(admin, name) for name in ("SUM", "MIN", "MAX"))
    soon = roll_up(admin, "SUM", where="CloseDate != TODAY")  # moves by itself, so it has no column
    here, there = new("Account", Name="A"), new("Account", Name="B", CurrencyIsoCode="USD")
    for account in (here, there):
        deal(new, account, "100")
        deal(new, account, "100", "USD")
        deal(new, account, "100", "USD", "2025-06-01")
    assert [of(admin, here, one) for one in (total, least, most, soon)] == [230, 50, 100, 230]
    assert [of(admin, there, one) for one in (total, least, most, soon)] == [400, 100, 200, 400]
    corporate = roll_up(admin, "SUM", of="ConvertedAmount")
    rollups.drift(current.get(), mend=True)
    assert of(admin, there, corporate) == 230, "in the company's currency, and shown so"
    assert current.get().object("Account").field(corporate).options["corporate"] is True


def test_every_way_of_writing_leaves_them_right(admin: Actor, new: New) -> None:
    total = roll_up(admin, "SUM")
    first, second = new("Account", Name="A"), new("Account", Name="B", CurrencyIsoCode="USD")
    one, other = deal(new, first, "100", "USD"), deal(new, first, "10")
    steps = (
        (lambda: save(admin, Change("Opportunity", {"CurrencyIsoCode": "EUR"}, id=one)), 110, 0),
        (lambda: save(admin, Change("Account", {"CurrencyIsoCode": "USD"}, id=first)), 220, 0),
        (
            lambda: save(admin, Change("Opportunity", {"AccountId": ids.encode("001", second)}, id=one)),
            20,
            200,
        ),
        (lambda: delete(admin, "Opportunity", [one]), 20, 0),
        (lambda: undelete(admin, "Opportunity", [one]), 20, 200),
        (lambda: save(admin, Change("Opportunity", {"CloseDate": "2025-01-01"}, id=other)), 12.5, 200),
        (lambda: merge(admin, "Account", second, [first], {"CurrencyIsoCode": "EUR"}), None, 110),
    )
    for step, (write, in_first, in_second) in enumerate(steps):
        write()
        found = of(admin, first, total) if in_first is not None else None
        assert (found, of(admin, second, total)) == (in_first, in_second), step
        assert right(total), step


def test_rates_that_change_bring_them_along(admin: Actor, new: New) -> None:
    total = roll_up(admin, "SUM")
    dollar, euro = new("Account", Name="A", CurrencyIsoCode="USD"), new("Account", Name="B")
    deal(new, dollar, "100")
    deal(new, euro, "100", "USD")
    new("DatedConversionRate", IsoCode="USD", StartDate="2026-02-01", ConversionRate="4")
    jobs.revalue.call()
    follow_rates.call()
    assert (of(admin, dollar, total), of(admin, euro, total)) == (400, 25)
    assert right(total)


def test_a_sum_is_empty_rather_than_wrong_without_a_rate(admin: Actor, new: New) -> None:
    total = roll_up(admin, "SUM")
    account = new("Account", Name="A")
    deal(new, account, "100")
    Opportunity.objects.filter(pk=deal(new, account, "5")).update(
        currency_iso_code="GBP", conversion_rate=None
    )
    rollups.drift(current.get(), mend=True)
    assert of(admin, account, total) is None
    new("CurrencyType", IsoCode="GBP", ConversionRate="0.5")
    follow_rates.call()
    assert of(admin, account, total) == 110
    assert Account.objects.filter(currency_iso_code="EUR").count() == 1


def test_a_currency_out_of_use_is_refused_and_kept_where_it_stands(admin: Actor, new: New) -> None:
    account = new("Account", Name="A", CurrencyIsoCode="USD")
    stored = save(admin, Change("CurrencyType", {"IsoCode": "CHF", "ConversionRate": 1}))
    save(admin, Change("CurrencyType", {"IsActive": False}, id=stored.id))
    for code in ("CHF", "SEK"):
        for change in (
            Change("Account", {"Name": "B", "currencyisocode": code}),
            Change("Account", {"CurrencyIsoCode": code}, id=account),
        ):
            with pytest.raises(ValidationFailed, match=code) as refused:
                save(admin, change)
            assert refused.value.errors[0].code == "INVALID_CURRENCY_ISO"
    Account.objects.update(currency_iso_code="CHF")
    save(admin, Change("Account", {"Name": "C", "CurrencyIsoCode": "CHF"}, id=account))
    key = ids.encode("001", account)
    assert run.rows(admin, soql.parse(f"SELECT Name FROM Account WHERE Id = '{key}'"))[0]["Name"] == "C"
