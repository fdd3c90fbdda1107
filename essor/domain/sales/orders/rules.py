"""What an order takes from its account, what it needs to be activated, and what keeps it as it was agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, in_house
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.sales.orders.models import Order, OrderItem
from essor.domain.sales.orders.objects import ACTIVATED
from essor.domain.sales.products.lines import WHOLE, Refusals, held, prices, take, torn_from, work_out
from essor.domain.sales.quotes.rules import ADDRESS, LINE_READS, language_of
from essor.domain.sales.quotes.totals import sum_up
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records.batch import Batch, Row
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.rules import after, before, guard, moved
from essor.records.save import save_many

ORDER, LINE = "Order", "OrderItem"
FOLLOWING = Source(name="order")  # a write that only lets sums follow
READS = (
    "Status",
    "AccountId",
    "ContractId",
    "OpportunityId",
    "QuoteId",
    "CurrencyIsoCode",
    "Pricebook2Id",
    "EffectiveDate",
    "EndDate",
    "ShippingHandling",
    "ShippingTaxRate",
    "Subtotal",
    "TotalAmount",
    "Tax",
    "GrandTotal",
    "Discount",
    "ActivatedDate",
)
LINES = tuple("OrderId" if name == "QuoteId" else name for name in LINE_READS)
# What may still be done to an activated order: take the activation back, or hand the record over.
STAYS_OPEN = frozenset({"Status", "ActivatedDate", "OwnerId", "LastActivityDate"})


@before(ORDER, reads=READS)
def beginnings(batch: Batch) -> None:
    """Give new orders today's date, and the address and the language of their account."""
    rows = list(batch.creating())
    keys = {row.get("AccountId") for row in rows} - {None}
    accounts = object_rows(batch.catalog.object("Account"), keys, ADDRESS)
    for row in rows:
        account = accounts.get(row.get("AccountId"), {})
        usual: dict[str, Any] = {
            "EffectiveDate": timezone.localdate(batch.now),
            "Language": language_of(batch, account.get("BillingCountry")),
        }
        if not any(row.get(name) for name in ADDRESS):
            usual |= {name: account.get(name) for name in ADDRESS}
        for name, value in usual.items():
            if row.get(name) is None and value is not None:
                row.set(name, value)


@before(ORDER, reads=READS)
def sums(batch: Batch) -> None:
    """Set the sums from the lines, and refuse what the lines or the activation forbid: two queries for the batch."""
    keys = {row.id for row in batch.updating() if row.id is not None}
    found: dict[int, list[tuple[int, int, float | None]]] = defaultdict(list)
    books: dict[int, int] = {}
    live = OrderItem.objects.filter(order_id__in=keys, is_deleted=False).order_by()
    for key, less, total, rate, book in live.values_list(
        "order_id", "subtotal", "total_price", "tax_rate", "pricebook_entry__pricebook2_id"
    ):
        found[key].append((less or 0, total or 0, rate))
        books[key] = book
    agreed = _contracts(batch)
    for row in batch:
        lines = found.get(row.id or 0, [])
        if not _locked(batch, row):
            _check(row, agreed, has_lines=bool(lines))
            sum_up(row, lines, "TotalAmount")
        if row.id in books and row.get("Pricebook2Id") != books[row.id]:
            row.set("Pricebook2Id", books[row.id])


def _contracts(batch: Batch) -> dict[int, dict[str, Any]]:
    keys = {row.get("ContractId") for row in batch} - {None}
    return object_rows(batch.catalog.object("Contract"), keys, ("AccountId", "Status"))


def _locked(batch: Batch, row: Row) -> bool:
    """Refuse changes of what is activated; tell whether it is."""
    if row.is_new or row.prior("Status") != ACTIVATED:
        return False
    if batch.source.name != FOLLOWING.name and set(row.changed()) - STAYS_OPEN:
        message = _("This order is activated and cannot be changed. Undo the activation first.")
        row.refuse("", message, "ENTITY_IS_LOCKED")
    if row.get("Status") != ACTIVATED:
        row.set("ActivatedDate", None)
    return True


def _check(row: Row, agreed: dict[int, dict[str, Any]], *, has_lines: bool) -> None:
    contract = agreed.get(row.get("ContractId"))
    if contract is not None and contract["AccountId"] != row.get("AccountId"):
        row.refuse("ContractId", _("This contract is with another account."), "FIELD_INTEGRITY_EXCEPTION")
    start, end = row.get("EffectiveDate"), row.get("EndDate")
    if start is not None and end is not None and end < start:
        row.refuse("EndDate", _("An order does not end before it begins."), "FIELD_INTEGRITY_EXCEPTION")
    if has_lines and row.changes("CurrencyIsoCode"):
        row.refuse(
            "CurrencyIsoCode", _("The lines of the order fix its currency."), "FIELD_INTEGRITY_EXCEPTION"
        )
    if row.get("Status") != ACTIVATED:
        return
    if not has_lines:
        row.refuse("Status", _("An order is activated with at least one line."), "FAILED_ACTIVATION")
    if contract is not None and contract["Status"] != ACTIVATED:
        row.refuse("Status", _("Activate the contract of the order first."), "FAILED_ACTIVATION")
    row.set("ActivatedDate", timezone.now())


@guard(ORDER)
def activated_stay(_actor: Actor, _obj: ObjectDef, keys: Collection[int]) -> None:
    """Keep activated orders out of the bin."""
    if Order.objects.filter(pk__in=keys, status=ACTIVATED, is_deleted=False).exists():
        message = _("An activated order cannot be deleted: undo the activation first.")
        raise ValidationFailed([FieldError("", "DELETE_FAILED", message)])


@before(LINE, reads=LINES)
def lines(batch: Batch) -> None:
    """Take product and price from the entry, check that it fits the order, and work out the line."""
    new = list(batch.creating())
    entries = prices(batch, new)
    orders = held(batch, ORDER, _orders(batch), ("CurrencyIsoCode", "Pricebook2Id", "Status"))
    said = Refusals(
        _("The order is in %(parent)s, this price in %(price)s."),
        _("The other lines of the order come from another price book."),
    )
    for row in batch:
        order, entry = orders.get(row.get("OrderId")), entries.get(row.get("PricebookEntryId"))
        if order is not None and order["Status"] == ACTIVATED and (row.is_new or row.changed()):
            row.refuse("", _closed(), "ENTITY_IS_LOCKED")
        if row.is_new and order is not None and entry is not None:
            take(row, entry, order, said)
        if not 0 <= (row.get("TaxRate") or 0) <= WHOLE:
            row.refuse(
                "TaxRate", _("A rate of VAT goes from 0 to 100 percent."), "NUMBER_OUTSIDE_VALID_RANGE"
            )
        work_out(row, "Subtotal", "TotalPrice")


def _orders(rows: Iterable[Row]) -> set[int]:
    return {row.get("OrderId") for row in rows} - {None}


def _closed() -> str:
    return _("The order is activated: its lines stay as they are.")


@after(LINE, reads=LINES)
def sums_follow(batch: Batch) -> None:
    """Let the orders of changed lines follow."""
    follow(batch.actor, _orders(row for row in batch if row.is_new or row.changed()))


@guard(LINE)
def lines_stay(_actor: Actor, _obj: ObjectDef, keys: Collection[int]) -> None:
    """Refuse lines that come back to an activated order."""
    _keep_activated(keys)


@moved(LINE)
def lines_gone_or_back(actor: Actor, keys: set[int]) -> None:
    """Let the orders of deleted or restored lines follow; an activated one loses none."""
    _keep_activated(keys)
    rows = OrderItem.objects.filter(pk__in=keys, order__is_deleted=False)
    follow(actor, set(rows.values_list("order_id", flat=True)))


def _keep_activated(keys: Collection[int]) -> None:
    orders = torn_from(OrderItem, "order", keys)
    if Order.objects.filter(pk__in=orders, status=ACTIVATED).exists():
        raise ValidationFailed([FieldError("", "ENTITY_IS_LOCKED", _closed())])


def follow(actor: Actor, keys: set[int]) -> None:
    """Let the sums of orders be worked out again; ValidationFailed when one is refused."""
    if not keys or not current.get().has(ORDER):
        return
    changes = [Change(ORDER, {}, id=key) for key in sorted(keys)]
    results = save_many(in_house(actor), ORDER, changes, source=FOLLOWING)
    errors = [error for result in results for error in result.errors]
    if errors:
        raise ValidationFailed(errors)
