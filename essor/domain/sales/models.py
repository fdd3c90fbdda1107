"""Who we sell to and what we hope to sell: Salesforce's objects and fields."""

from __future__ import annotations

from typing import cast

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Detail, Record
from essor.domain.sales.products.models import OpportunityLineItem, Pricebook2, PricebookEntry, Product2
from essor.query.folding import Folded

__all__ = [
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "OpportunityHistory",
    "OpportunityLineItem",
    "Pricebook2",
    "PricebookEntry",
    "Product2",
]


def line(label: str | Promise, length: int = 255) -> models.CharField[str | None, str | None]:
    """Return a nullable text column; empty text is stored as NULL, as Salesforce does."""
    return models.CharField(cast("str", label), max_length=length, null=True, blank=True)


def e164() -> models.CharField[str | None, str | None]:
    """Return the column that holds a phone number in E.164 form beside what was typed."""
    return models.CharField(max_length=16, null=True, blank=True)


def dates_index(name: str, field: str) -> models.Index:
    """Return an index over the rows that are not in the recycle bin, with the id to page by key."""
    return models.Index(fields=[field, "id"], name=name, condition=LIVE)


def texts_index(name: str, field: str, *, alone: bool = False) -> models.Index:
    """Return such an index for text, which lists sort and compare without case.

    `alone`: it answers questions about this text without a look at the rows. PostgreSQL only believes so where the index
    holds the column as it is, too; SQLite's does anyway.
    """
    return models.Index(Folded(field), "id", name=name, condition=LIVE, include=[field] if alone else None)


class Account(Record):
    """A company: customer, prospect, partner or competitor."""

    name = models.CharField(_("Account name"), max_length=255)
    type = line(_("Type"))
    parent = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="child_accounts",
        verbose_name=_("Parent account"),
    )
    industry = line(_("Industry"))
    phone = line(_("Phone"), 40)
    phone_e164 = e164()
    fax = line(_("Fax"), 40)
    fax_e164 = e164()
    website = line(_("Website"), 1024)
    linked_in_url = line(_("LinkedIn"), 1024)
    account_number = line(_("Account number"), 40)
    site = line(_("Account site"), 80)
    account_source = line(_("Account source"))
    annual_revenue = models.BigIntegerField(_("Annual revenue"), null=True, blank=True)
    number_of_employees = models.FloatField(_("Employees"), null=True, blank=True)
    ownership = line(_("Ownership"))
    ticker_symbol = line(_("Ticker symbol"), 20)
    rating = line(_("Rating"))
    sic = line(_("SIC code"), 20)
    billing_street = models.TextField(_("Billing street"), null=True, blank=True)
    billing_city = line(_("Billing city"), 120)
    billing_postal_code = line(_("Billing postal code"), 20)
    billing_state = line(_("Billing state or region"), 120)
    billing_country = line(_("Billing country"), 120)
    shipping_street = models.TextField(_("Shipping street"), null=True, blank=True)
    shipping_city = line(_("Shipping city"), 120)
    shipping_postal_code = line(_("Shipping postal code"), 20)
    shipping_state = line(_("Shipping state or region"), 120)
    shipping_country = line(_("Shipping country"), 120)
    description = models.TextField(_("Description"), null=True, blank=True)

    class Meta:
        indexes = [texts_index("account_name", "name")]


class Contact(Record):
    """A person at an account."""

    account = models.ForeignKey(
        Account, models.DO_NOTHING, null=True, blank=True, related_name="contacts", verbose_name=_("Account")
    )
    salutation = line(_("Salutation"), 40)
    first_name = line(_("First name"), 80)
    last_name = models.CharField(_("Last name"), max_length=80)
    name = models.CharField(_("Name"), max_length=161)
    title = line(_("Title"), 128)
    department = line(_("Department"), 80)
    reports_to = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, blank=True, related_name="reports", verbose_name=_("Reports to")
    )
    email = line(_("E-mail"), 254)
    phone = line(_("Phone"), 40)
    phone_e164 = e164()
    mobile_phone = line(_("Mobile"), 40)
    mobile_phone_e164 = e164()
    home_phone = line(_("Home phone"), 40)
    home_phone_e164 = e164()
    other_phone = line(_("Other phone"), 40)
    other_phone_e164 = e164()
    fax = line(_("Fax"), 40)
    fax_e164 = e164()
    linked_in_url = line(_("LinkedIn"), 1024)
    assistant_name = line(_("Assistant"), 40)
    birthdate = models.DateField(_("Birthdate"), null=True, blank=True)
    lead_source = line(_("Lead source"))
    scopes_of_responsibility = models.TextField(_("Scopes of responsibility"), null=True, blank=True)
    scopes_of_responsibility_other = models.TextField(
        _("Scopes of responsibility: other, which?"), null=True, blank=True
    )
    mailing_street = models.TextField(_("Mailing street"), null=True, blank=True)
    mailing_city = line(_("Mailing city"), 120)
    mailing_postal_code = line(_("Mailing postal code"), 20)
    mailing_state = line(_("Mailing state or region"), 120)
    mailing_country = line(_("Mailing country"), 120)
    do_not_call = models.BooleanField(_("Do not call"), default=False)
    has_opted_out_of_email = models.BooleanField(_("E-mail opt-out"), default=False)
    email_bounced_date = models.DateTimeField(_("E-mail bounced on"), null=True, blank=True)
    email_bounced_reason = line(_("E-mail bounced because"))
    individual = models.ForeignKey(
        "consent.Individual",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("Individual"),
    )
    description = models.TextField(_("Description"), null=True, blank=True)

    class Meta:
        indexes = [
            texts_index("contact_name", "name"),
            texts_index("contact_email", "email", alone=True),
        ]


class Lead(Record):
    """Somebody who may become a customer, before account and contact exist."""

    salutation = line(_("Salutation"), 40)
    first_name = line(_("First name"), 80)
    last_name = models.CharField(_("Last name"), max_length=80)
    name = models.CharField(_("Name"), max_length=161)
    company = models.CharField(_("Company"), max_length=255)
    title = line(_("Title"), 128)
    email = line(_("E-mail"), 254)
    phone = line(_("Phone"), 40)
    phone_e164 = e164()
    mobile_phone = line(_("Mobile"), 40)
    mobile_phone_e164 = e164()
    website = line(_("Website"), 1024)
    linked_in_url = line(_("LinkedIn"), 1024)
    status = models.CharField(_("Lead status"), max_length=255, default="Open - Not Contacted")
    lead_source = line(_("Lead source"))
    industry = line(_("Industry"))
    rating = line(_("Rating"))
    annual_revenue = models.BigIntegerField(_("Annual revenue"), null=True, blank=True)
    number_of_employees = models.FloatField(_("Employees"), null=True, blank=True)
    street = models.TextField(_("Street"), null=True, blank=True)
    city = line(_("City"), 120)
    postal_code = line(_("Postal code"), 20)
    state = line(_("State or region"), 120)
    country = line(_("Country"), 120)
    do_not_call = models.BooleanField(_("Do not call"), default=False)
    has_opted_out_of_email = models.BooleanField(_("E-mail opt-out"), default=False)
    email_bounced_date = models.DateTimeField(_("E-mail bounced on"), null=True, blank=True)
    email_bounced_reason = line(_("E-mail bounced because"))
    individual = models.ForeignKey(
        "consent.Individual",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("Individual"),
    )
    is_converted = models.BooleanField(_("Converted"), default=False)
    converted_date = models.DateField(_("Converted on"), null=True, blank=True)
    converted_account = models.ForeignKey(
        Account,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Converted account"),
    )
    converted_contact = models.ForeignKey(
        Contact,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Converted contact"),
    )
    converted_opportunity = models.ForeignKey(
        "sales.Opportunity",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Converted opportunity"),
    )
    description = models.TextField(_("Description"), null=True, blank=True)

    class Meta:
        indexes = [
            texts_index("lead_name", "name"),
            dates_index("lead_created", "created_date"),
            texts_index("lead_email", "email", alone=True),
        ]


class Opportunity(Record):
    """A deal on its way through the stages."""

    account = models.ForeignKey(
        Account,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("Account"),
    )
    contact = models.ForeignKey(
        Contact,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("Contact"),
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("Primary campaign source"),
    )
    contract = models.ForeignKey(
        "orders.Contract",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("Contract"),
        db_index=False,  # few deals have one: see the index below
    )
    name = models.CharField(_("Opportunity name"), max_length=120)
    type = line(_("Type"))
    stage_name = models.CharField(_("Stage"), max_length=255)
    amount = models.BigIntegerField(_("Amount"), null=True, blank=True)
    probability = models.FloatField(_("Probability"), null=True, blank=True)
    expected_revenue = models.BigIntegerField(_("Expected revenue"), null=True, blank=True)
    total_opportunity_quantity = models.FloatField(_("Quantity"), null=True, blank=True)
    close_date = models.DateField(_("Close date"))
    next_step = line(_("Next step"))
    lead_source = line(_("Lead source"))
    is_closed = models.BooleanField(_("Closed"), default=False)
    is_won = models.BooleanField(_("Won"), default=False)
    forecast_category_name = line(_("Forecast category"), 40)
    last_stage_change_date = models.DateTimeField(_("Last stage change"), null=True, blank=True)
    push_count = models.PositiveIntegerField(_("Close date pushes"), default=0, db_default=0)
    loss_reason = line(_("Loss reason"))
    pricebook2 = models.ForeignKey(
        Pricebook2,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("Price book"),
    )
    has_opportunity_line_item = models.BooleanField(_("Has products"), default=False, db_default=False)
    conversion_rate = models.FloatField(_("Exchange rate"), null=True, blank=True)
    converted_amount = models.BigIntegerField(_("Amount in company currency"), null=True, blank=True)
    description = models.TextField(_("Description"), null=True, blank=True)

    class Meta:
        indexes = [
            texts_index("opportunity_name", "name"),
            dates_index("opportunity_close", "close_date"),
            models.Index(fields=["account", "is_won", "close_date"], name="opportunity_won", condition=LIVE),
            models.Index(
                fields=["contract"], name="opportunity_contract", condition=models.Q(contract__isnull=False)
            ),
        ]


class OpportunityHistory(Detail):
    """One step of an opportunity's path: stage, amount and close date as they stood from `created_date` to `end_date`."""

    opportunity = models.ForeignKey(
        Opportunity, models.DO_NOTHING, related_name="opportunity_histories", verbose_name=_("Opportunity")
    )
    stage_name = models.CharField(_("Stage"), max_length=255)
    amount = models.BigIntegerField(_("Amount"), null=True, blank=True)
    probability = models.FloatField(_("Probability"), null=True, blank=True)
    expected_revenue = models.BigIntegerField(_("Expected revenue"), null=True, blank=True)
    close_date = models.DateField(_("Close date"), null=True, blank=True)
    end_date = models.DateTimeField(_("Until"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["opportunity", "created_date"], name="opportunity_history_path")]
