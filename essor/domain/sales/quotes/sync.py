"""One quote of a deal may lead its products: the deal's lines become the quote's, and follow them from then on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import Actor, in_house
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals.locks import require_free
from essor.domain.sales.models import OpportunityLineItem
from essor.domain.sales.products.lines import AGREED, torn_from
from essor.domain.sales.quotes.make import major
from essor.domain.sales.quotes.models import Quote, QuoteLineItem
from essor.domain.sales.quotes.rules import LINE_READS, READS
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records.batch import Batch
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.rules import after, before, guard, moved
from essor.records.save import save_many

LED = "OpportunityLineItem"
CARRIED = {
    "Quantity": "quantity",
    "UnitPrice": "unit_price",
    "Discount": "discount",
    "ServiceDate": "service_date",
    "Description": "description",
}
_leading: ContextVar[bool] = ContextVar("leading", default=False)


@contextmanager
def _lead() -> Iterator[None]:
    """Let the products of deals be written: it is their quote that does it."""
    token = _leading.set(True)
    try:
        yield
    finally:
        _leading.reset(token)


def leaders(deals: Iterable[int]) -> dict[int, Quote]:
    """Return {deal: the quote that leads its products} of the deals that have one."""
    rows = Quote.objects.filter(opportunity_id__in=set(deals), is_syncing=True, is_deleted=False)
    return {one.opportunity_id: one for one in rows}


@after("Quote", reads=READS)
def led(batch: Batch) -> None:
    """Let a quote that begins to lead do so alone; let the products of deals follow when sums or the lead changed."""
    starting = {
        row.get("OpportunityId"): row.id for row in batch if row.get("IsSyncing") and row.changes("IsSyncing")
    }
    if starting:
        others = Quote.objects.filter(opportunity_id__in=starting, is_syncing=True, is_deleted=False)
        keys = others.exclude(pk__in={key for key in starting.values() if key is not None}).values_list(
            "pk", flat=True
        )
        _write(batch.actor, "Quote", [Change("Quote", {"IsSyncing": False}, id=key) for key in keys])
        _carry(batch.actor, {key for key in starting.values() if key is not None})


@after("QuoteLineItem", reads=LINE_READS)
def lines_carried(batch: Batch) -> None:
    """Carry changed lines of leading quotes over to their deals."""
    _carry(batch.actor, {row.get("QuoteId") for row in batch if row.is_new or row.changed()})


@moved("QuoteLineItem")
def lines_gone_or_back(actor: Actor, keys: set[int]) -> None:
    """Carry deletions over; a quote that is deleted with its lines leaves the deal as it is."""
    rows = QuoteLineItem.objects.filter(pk__in=keys, quote__is_deleted=False)
    _carry(actor, set(rows.values_list("quote_id", flat=True)))


def _carry(actor: Actor, quotes: set[int]) -> None:
    """Make the deals' lines those of their leading quotes: pairs of the same price are changed, the rest comes or goes."""
    leading = dict(
        Quote.objects.filter(
            pk__in=quotes, is_syncing=True, is_deleted=False, opportunity__is_deleted=False
        ).values_list("pk", "opportunity_id")
    )
    if not leading:
        return
    there: dict[tuple[int, int], list[OpportunityLineItem]] = defaultdict(list)
    stored = OpportunityLineItem.objects.filter(opportunity_id__in=leading.values(), is_deleted=False)
    for one in stored.order_by("pk"):
        there[one.opportunity_id, one.pricebook_entry_id].append(one)
    changes = []
    wanted = QuoteLineItem.objects.filter(quote_id__in=leading, is_deleted=False).order_by("sort_order", "pk")
    for line in wanted:
        deal = leading[line.quote_id]
        twins = there[deal, line.pricebook_entry_id]
        values = _values(line)
        if twins:
            known = twins.pop(0)
            if values != _values(known):
                changes.append(Change(LED, values, id=known.pk))
        else:
            changes.append(
                Change(LED, {"OpportunityId": deal, "PricebookEntryId": line.pricebook_entry_id, **values})
            )
    gone = [one.pk for left in there.values() for one in left]
    if changes or gone:
        prefix = current.get().object("Opportunity").prefix
        require_free(actor, {(prefix, deal) for deal in leading.values()})
    with _lead():
        _write(actor, LED, changes)
        if gone:
            delete(in_house(actor), LED, gone, source=AGREED)


def _values(line: Any) -> dict[str, Any]:
    return major(LED, {name: getattr(line, attr) for name, attr in CARRIED.items()})


def _write(actor: Actor, name: str, changes: list[Change]) -> None:
    results = save_many(in_house(actor), name, changes, source=AGREED) if changes else []
    errors = [error for result in results for error in result.errors]
    if errors:
        raise ValidationFailed(errors)


@before(LED, reads=("OpportunityId",))
def deals_follow(batch: Batch) -> None:
    """Refuse changes of products that follow a quote."""
    if _leading.get():
        return
    rows = [row for row in batch if row.is_new or row.changed()]
    leading = leaders({row.get("OpportunityId") for row in rows} - {None})
    for row in rows:
        quote = leading.get(row.get("OpportunityId"))
        if quote is not None:
            row.refuse("", _led_by(quote), "ENTITY_IS_LOCKED")


@guard(LED)
def deals_stay(_actor: Actor, _obj: ObjectDef, keys: Collection[int]) -> None:
    """Refuse products that come back to a deal that follows a quote."""
    _keep_led(keys)


@moved(LED)
def deals_keep(_actor: Actor, keys: set[int]) -> None:
    """Refuse to part products from the quote that they follow; a deal that comes and goes takes them along."""
    _keep_led(keys)


def _keep_led(keys: Collection[int]) -> None:
    if _leading.get():
        return
    for quote in leaders(torn_from(OpportunityLineItem, "opportunity", keys)).values():
        raise ValidationFailed([FieldError("", "ENTITY_IS_LOCKED", _led_by(quote))])


def _led_by(quote: Quote) -> str:
    return _("These products follow the quote %(number)s: change them there.") % {
        "number": quote.quote_number
    }
