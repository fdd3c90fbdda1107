"""Who may keep rates and what they must be; records that follow them are told by the outbox."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from babel.numbers import get_currency_precision
from django.utils.translation import gettext as _

from essor.access.actions.save_organization import company_check
from essor.access.actor import Actor
from essor.access.rights import Permission
from essor.access.snapshot import Company
from essor.catalog.definitions import ObjectDef
from essor.domain.currencies.models import CurrencyType, DatedConversionRate
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records.batch import Batch, Row
from essor.records.rules import EVERY, before, check, guard

CURRENCY, RATE = "CurrencyType", "DatedConversionRate"
ISO = "CurrencyIsoCode"
MOST = 1e9  # of a currency for one unit of the company's


@before(CURRENCY, reads=("IsoCode", "ConversionRate", "IsActive"))
def currencies(batch: Batch) -> None:
    """Keep each currency once, the company's own at 1."""
    _once(batch, CurrencyType, ("IsoCode",), _("This currency is kept already."))
    for row in batch:
        code = row.get("IsoCode")
        home = code == batch.actor.company.currency
        row.set("IsCorporate", home)
        if code:
            row.set("DecimalPlaces", float(get_currency_precision(code)))
        if home:
            row.set("ConversionRate", 1.0)
            row.set("IsActive", value=True)
        _check(batch, row)


@before(RATE, reads=("IsoCode", "StartDate", "ConversionRate"))
def dated(batch: Batch) -> None:
    """Keep one rate for a currency and a day, of currencies that are kept and are not the company's own."""
    _once(
        batch, DatedConversionRate, ("IsoCode", "StartDate"), _("There is a rate from this day on already.")
    )
    rows = list(batch)
    codes = {row.get("IsoCode") for row in rows}
    known = set(
        CurrencyType.objects.filter(iso_code__in=codes, is_deleted=False).values_list("iso_code", flat=True)
    )
    for row in rows:
        code = row.get("IsoCode")
        if code and code == batch.actor.company.currency:
            row.refuse("IsoCode", _("The company’s own currency is always worth 1."))
        elif code and code not in known:
            row.refuse("IsoCode", _("Add the currency %(code)s first.") % {"code": code})
        _check(batch, row)


def _check(batch: Batch, row: Row) -> None:
    rate = row.get("ConversionRate")
    if rate is not None and not 0 < rate <= MOST:
        row.refuse("ConversionRate", _("A rate is more than 0."), "NUMBER_OUTSIDE_VALID_RANGE")
    if not _may(batch.actor):
        row.refuse("", _forbidden(), "INSUFFICIENT_ACCESS_OR_READONLY")


def _may(actor: Actor) -> bool:
    return actor.system or actor.can(Permission.CUSTOMIZE)


def _forbidden() -> str:
    return _("Only an administrator keeps currencies and rates.")


def _once(
    batch: Batch, model: type[CurrencyType | DatedConversionRate], names: tuple[str, ...], message: str
) -> None:
    """Refuse a second row of the same key, stored or in the batch."""
    rows = list(batch.creating())
    attrs = [batch.object.field(name).attr for name in names]
    codes = {row.get("IsoCode") for row in rows}
    stored = model.objects.filter(is_deleted=False, iso_code__in=codes)
    taken: set[tuple[Any, ...]] = set(stored.values_list(*attrs)) if rows else set()
    for row in rows:
        key = tuple(row.get(name) for name in names)
        if key in taken:
            row.refuse(names[-1], message, "DUPLICATE_VALUE")
        taken.add(key)


@check(EVERY)
def in_use(batch: Batch) -> None:
    """Refuse a currency that is switched off, or that nobody keeps where others are kept; records that have it keep it.

    Only what the writer chose is looked at: a line goes with its price, a quote with its deal.
    """
    named = [row for row in batch if row.changes(ISO) and _chose(row)]
    codes = {row.get(ISO) for row in named} - {batch.actor.company.currency}
    if not codes:
        return
    kept = dict(CurrencyType.objects.filter(is_deleted=False).values_list("iso_code", "is_active"))
    for row in named if kept else ():
        code = row.get(ISO)
        if code in codes and not kept.get(code):
            row.refuse(ISO, _not_in_use(code, kept=code in kept), "INVALID_CURRENCY_ISO")


def _chose(row: Row) -> bool:
    return any(value and name.lower() == ISO.lower() for name, value in row.change.values.items())


def _not_in_use(code: str, *, kept: bool) -> str:
    if kept:
        text = _(
            "The currency %(code)s is switched off. Choose another one, or let an administrator switch it on again."
        )
    else:
        text = _(
            "The currency %(code)s is not among those that the company uses. Choose another one, or let an administrator add it."
        )
    return text % {"code": code}


@guard(CURRENCY, RATE)
def only_administrators(actor: Actor, obj: ObjectDef, keys: Collection[int]) -> None:
    """Keep rates from whoever may not change them, and a currency as long as it has dated rates."""
    if not _may(actor):
        raise ValidationFailed([FieldError("", "INSUFFICIENT_ACCESS_OR_READONLY", _forbidden())])
    if obj.name == CURRENCY:
        codes = CurrencyType.objects.filter(pk__in=keys).values("iso_code")
        if DatedConversionRate.objects.filter(iso_code__in=codes, is_deleted=False).exists():
            message = _("The currency still has dated rates: switch it off instead, or remove them first.")
            raise ValidationFailed([FieldError("", "DELETE_FAILED", message)])


@company_check
def home_stays(old: Company, new: Company) -> list[FieldError]:
    """Refuse another currency of the company as long as rates are kept, all of which are stated against it."""
    if old.currency == new.currency or not CurrencyType.objects.filter(is_deleted=False).exists():
        return []
    message = _("The rates of other currencies are stated against %(code)s: remove these currencies first.")
    return [FieldError("CurrencyIsoCode", "FIELD_INTEGRITY_EXCEPTION", message % {"code": old.currency})]
