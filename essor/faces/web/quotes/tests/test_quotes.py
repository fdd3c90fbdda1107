"""A quote on pages: made in one click, changed in the grid, looked at, sent with its document, closed by a version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from essor.access.actor import Actor
from essor.domain.feed.models import ContentDocument, ContentVersion
from essor.domain.sales.models import Opportunity
from essor.domain.sales.quotes.letterhead import letterhead
from essor.domain.sales.quotes.models import Quote, QuoteLineItem
from essor.faces.web.conftest import browser, person, text
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

New = Callable[..., int]


@pytest.fixture
def new(actor: Actor) -> New:
    def make(name: str, **values: Any) -> int:
        return save(actor, Change(name, values)).id

    return make


@pytest.fixture
def deal(new: New) -> str:
    book, product = new("Pricebook2", Name="Standard", IsStandard=True), new("Product2", Name="Pump")
    entry = new("PricebookEntry", Pricebook2Id=book, Product2Id=product, UnitPrice="10")
    account = new("Account", Name="Aulnay", BillingCountry="France")
    contact = new("Contact", LastName="Moreau", AccountId=account, Email="zoe@aulnay.example")
    key = new(
        "Opportunity",
        Name="Deal",
        StageName="Prospecting",
        CloseDate="2027-01-31",
        AccountId=account,
        ContactId=contact,
    )
    new("OpportunityLineItem", OpportunityId=key, PricebookEntryId=entry, Quantity="3")
    return ids.encode("006", key)


@pytest.fixture
def quote(admin: Client, deal: str) -> str:
    answer = admin.post(f"/r/{deal}/quote")
    assert answer.status_code == 302
    return answer.headers["Location"].rstrip("/").rpartition("/")[2]


def test_one_click_on_a_deal_makes_a_quote_with_its_lines(admin: Client, deal: str, quote: str) -> None:
    assert "New quote" in text(admin.get(f"/r/{deal}/"))
    page = text(admin.get(f"/r/{quote}/"))
    assert "Q-00001" in page
    assert "New version" in page
    panel = text(admin.get(f"/r/{quote}/products"))
    assert "Pump" in panel
    assert "€36" in panel, "with VAT"


def test_the_grid_changes_lines_and_says_what_is_wrong_with_them(admin: Client, quote: str) -> None:
    line = ids.encode("0QL", QuoteLineItem.objects.get().pk)
    answer = admin.post(f"/r/{quote}/products", {f"Quantity.{line}": "2.5", f"TaxRate.{line}": "5.5"})
    assert answer.status_code == 204
    assert Quote.objects.get().grand_total == 2638, "25.00 and 1.375 of VAT"
    answer = admin.post(f"/r/{quote}/products", {f"TaxRate.{line}": "200"})
    assert answer.status_code == 422
    assert "A rate of VAT goes from 0 to 100 percent." in text(answer)
    answer = admin.get(f"/r/{quote}/products/add")
    entry = ids.encode("01u", QuoteLineItem.objects.get().pricebook_entry_id)
    assert "Pump" in text(answer)
    assert admin.post(f"/r/{quote}/products/add", {f"quantity.{entry}": "1"}).status_code == 204
    assert QuoteLineItem.objects.count() == 2


def test_a_version_closes_the_one_before_it(admin: Client, quote: str) -> None:
    answer = admin.post(f"/r/{quote}/version")
    assert answer.status_code == 302
    assert answer.headers["Location"].rstrip("/").rpartition("/")[2] != quote
    panel = text(admin.get(f"/r/{quote}/products"))
    assert "A later version has replaced this quote" in panel
    assert 'name="Quantity.' not in admin.get(f"/r/{quote}/products").content.decode()
    assert admin.post(f"/r/{quote}/version").status_code == 302
    assert Quote.objects.count() == 2, "a second version of the same one is refused"
    assert admin.get(f"/r/{quote}/send").status_code == 403


def test_products_of_a_deal_that_follow_a_quote_say_so(admin: Client, deal: str, quote: str) -> None:
    assert admin.post(f"/r/{quote}/lead").status_code == 302
    panel = admin.get(f"/r/{deal}/products").content.decode()
    assert "These products follow the quote Q-00001" in panel
    assert f'href="/r/{quote}/"' in panel
    line = ids.encode("0QL", QuoteLineItem.objects.get().pk)
    admin.post(f"/r/{quote}/products", {f"Quantity.{line}": "5"})
    assert Opportunity.objects.get().amount == 5000
    admin.post(f"/r/{quote}/lead")
    assert "These products follow" not in admin.get(f"/r/{deal}/products").content.decode()


def test_the_document_opens_as_a_pdf(admin: Client, quote: str) -> None:
    heading = (
        admin.get(f"/r/{quote}/").content.decode().partition("page-actions")[2].partition('class="menu')[0]
    )
    assert f"/r/{quote}/document" in heading, "in sight, not in the menu"
    answer = admin.get(f"/r/{quote}/document")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="Devis-Q-00001.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert "Quote" in admin.get(f"/r/{quote}/document?language=en").headers["Content-Disposition"]


def test_sending_mails_the_document_keeps_it_and_presents_the_quote(admin: Client, quote: str) -> None:
    page = admin.get(f"/r/{quote}/send").content.decode()
    assert "zoe@aulnay.example" in page
    sent = {"to": "zoe@aulnay.example", "subject": "Devis", "text": "Bonjour"}
    answer = admin.post(f"/r/{quote}/send", sent)
    assert answer.status_code == 302, text(answer)
    (message,) = mail.outbox
    name, content, kind = message.attachments[0]
    assert (message.to, message.reply_to) == (["zoe@aulnay.example"], ["boss@example.fr"])
    assert (name, kind) == ("Devis-Q-00001.pdf", "application/pdf")
    assert content.startswith(b"%PDF-")
    assert Quote.objects.get().status == "Presented"
    assert ContentDocument.objects.get().title == "Devis-Q-00001"
    admin.post(f"/r/{quote}/document/keep")
    assert ContentVersion.objects.count() == 1, "the same document is kept once"
    line = ids.encode("0QL", QuoteLineItem.objects.get().pk)
    admin.post(f"/r/{quote}/products", {f"Quantity.{line}": "7"})
    admin.post(f"/r/{quote}/document/keep")
    assert sorted(ContentVersion.objects.values_list("version_number", flat=True)) == [1, 2]
    assert ContentDocument.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"to": "nobody"}, {"subject": "one\r\nBcc: all@x.example"}, {"text": " "}])
def test_a_mail_that_cannot_go_is_shown_again_as_it_was_typed(
    admin: Client, quote: str, wrong: dict[str, str]
) -> None:
    answer = admin.post(
        f"/r/{quote}/send", {"to": "zoe@aulnay.example", "subject": "Hm", "text": "Typed", **wrong}
    )
    assert answer.status_code == 422
    assert not mail.outbox
    assert Quote.objects.get().status == "Draft"


def test_who_only_reads_neither_sends_nor_makes_versions(boss: object, quote: str) -> None:
    reader = browser(person("Reader", "Read Only"))
    assert reader.get(f"/r/{quote}/document").status_code == 200
    assert reader.get(f"/r/{quote}/send").status_code == 403
    assert reader.post(f"/r/{quote}/version").status_code in (302, 403)
    assert Quote.objects.count() == 1
    assert "New version" not in text(reader.get(f"/r/{quote}/"))


def test_other_records_are_no_quotes(admin: Client, deal: str, quote: str) -> None:
    assert admin.get(f"/r/{deal}/document").status_code == 404
    assert admin.post(f"/r/{quote}/quote").status_code == 404


def test_the_letterhead_is_kept_and_refused_beside_its_fields(admin: Client, seller: Client) -> None:
    typed = {"legal_name": "Acme", "siret": "73282932000074", "payment_days": "45", "penalty_rate": "12"}
    assert admin.post("/setup/letterhead", typed).status_code == 302
    assert (letterhead().legal_name, letterhead().payment_days) == ("Acme", 45)
    answer = admin.post("/setup/letterhead", {**typed, "siret": "12"})
    assert answer.status_code == 422
    assert "14 digits" in text(answer)
    assert seller.post("/setup/letterhead", typed).status_code == 403
