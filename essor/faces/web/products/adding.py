"""Adds products to a deal: search in its price book, tick several, give each its quantity, all in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.faces.web.products.panel import PLACES, added, line_object, refuse_adding
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.kernel import ids
from essor.query import run
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query
from essor.query.tree import Any as AnyOf
from essor.records.change import Change
from essor.records.save import ROLLED_BACK, save_many

ENTRY, BOOK = "PricebookEntry", "Pricebook2"
FAMILY, SOLD = "Product2.Family", "Product2.IsActive"
SHOWN = 40
COLUMNS = ("Id", "Name", "ProductCode", "UnitPrice", "CurrencyIsoCode", FAMILY)


@dataclass(frozen=True, slots=True)
class Choice:
    """One price on offer, with what was typed beside it."""

    id: str
    values: Mapping[str, Any]
    quantity: str = ""
    discount: str = ""
    family: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What the dialog shows: the price books to choose from, the chosen one, the search, the prices that fit."""

    books: tuple[tuple[str, str], ...]
    book: str
    query: str
    choices: tuple[Choice, ...]
    more: bool = False


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show the dialog, the prices for what was typed into its search (`part`), or add what was ticked."""
    record = load(actor_of(request), record_id)
    obj = line_object(record)
    refuse_adding(record, obj)
    if request.method == "GET":
        template = "choices" if "part" in request.GET else "add"
        offer = offer_of(
            record, request.GET.get("book", ""), request.GET.get("q", "").strip(), _sent(request.GET)
        )
        return render(request, f"products/{template}.html.jinja", {"record": record, "offer": offer})
    sent = _sent(request.POST)
    changes = [
        Change(
            obj.name,
            {
                PLACES[record.object.name].parent: record.id,
                "PricebookEntryId": key,
                "Quantity": quantity,
                "Discount": discount,
            },
        )
        for key, (quantity, discount) in sent.items()
    ]
    results = save_many(record.actor, obj.name, changes, all_or_none=True)
    if changes and all(result.ok for result in results):
        return added(len(results))
    wrong = {
        key: tuple(one.message for one in result.errors if one.code != ROLLED_BACK)
        for key, result in zip(sent, results, strict=True)
    }
    offer = offer_of(record, request.POST.get("book", ""), request.POST.get("q", "").strip(), sent, wrong)
    said = "" if changes else _("Give a quantity to at least one product.")
    return render(
        request, "products/choices.html.jinja", {"record": record, "offer": offer, "said": said}, status=422
    )


def _sent(data: QueryDict) -> dict[str, tuple[str, str]]:
    """Return {entry id: (quantity, discount)} of the prices that were given a quantity."""
    found = {}
    for name, quantity in data.items():
        head, dot, key = name.partition(".")
        if head == "quantity" and dot and str(quantity).strip():
            found[key] = (str(quantity), str(data.get(f"discount.{key}", "")))
    return found


def offer_of(
    record: Loaded,
    book: str,
    query: str,
    sent: Mapping[str, tuple[str, str]] | None = None,
    wrong: Mapping[str, tuple[str, ...]] | None = None,
) -> Offer:
    """Return the prices in the deal's currency and price book whose product fits the search, those with a quantity first."""
    books = _books(record)
    own = record.values.get("Pricebook2Id")
    chosen = next((one for one in books if one[0] == book), None) or next(iter(books), ("", ""))
    if own is not None:
        chosen = next((one for one in books if ids.decode(one[0])[1] == own), ("", ""))
        books = [chosen]
    if not chosen[0]:
        return Offer((), "", query, ())
    kept = dict(sent or {})
    rows = _prices(record, chosen[0], _search(record, query), SHOWN + 1)
    if kept:
        known = {row["Id"] for row in rows}
        keys = [key for one in kept if (key := _key(one)) is not None and key not in known]
        within = Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys))
        rows = [*(_prices(record, chosen[0], within, len(keys)) if keys else ()), *rows]
    choices = []
    for row in rows[: SHOWN + len(kept)]:
        entry_id = ids.encode("01u", row["Id"])
        quantity, discount = kept.get(entry_id, ("", ""))
        family = _family(record, row.get(FAMILY))
        choices.append(Choice(entry_id, row, quantity, discount, family, (wrong or {}).get(entry_id, ())))
    return Offer(tuple(books), chosen[0], query, tuple(choices), len(rows) > SHOWN)


def _seen(record: Loaded, path: str) -> bool:
    """Tell whether the reader sees a column: codes and families may be hidden."""
    name, seen = path.rpartition(".")[2], record.catalog
    obj = "Product2" if "." in path else ENTRY
    return seen.has(obj) and seen.object(obj).has(name)


def _family(record: Loaded, value: str | None) -> str:
    """Return the label of a product family."""
    if not value:
        return ""
    choice = record.catalog.object("Product2").field("Family").choice(value)
    return str(choice) if choice else value


def _key(record_id: str) -> int | None:
    try:
        return ids.decode(record_id)[1]
    except ValueError:
        return None


def _books(record: Loaded) -> list[tuple[str, str]]:
    """Return the active price books by id, the standard one first."""
    if not (record.catalog.has(BOOK) and record.catalog.has(ENTRY)):
        return []
    query = Query(
        BOOK,
        columns=(Column(Path(("Id",))), Column(Path(("Name",)))),
        where=Compare(Path(("IsActive",)), "eq", (Constant(value=True, type="boolean"),)),
        order_by=(Order(Path(("IsStandard",)), descending=True), Order(Path(("Name",)))),
    )
    return [(ids.encode("01s", row["Id"]), str(row["Name"])) for row in run.rows(record.actor, query)]


def _search(record: Loaded, text: str) -> Condition | None:
    if not text:
        return None
    names = [name for name in ("Name", "ProductCode") if _seen(record, name)]
    return AnyOf(tuple(Compare(Path((name,)), "contains", (Constant(text, "text"),)) for name in names))


def _prices(record: Loaded, book: str, further: Condition | None, limit: int) -> list[dict[str, Any]]:
    parts: list[Condition] = [
        Compare(Path(("Pricebook2Id",)), "eq", (Constant(book, "text"),)),
        Compare(Path(("IsActive",)), "eq", (Constant(value=True, type="boolean"),)),
        Compare(Path(("CurrencyIsoCode",)), "eq", (Constant(str(record.values["CurrencyIsoCode"]), "text"),)),
    ]
    if _seen(record, SOLD):
        parts.append(Compare(Path(tuple(SOLD.split("."))), "eq", (Constant(value=True, type="boolean"),)))
    if further is not None:
        parts.append(further)
    shown = [path for path in COLUMNS if _seen(record, path)]
    query = Query(
        ENTRY,
        columns=tuple(Column(Path(tuple(path.split(".")))) for path in shown),
        where=All(tuple(parts)),
        order_by=(Order(Path(("Name",))),),
        limit=limit,
    )
    return run.rows(record.actor, query)
