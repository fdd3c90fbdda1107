"""The document says in both languages what the quote comes to, on as many pages as it takes."""

from __future__ import annotations

import io
import os
import re
import struct
import zlib
from pathlib import Path

import pytest
from pypdf import PdfReader

from essor.access.actor import Actor
from essor.domain.sales.quotes import document, make
from essor.domain.sales.quotes.letterhead import keep, letterhead
from essor.domain.sales.quotes.models import Quote, QuoteLineItem
from essor.domain.sales.quotes.tests.conftest import New
from essor.kernel.errors import NotFound, ValidationFailed
from essor.records.change import Change
from essor.records.save import save, save_many

pytestmark = pytest.mark.django_db
SELLER = {
    "legal_name": "Vauban Automatismes",
    "legal_form": "SAS",
    "capital": "250 000 €",
    "street": "12 quai de la Citadelle",
    "postal_code": "59000",
    "city": "Lille",
    "country": "France",
    "siret": "732 829 320 00074",
    "register": "RCS Lille 732 829 320",
    "vat_number": "FR44 732829320",
    "phone": "03 20 00 00 00",
    "email": "devis@vauban.example",
    "payment_days": "45",
    "iban": "FR76 3000 6000 0112 3456 7890 189",
}


def written(content: bytes) -> tuple[PdfReader, str]:
    """Return the document and its text with every kind of space as one plain space."""
    if folder := os.environ.get("ESSOR_KEEP_PDF"):
        place = (
            Path(folder) / f"{os.environ['PYTEST_CURRENT_TEST'].split('::')[1].split()[0]}-{len(content)}.pdf"
        )
        place.write_bytes(content)
    reader = PdfReader(io.BytesIO(content))
    return reader, re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def picture(width: int, height: int) -> bytes:
    """Return a PNG of one colour."""
    rows = (b"\0" + b"\x0b\x5c\x7a" * width) * height
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.fixture
def quote(admin: Actor, deal: int) -> int:
    keep(admin, SELLER)
    key = make.from_deal(admin, deal)
    line = QuoteLineItem.objects.order_by("pk").last()
    save(admin, Change("QuoteLineItem", {"TaxRate": 5.5, "ServiceDate": "2027-02-01"}, id=line.pk))
    save(admin, Change("Quote", {"ShippingHandling": 12.5, "ExpirationDate": "2027-03-08"}, id=key))
    return key


def test_a_french_quote(admin: Actor, quote: int) -> None:
    name, content = document.pdf(admin, quote)
    reader, text = written(content)
    assert name == "Devis-Q-00001.pdf"
    for said in (
        "Devis",
        "Q-00001",
        "8 mars 2027",
        "Société Aulnay",
        "69003 Lyon",
        "Zoé Moreau",
        "Pump 10.01",
        "7,5 %",
        "27,78 €",
        "1er février 2027",
        "5,5 %",
        "14,00 €",
        "40,28 €",
        "Total TTC",
        "Bon pour accord",
        "40 €",
        "L441-10",
        "45 jours",
        "SAS au capital de 250 000 €",
        "SIRET 732 829 320 00074",
        "TVA FR44 732829320",
        "Page 1 sur 1",
    ):
        assert said in text, (said, text)
    stored = Quote.objects.get()
    assert (stored.total_price, stored.tax, stored.grand_total) == (4178, 883, 6311), (
        "8.056 and 0.77 of VAT, 12.50 shipping"
    )
    for said in ("41,78 €", "8,83 €", "63,11 €", "8,06 €", "0,77 €", "-2,25 €"):
        assert said in text.replace("−", "-"), (said, text)
    assert reader.metadata.title == "Devis Q-00001 – Pumps for Lyon"
    assert reader.metadata.author == "Vauban Automatismes"
    fonts = {name for page in reader.pages for name in page["/Resources"]["/Font"]}
    assert fonts, "real text, that can be searched and read aloud"


def test_an_english_quote(admin: Actor, quote: int) -> None:
    save(admin, Change("Quote", {"Language": "en"}, id=quote))
    name, content = document.pdf(admin, quote)
    _reader, text = written(content)
    assert name == "Quote-Q-00001.pdf"
    for said in (
        "Quote",
        "8 March 2027",
        "Attention of",
        "7.5%",
        "€27.78",
        "Total incl. VAT",
        "€63.11",
        "€40",
        "Page 1 of 1",
        "Payment within 45 days",
        "three times the French legal rate",
    ):
        assert said in text, (said, text)
    assert "Devis" in written(document.pdf(admin, quote, "fr")[1])[1], "another language may be chosen"


def test_the_same_quote_is_the_same_file_byte_for_byte(admin: Actor, quote: int) -> None:
    assert document.pdf(admin, quote)[1] == document.pdf(admin, quote)[1]


def test_a_long_quote_repeats_its_heads_and_numbers_its_pages(admin: Actor, quote: int, price: New) -> None:
    entries = [price(str(number)) for number in range(20, 95)]
    lines = [
        Change(
            "QuoteLineItem",
            {
                "QuoteId": quote,
                "PricebookEntryId": one,
                "Quantity": 2.5,
                "Description": "Garantie de deux ans",
            },
        )
        for one in entries
    ]
    assert all(one.ok for one in save_many(admin, "QuoteLineItem", lines))
    reader, text = written(document.pdf(admin, quote)[1])
    assert len(reader.pages) >= 4
    for number, page in enumerate(reader.pages, 1):
        own = page.extract_text()
        assert f"Page {number} sur {len(reader.pages)}" in own
        assert number == 1 or "Devis Q-00001" in own
        assert ("Désignation" in own) == ("Garantie" in own), "a head above every part of the table"
        assert ("Bon pour accord" in own) == ("Total TTC" in own), "nobody signs a page without the sums"
    assert text.count("Garantie de deux ans") == 75
    assert "2,5" in text


def test_what_people_typed_is_text_and_never_markup(admin: Actor, quote: int) -> None:
    name = '*#image("/etc/passwd")* $x$ <a> \\ `code` 5 < 6 & “€” Œuvre'
    save(admin, Change("Quote", {"Name": name, "Description": "#panic()\n= Title"}, id=quote))
    _reader, text = written(document.pdf(admin, quote)[1])
    assert name in text
    assert "#panic() = Title" in text


def test_a_version_says_which_it_is_and_an_empty_quote_is_a_document_too(
    admin: Actor, quote: int, new: New
) -> None:
    second = make.new_version(admin, quote)
    assert "Q-00001, version 2" in written(document.pdf(admin, second)[1])[1]
    bare = new("Opportunity", Name="Bare", StageName="Prospecting", CloseDate="2027-01-31")
    assert "no line yet" in written(document.pdf(admin, make.from_deal(admin, bare), "en")[1])[1]


def test_the_logo_stands_on_the_document(admin: Actor, quote: int) -> None:
    keep(admin, SELLER, [picture(240, 80)])
    reader, _text = written(document.pdf(admin, quote)[1])
    assert len(reader.pages[0]["/Resources"]["/XObject"]) == 1
    keep(admin, SELLER, drop_logo=True)
    assert letterhead().logo == ""


def test_nonsense_on_the_letterhead_is_refused_beside_its_field(admin: Actor) -> None:
    wrong = {
        **SELLER,
        "siret": "732 829 320 00075",
        "payment_days": "soon",
        "penalty_rate": "much",
        "city": "x" * 121,
    }
    with pytest.raises(ValidationFailed) as refused:
        keep(admin, wrong, [b"<svg onload=alert(1)>"])
    assert {one.field for one in refused.value.errors} == {
        "siret",
        "payment_days",
        "penalty_rate",
        "city",
        "logo",
    }


def test_who_may_not_read_the_quote_gets_no_document(quote: int, make_user: object, admin: Actor) -> None:
    with pytest.raises(NotFound):
        document.pdf(admin, quote + 1)
