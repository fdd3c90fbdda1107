"""The document of a quote or an order: what stands in it, as its maker may see it, set as a PDF, the same byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import typst
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import EMPTY, Catalog, ObjectDef
from essor.domain.feed import store
from essor.domain.sales.quotes.letterhead import letterhead
from essor.domain.sales.quotes.models import Letterhead
from essor.domain.sales.quotes.totals import totals_of
from essor.domain.sales.quotes.words import LOCALES, WORDS
from essor.kernel import formats
from essor.kernel.errors import Forbidden, NotFound
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Order, Query
from essor.query.tree import Path as Way

HERE = Path(__file__).parent
NAMES = (
    "Id", "Name", "QuoteNumber", "Version", "Language", "ExpirationDate", "CurrencyIsoCode", "Subtotal", "TotalPrice", "Tax",
    "GrandTotal", "ShippingHandling", "ShippingTaxRate", "BillingName", "BillingStreet", "BillingCity", "BillingPostalCode",
    "BillingState", "BillingCountry", "PaymentTerms", "Description", "CreatedDate", "LastModifiedDate", "Owner.Name",
)  # fmt: skip
LINE = (
    "Name", "ProductCode", "Quantity", "UnitPrice", "Discount", "Subtotal", "TotalPrice", "TaxRate", "ServiceDate",
    "Description",
)  # fmt: skip
Words = Mapping[str, str]
AllWords = Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of document: its object, the lines and their lookup, and where the document's own names stand in it.

    `names` are {the document's name: path}, those of `guests` left out where the reader may not see them; `fixed` are
    {name: value} of what such a record does not have. `facts` are (word, name) pairs of dates and texts in the heading.
    """

    object: str
    line: str
    parent: str
    names: Mapping[str, str]
    guests: Mapping[str, str]
    facts: tuple[tuple[str, str], ...]
    words: AllWords
    fixed: Mapping[str, Any] = EMPTY


GUESTS = {name: name for name in ("Contact.Name", "Contact.Title", "Account.Name", "Owner.Email")}
QUOTE = Paper(
    "Quote", "QuoteLineItem", "QuoteId", {name: name for name in NAMES}, GUESTS,
    (("date", "LastModifiedDate"), ("valid", "ExpirationDate")), WORDS,
)  # fmt: skip


def pdf(actor: Actor, key: int, language: str = "", paper: Paper = QUOTE) -> tuple[str, bytes]:
    """Return the file name and the PDF of a quote, or another paper, in its own language unless told; NotFound, Forbidden."""
    data = data_of(actor, key, language, paper)
    store.folder().mkdir(parents=True, exist_ok=True)
    made = typst.compile(  # type: ignore[call-overload]  # its types want the folder as bytes too
        (HERE / "quote.typ").read_bytes(), root=str(store.folder()), font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True, format="pdf", sys_inputs={"data": orjson.dumps(data).decode()}, timestamp=0,
    )  # fmt: skip
    name = re.sub(r"[^\w.-]+", "-", f"{data['words']['title']}-{data['number']}").strip("-")
    return f"{name}.pdf", bytes(made)  # type: ignore[arg-type]


def data_of(actor: Actor, key: int, language: str = "", paper: Paper = QUOTE) -> dict[str, Any]:
    """Return everything that the document says, as texts of its language."""
    one, lines = _read(actor, key, paper)
    chosen = language or one["Language"] or "en"
    language = chosen if chosen in paper.words else "en"
    words, page = paper.words[language], _Page(language, one["CurrencyIsoCode"])
    seller = letterhead()
    rows = [(line["Subtotal"] or 0, line["TotalPrice"] or 0, line["TaxRate"]) for line in lines]
    sums = totals_of(rows, one["CurrencyIsoCode"], one["ShippingHandling"] or 0, one["ShippingTaxRate"])
    number = one["QuoteNumber"] or ""
    if one["Version"] > 1:
        number = f"{number}, {words['version'].format(version=int(one['Version']))}"
    sent = one["LastModifiedDate"].astimezone(UTC)
    return {
        "words": dict(words), "language": language, "number": number,
        "title": " – ".join(filter(None, (f"{words['title']} {number}", one["Name"]))),
        "heading": f"{words['title']} {number}", "stamp": _stamp(sent), "seller": _seller(actor, seller, words),
        "facts": _facts(one, words, page, paper), "people": _people(one, words), "customer": _customer(one, seller),
        "subject": one["Name"] or "", "introduction": one["Description"] or "",
        "lines": [_line(line, words, page) for line in lines], "discounted": any(line["Discount"] for line in lines),
        "vat": [[page.percent(vat.rate), page.money(vat.base), page.money(vat.tax)] for vat in sums.vat],
        "no_vat": seller.no_vat_note if not sums.tax else "",
        "sums": _sums(one, sums.subtotal, words, page), "grand": page.money(one["GrandTotal"]),
        "terms": _terms(one, seller, words),
    }  # fmt: skip


class _Page:
    """Figures and dates as the document's language writes them."""

    def __init__(self, language: str, currency: str) -> None:
        self.locale, self.currency = LOCALES[language], currency

    def money(self, units: int | None) -> str:
        return formats.money(units or 0, self.currency, self.locale)

    def percent(self, points: float | None) -> str:
        return formats.percent(points or 0, self.locale)

    def day(self, value: date) -> str:
        said = formats.day(value, self.locale, "long")
        return said.replace("1 ", "1er ", 1) if self.locale == "fr_FR" and value.day == 1 else said


def _read(actor: Actor, key: int, paper: Paper) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the record under the document's own names, and its lines."""
    seen = catalog_for(actor)
    if not (seen.has(paper.object) and seen.has(paper.line)):
        raise NotFound(_("There is no such record."))
    top, below = seen.object(paper.object), seen.object(paper.line)
    if not all(top.has(path) or "." in path for path in paper.names.values()) or not all(
        map(below.has, LINE)
    ):
        raise Forbidden(_("You may not see everything that stands in this document."))
    guests = {name: path for name, path in paper.guests.items() if _seen(seen, top, path)}
    paths = {**paper.names, **guests}
    found = run.rows(actor, _query(paper.object, paths.values(), "Id", key, ()))
    if not found:
        raise NotFound(_("There is no such record."))
    lines = run.rows(actor, _query(paper.line, LINE, paper.parent, key, ("SortOrder", "Id")))
    return {**paper.fixed, **{name: found[0][path] for name, path in paths.items()}}, lines


def _query(name: str, paths: Iterable[str], by: str, key: int, order: Iterable[str]) -> Query:
    return Query(
        name, columns=tuple(Column(Way(tuple(path.split(".")))) for path in dict.fromkeys(paths)),
        where=Compare(Way((by,)), "eq", (Constant(key),)), order_by=tuple(Order(Way((one,))) for one in order),
    )  # fmt: skip


def _seen(catalog: Catalog, obj: ObjectDef, path: str) -> bool:
    head, dot, name = path.partition(".")
    link = obj.by_relationship.get(head.lower())
    if not dot or link is None:
        return not dot and obj.has(head)
    target = "User" if head == "Owner" else link.targets[0]
    return catalog.has(target) and catalog.object(target).has(name)


def _stamp(moment: datetime) -> dict[str, int]:
    return {name: getattr(moment, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _seller(actor: Actor, own: Letterhead, words: Words) -> dict[str, Any]:
    name = own.legal_name or actor.company.name
    form = " ".join(
        filter(None, (own.legal_form, own.capital and words["capital"].format(capital=own.capital)))
    )
    first = [" – ".join(filter(None, (name, form)))]
    numbers = (
        own.siret and words["siret"].format(siret=own.siret), own.register,
        own.vat_number and words["vat_number"].format(number=own.vat_number),
        own.iban and words["iban"].format(iban=own.iban),
    )  # fmt: skip
    legal = [*first, " – ".join(filter(None, numbers))]
    town = " ".join(filter(None, (own.postal_code, own.city)))
    reach = " · ".join(filter(None, (own.phone, own.email, own.website)))
    return {
        "name": name, "address": [one for one in (own.street, ", ".join(filter(None, (town, own.country))), reach) if one],
        "legal": [one for one in legal if one], "logo": f"/{own.logo}" if own.logo else None,
        "logo-format": own.logo_format or "png",
    }  # fmt: skip


def _facts(one: Mapping[str, Any], words: Words, page: _Page, paper: Paper) -> list[list[str]]:
    found = []
    for word, name in paper.facts:
        value = one.get(name)
        if isinstance(value, datetime):
            value = timezone.localtime(value).date()
        if value:
            found.append([words[word], page.day(value) if isinstance(value, date) else str(value)])
    return found


def _people(one: Mapping[str, Any], words: Words) -> list[Any]:
    found: list[Any] = []
    if one.get("Contact.Name"):
        found.append(
            [words["contact"], [text for text in (one["Contact.Name"], one.get("Contact.Title")) if text]]
        )
    if one.get("Owner.Name"):
        found.append(
            [words["prepared"], [text for text in (one["Owner.Name"], one.get("Owner.Email")) if text]]
        )
    return found


def _customer(one: Mapping[str, Any], seller: Letterhead) -> dict[str, Any]:
    town = " ".join(filter(None, (one["BillingPostalCode"], one["BillingCity"])))
    abroad = one["BillingCountry"] if (one["BillingCountry"] or "").lower() != seller.country.lower() else ""
    address = [*(one["BillingStreet"] or "").splitlines(), town, one["BillingState"] or "", abroad or ""]
    return {
        "name": one["BillingName"] or one.get("Account.Name") or "",
        "address": [text for text in address if text],
    }


def _line(line: Mapping[str, Any], words: Words, page: _Page) -> dict[str, Any]:
    planned = words["service"].format(date=page.day(line["ServiceDate"])) if line["ServiceDate"] else ""
    details = [line["ProductCode"], *(line["Description"] or "").splitlines(), planned]
    return {
        "name": line["Name"] or "", "details": [text for text in details if text],
        "quantity": formats.number(line["Quantity"] or 0, page.locale), "price": page.money(line["UnitPrice"]),
        "discount": page.percent(line["Discount"]) if line["Discount"] else "", "rate": page.percent(line["TaxRate"]),
        "total": page.money(line["TotalPrice"]),
    }  # fmt: skip


def _sums(one: Mapping[str, Any], subtotal: int, words: Words, page: _Page) -> list[list[str]]:
    found = []
    if subtotal != one["TotalPrice"]:
        found += [
            [words["subtotal"], page.money(subtotal)],
            [words["discounts"], page.money(one["TotalPrice"] - subtotal)],
        ]
    found.append([words["net"], page.money(one["TotalPrice"])])
    if one["ShippingHandling"]:
        found.append([words["shipping"], page.money(one["ShippingHandling"])])
    return [*found, [words["tax"], page.money(one["Tax"])]]


def _terms(one: Mapping[str, Any], seller: Letterhead, words: Words) -> list[str]:
    days = seller.payment_days
    pay = one["PaymentTerms"] or (words["payment"].format(days=days) if days else words["cash"])
    late = (
        words["penalty"].format(rate=seller.penalty_rate) if seller.penalty_rate else words["legal_penalty"]
    )
    currency = words["currency"].format(currency=one["CurrencyIsoCode"])
    return [text for text in (pay, late, currency, *seller.note.splitlines()) if text.strip()]
