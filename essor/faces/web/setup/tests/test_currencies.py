"""Currencies and their rates are kept in the set-up; then records may be in them, and a board adds them up."""

from __future__ import annotations

from django.test import Client

from essor.domain.currencies.models import CurrencyType, DatedConversionRate
from essor.domain.sales.models import Opportunity
from essor.domain.sales.rules.conversion import follow_rates


def test_a_currency_and_its_rates(admin: Client, seller: Client) -> None:
    assert "CurrencyIsoCode" not in admin.get("/o/Opportunity/new").content.decode(), "there is no choice yet"
    assert admin.get("/setup/currencies/").status_code == 200
    wrong = admin.post("/setup/currencies/", {"IsoCode": "USD", "ConversionRate": "-1"})
    assert wrong.status_code == 422
    assert 'value="-1"' in wrong.content.decode()
    assert seller.post("/setup/currencies/", {"IsoCode": "USD", "ConversionRate": "2"}).status_code == 403
    assert admin.post("/setup/currencies/", {"IsoCode": "USD", "ConversionRate": "2"}).status_code == 302
    assert dict(CurrencyType.objects.values_list("iso_code", "conversion_rate")) == {"EUR": 1.0, "USD": 2.0}
    for rate in ("4", "5"):
        answer = admin.post("/setup/currencies/USD/", {"StartDate": "2026-01-01", "ConversionRate": rate})
        assert answer.status_code == 302
    assert DatedConversionRate.objects.get().conversion_rate == 5.0, "the same day again changes its rate"
    assert admin.post("/setup/currencies/USD/", {"StartDate": "x", "ConversionRate": "1"}).status_code == 422
    page = admin.get("/setup/currencies/USD/").content.decode()
    assert "5.0000" in page
    form = admin.get("/o/Opportunity/new").content.decode()
    assert 'name="CurrencyIsoCode"' in form
    for code, amount in (("USD", "100"), ("EUR", "7")):
        values = {"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-03-01", "Amount": amount}
        admin.post("/o/Opportunity/new", {**values, "CurrencyIsoCode": code})
    deal = Opportunity.objects.get(currency_iso_code="USD")
    assert deal.converted_amount == 2000
    board = admin.get("/o/Opportunity/?as=board&view=all").content.decode()
    assert "≈ €27" in board
    rate = DatedConversionRate.objects.get()
    assert admin.post("/setup/currencies/USD/remove").status_code == 302
    assert CurrencyType.objects.filter(iso_code="USD", is_deleted=False).exists(), "it still has a dated rate"
    admin.post(f"/setup/currencies/USD/rates/{rate.pk}/remove")
    follow_rates.call()
    deal.refresh_from_db()
    assert deal.converted_amount == 5000
    admin.post("/setup/currencies/USD/remove")
    assert not CurrencyType.objects.filter(is_deleted=False).exists()
    follow_rates.call()
    deal.refresh_from_db()
    assert deal.converted_amount is None
