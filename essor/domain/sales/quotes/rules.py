"""What a quote takes from its deal, what keeps it as it was sent, and its sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, in_house
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals import locks
from essor.domain.sales.products.lines import Refusals, held, prices, take, torn_from, work_out
from essor.domain.sales.quotes.models import Quote, QuoteLineItem
from essor.domain.sales.quotes.totals import sum_up
from essor.domain.sales.relations.models import OpportunityContactRole
from essor.kernel.errors import FieldError, ValidationFailed
from essor.query.access import visible_q
from essor.records.batch import Batch, Row
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.rules import after, before, guard, moved
from essor.records.save import save_many

QUOTE, LINE = "Quote", "QuoteLineItem"
FOLLOWING = Source(name="quote")  # a write that only lets sums and marks follow
VALID_DAYS = 30
WHOLE = 100  # percent points
FRENCH = frozenset(
    {"france", "belgique", "luxembourg", "suisse", "monaco", "maroc", "tunisie", "sénégal", "côte d’ivoire"}
)
DEAL = ("Name", "AccountId", "ContactId", "CurrencyIsoCode", "Pricebook2Id")
ADDRESS = ("BillingStreet", "BillingCity", "BillingPostalCode", "BillingState", "BillingCountry")
EARLIER = ("OpportunityId", "QuoteNumber", "Version", "IsSuperseded")
READS = (
    "Status",
    "OpportunityId",
    "IsSuperseded",
    "IsSyncing",
    "ShippingHandling",
    "ShippingTaxRate",
    "Pricebook2Id",
    "Subtotal",
    "TotalPrice",
    "Tax",
    "GrandTotal",
    "Discount",
    "QuoteNumber",
)
# What may still be done to an accepted quote: take the acceptance back, or hand the record over.
STAYS_OPEN = frozenset({"Status", "OwnerId", "LastActivityDate"})
LINE_READS = (
    "QuoteId",
    "PricebookEntryId",
    "Quantity",
    "UnitPrice",
    "ListPrice",
    "Discount",
    "Subtotal",
    "TotalPrice",
    "TaxRate",
)


@before(QUOTE, reads=READS)
def beginnings(batch: Batch) -> None:
    """Give new quotes what their deal knows, and later versions the number of the version that they replace."""
    rows = list(batch.creating())
    if not rows:
        return
    deals = object_rows(batch.catalog.object("Opportunity"), _keys(rows, "OpportunityId"), DEAL)
    accounts = object_rows(
        batch.catalog.object("Account"),
        {one["AccountId"] for one in deals.values()} - {None},
        ("Name", *ADDRESS),
    )
    primary = OpportunityContactRole.objects.filter(
        opportunity_id__in=deals, is_primary=True, is_deleted=False
    )
    people = dict(primary.values_list("opportunity_id", "contact_id"))
    for row in rows:
        deal = deals.get(row.get("OpportunityId"))
        if deal is not None:
            deal["ContactId"] = deal["ContactId"] or people.get(row.get("OpportunityId"))
            _begin(batch, row, deal, accounts.get(deal["AccountId"], {}))
    _versions(batch, [row for row in rows if row.get("PreviousQuoteId") is not None])


def _keys(rows: Iterable[Row], name: str) -> set[int]:
    return {row.get(name) for row in rows} - {None}


def _begin(batch: Batch, row: Row, deal: dict[str, Any], account: dict[str, Any]) -> None:
    row.set("AccountId", deal["AccountId"])
    row.set("CurrencyIsoCode", deal["CurrencyIsoCode"])
    row.set("Pricebook2Id", deal["Pricebook2Id"])
    row.set("Version", 1)
    usual: dict[str, Any] = {
        "ContactId": deal["ContactId"],
        "BillingName": account.get("Name"),
        "ExpirationDate": timezone.localdate(batch.now) + timedelta(days=VALID_DAYS),
        "Language": language_of(batch, account.get("BillingCountry")),
    }
    if not any(row.get(name) for name in ADDRESS):
        usual |= {name: account.get(name) for name in ADDRESS}
    for name, value in usual.items():
        if row.get(name) is None and value is not None:
            row.set(name, value)


def language_of(batch: Batch, country: str | None) -> str:
    """Return the customer's language, as far as the country tells it; the company's own without a country."""
    if not country:
        return "fr" if batch.actor.company.language.startswith("fr") else "en"
    return "fr" if country.strip().lower().replace("'", "’") in FRENCH else "en"


def _versions(batch: Batch, rows: list[Row]) -> None:
    keys = _keys(rows, "PreviousQuoteId")
    if not keys:
        return
    earlier = object_rows(batch.object, keys, EARLIER)
    condition = visible_q(batch.actor, batch.object, verb="edit")
    mine = Quote.objects.filter(pk__in=keys)
    changeable = set((mine if condition is None else mine.filter(condition)).values_list("pk", flat=True))
    waiting = locks.pending((batch.object.prefix, key) for key in keys)
    texts = locks.sentences(set(waiting.values()))
    for row in rows:
        key = row.get("PreviousQuoteId")
        one = earlier.get(key)
        if one is None:
            continue
        if key not in changeable or one["OpportunityId"] != row.get("OpportunityId"):
            row.refuse(
                "PreviousQuoteId",
                _("A new version belongs to the same opportunity, and to a quote that you may change."),
            )
        elif (request := waiting.get((batch.object.prefix, key))) is not None:
            row.refuse("PreviousQuoteId", texts[request], locks.LOCKED)
        elif one["IsSuperseded"]:
            row.refuse("PreviousQuoteId", _("This quote has a later version already."), "DUPLICATE_VALUE")
        one["IsSuperseded"] = True
        row.set("QuoteNumber", one["QuoteNumber"])
        row.set("Version", one["Version"] + 1)


@before(QUOTE, reads=READS)
def as_it_was_sent(batch: Batch) -> None:
    """Refuse changes of a quote that a later version replaced, or that was accepted."""
    if batch.source.name == FOLLOWING.name:
        return
    for row in batch.updating():
        changed = set(row.changed()) - {"LastActivityDate"}
        if row.prior("IsSuperseded") and changed:
            row.refuse(
                "", _("A later version has replaced this quote: it stays as it was."), "ENTITY_IS_LOCKED"
            )
        elif row.prior("Status") == "Accepted" and changed - STAYS_OPEN:
            row.refuse(
                "",
                _("This quote is accepted. Make a new version, or take the acceptance back first."),
                "ENTITY_IS_LOCKED",
            )


@before(QUOTE, reads=READS)
def sums(batch: Batch) -> None:
    """Set the sums from the lines, and whether a later version has come: three queries for the whole batch."""
    keys = {row.id for row in batch.updating() if row.id is not None}
    found: dict[int, list[tuple[int, int, float | None]]] = defaultdict(list)
    books: dict[int, int] = {}
    live = QuoteLineItem.objects.filter(quote_id__in=keys, is_deleted=False).order_by()
    for key, before_it, after_it, rate, book in live.values_list(
        "quote_id", "subtotal", "total_price", "tax_rate", "pricebook_entry__pricebook2_id"
    ):
        found[key].append((before_it or 0, after_it or 0, rate))
        books[key] = book
    later = set(
        Quote.objects.filter(previous_quote_id__in=keys, is_deleted=False).values_list(
            "previous_quote_id", flat=True
        )
    )
    for row in batch:
        sum_up(row, found.get(row.id or 0, []))
        if row.id in books:
            row.set("Pricebook2Id", books[row.id])
        row.set("IsSuperseded", row.id in later)
        if row.get("IsSuperseded") or row.get("IsSyncing") is None:
            row.set("IsSyncing", value=False)


@after(QUOTE, reads=READS)
def replaced(batch: Batch) -> None:
    """Close the versions that new ones replace."""
    follow(batch.actor, _keys(batch.creating(), "PreviousQuoteId"))


@moved(QUOTE)
def versions_gone_or_back(actor: Actor, keys: set[int]) -> None:
    """Open the earlier version when a later one goes into the bin, close it when that comes back."""
    rows = Quote.objects.filter(pk__in=keys, previous_quote__is_deleted=False)
    follow(actor, set(rows.values_list("previous_quote_id", flat=True)))


@before(LINE, reads=LINE_READS)
def lines(batch: Batch) -> None:
    """Take product and price from the entry, check that it fits the quote, and work out the line."""
    new = [row for row in batch if row.is_new]
    entries = prices(batch, new)
    parents = ("CurrencyIsoCode", "Pricebook2Id", "Status", "IsSuperseded")
    quotes = held(batch, QUOTE, _keys(batch, "QuoteId"), parents)
    places: dict[int, float] = _last_places(_keys(new, "QuoteId"))
    for row in batch:
        quote, entry = quotes.get(row.get("QuoteId")), entries.get(row.get("PricebookEntryId"))
        if quote is not None and (row.is_new or row.changed()):
            _open(row, quote)
        if row.is_new and quote is not None and entry is not None:
            take(row, entry, quote, _refusals())
            if row.get("SortOrder") is None:
                row.set("SortOrder", places.get(row.get("QuoteId"), 0) + 1)
            places[row.get("QuoteId")] = max(places.get(row.get("QuoteId"), 0), row.get("SortOrder"))
        _work_out(row)


def _last_places(keys: set[int]) -> dict[int, float]:
    found: dict[int, float] = {}
    rows = QuoteLineItem.objects.filter(quote_id__in=keys, is_deleted=False).values_list(
        "quote_id", "sort_order"
    )
    for key, place in rows:
        found[key] = max(found.get(key, 0), place or 0)
    return found


def _open(row: Row, quote: dict[str, Any]) -> None:
    if quote["IsSuperseded"] or quote["Status"] == "Accepted":
        row.refuse("", _closed(), "ENTITY_IS_LOCKED")


def _closed() -> str:
    return _("The quote is closed: make a new version to change its lines.")


def _refusals() -> Refusals:
    return Refusals(
        _("The quote is in %(parent)s, this price in %(price)s."),
        _("The other lines of the quote come from another price book."),
    )


def _work_out(row: Row) -> None:
    if not 0 <= (row.get("TaxRate") or 0) <= WHOLE:
        row.refuse("TaxRate", _("A rate of VAT goes from 0 to 100 percent."), "NUMBER_OUTSIDE_VALID_RANGE")
    work_out(row, "Subtotal", "TotalPrice")


@after(LINE, reads=LINE_READS)
def sums_follow(batch: Batch) -> None:
    """Let the quotes of changed lines follow."""
    follow(batch.actor, _keys((row for row in batch if row.is_new or row.changed()), "QuoteId"))


@guard(LINE)
def closed_stay(_actor: Actor, _obj: ObjectDef, keys: Collection[int]) -> None:
    """Refuse lines that come back to a closed quote."""
    _keep_closed(keys)


@moved(LINE)
def lines_gone_or_back(actor: Actor, keys: set[int]) -> None:
    """Let the quotes of deleted or restored lines follow; a closed quote loses none."""
    _keep_closed(keys)
    rows = QuoteLineItem.objects.filter(pk__in=keys, quote__is_deleted=False)
    follow(actor, set(rows.values_list("quote_id", flat=True)))


def _keep_closed(keys: Collection[int]) -> None:
    quotes = Quote.objects.filter(pk__in=torn_from(QuoteLineItem, "quote", keys))
    if quotes.filter(Q(is_superseded=True) | Q(status="Accepted")).exists():
        raise ValidationFailed([FieldError("", "ENTITY_IS_LOCKED", _closed())])


def follow(actor: Actor, keys: set[int]) -> None:
    """Let sums and marks of quotes be worked out again; ValidationFailed when one is refused."""
    if not keys or not current.get().has(QUOTE):
        return
    changes = [Change(QUOTE, {}, id=key) for key in sorted(keys)]
    results = save_many(in_house(actor), QUOTE, changes, source=FOLLOWING)
    errors = [error for result in results for error in result.errors]
    if errors:
        raise ValidationFailed(errors)
