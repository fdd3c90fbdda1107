"""What the set-up does with currencies: adds one, gives it a rate from a day on, changes or removes it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.currencies.models import CurrencyType, DatedConversionRate
from essor.domain.currencies.rules import CURRENCY, RATE
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save


def found(code: str) -> CurrencyType:
    """Return a currency that is kept; NotFound otherwise."""
    row = CurrencyType.objects.filter(iso_code=code, is_deleted=False).first()
    if row is None:
        raise NotFound(_("This currency is not kept."))
    return row


@transaction.atomic
def add(actor: Actor, code: str, rate: str) -> None:
    """Keep a further currency; the company's own comes along with the first one. ValidationFailed, Forbidden."""
    home = actor.company.currency
    if code == home:
        message = _("The company’s own currency is always worth 1.")
        raise ValidationFailed([FieldError("IsoCode", "INVALID_FIELD_VALUE", message)])
    if not CurrencyType.objects.filter(iso_code=home, is_deleted=False).exists():
        save(actor, Change(CURRENCY, {"IsoCode": home, "ConversionRate": 1}))
    save(actor, Change(CURRENCY, {"IsoCode": code, "ConversionRate": rate}))


def change(actor: Actor, code: str, rate: str, *, active: bool) -> None:
    """Change a currency's rate without a date, and whether it is offered."""
    save(actor, Change(CURRENCY, {"ConversionRate": rate, "IsActive": active}, id=found(code).pk))


def value_from(actor: Actor, code: str, day: str, rate: str) -> None:
    """Give a currency a rate from a day on; a rate that stands at that day is changed."""
    found(code)
    try:
        start = date.fromisoformat(day)
    except ValueError:
        raise ValidationFailed([FieldError("StartDate", "INVALID_FIELD_VALUE", _("Enter a day."))]) from None
    stored = DatedConversionRate.objects.filter(iso_code=code, start_date=start, is_deleted=False).first()
    if stored is None:
        save(actor, Change(RATE, {"IsoCode": code, "StartDate": start.isoformat(), "ConversionRate": rate}))
    else:
        save(actor, Change(RATE, {"ConversionRate": rate}, id=stored.pk))


def remove_rate(actor: Actor, code: str, key: int) -> None:
    """Remove a dated rate; the one before it holds on. NotFound when it is none of this currency."""
    if not DatedConversionRate.objects.filter(pk=key, iso_code=code, is_deleted=False).exists():
        raise NotFound(_("There is no such rate."))
    delete(actor, RATE, [key])


def remove(actor: Actor, code: str) -> None:
    """Keep a currency no longer, the company's own neither when it is left alone; ValidationFailed with dated rates."""
    delete(actor, CURRENCY, [found(code).pk])
    left = list(CurrencyType.objects.filter(is_deleted=False))
    if left and all(one.is_corporate for one in left):
        delete(actor, CURRENCY, [one.pk for one in left])
