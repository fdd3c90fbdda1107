"""Changes the organization's own settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.models import Organization
from essor.access.rights import Permission
from essor.access.snapshot import Company
from essor.kernel.clock import zone_names
from essor.kernel.errors import FieldError, ValidationFailed

MONTHS = range(1, 13)
CompanyCheck = Callable[[Company, Company], list[FieldError]]
_checks: list[CompanyCheck] = []


def company_check(function: CompanyCheck) -> CompanyCheck:
    """Register a room's look at a change of the settings: given those of before and after, it returns what is wrong."""
    _checks.append(function)
    return function


@transaction.atomic
def save_organization(actor: Actor, company: Company) -> Organization:
    """Store `company` as the organization's settings; ValidationFailed lists everything wrong with them."""
    require(actor, Permission.CUSTOMIZE)
    errors = [*_errors(company), *(one for check in _checks for one in check(actor.company, company))]
    if errors:
        raise ValidationFailed(errors)
    row = Organization.objects.order_by("pk").first() or Organization()
    row.name, row.country, row.currency_iso_code = company.name, company.country, company.currency
    row.fiscal_year_start_month = company.fiscal_year_start_month
    row.language, row.locale, row.timezone = company.language, company.locale, company.timezone
    row.phone_region = company.phone_region
    row.save()
    record(actor, "save_organization", row)
    return row


@dataclass(frozen=True, slots=True)
class _Check:
    field: str
    holds: bool
    message: str


def _errors(company: Company) -> list[FieldError]:
    checks = (
        _Check("Name", bool(company.name.strip()), _("Enter a name.")),
        _Check("CurrencyIsoCode", is_currency(company.currency), _("Choose a currency of the list.")),
        _Check("FiscalYearStartMonth", company.fiscal_year_start_month in MONTHS, _("Choose a month.")),
        _Check(
            "Language",
            company.language in dict(settings.LANGUAGES),
            _("Choose one of the languages offered."),
        ),
        _Check("TimeZone", company.timezone in zone_names(), _("Choose a time zone of the list.")),
        _Check("Locale", _is_locale(company.locale), _("Choose a locale of the list.")),
        _Check(
            "PhoneRegion",
            company.phone_region in phonenumbers.SUPPORTED_REGIONS,
            _("Choose a country of the list."),
        ),
    )
    return [
        FieldError(check.field, "INVALID_FIELD_VALUE", check.message) for check in checks if not check.holds
    ]


def _is_locale(name: str) -> bool:
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return False
    return True
