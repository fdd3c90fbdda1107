"""The part that people play in deals, and the companies that they are or were with: Salesforce's objects and fields."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Detail
from essor.domain.sales.models import Account, Contact, Opportunity, line


class OpportunityContactRole(Detail):
    """A contact's part in an opportunity; at most one is the primary one."""

    opportunity = models.ForeignKey(
        Opportunity,
        models.DO_NOTHING,
        related_name="opportunity_contact_roles",
        verbose_name=_("Opportunity"),
    )
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, related_name="opportunity_contact_roles", verbose_name=_("Contact")
    )
    role = line(_("Role in the deal"))
    is_primary = models.BooleanField(_("Primary"), default=False)

    class Meta:
        indexes = [
            models.Index(fields=["contact"], name="contact_role_of_person", condition=LIVE),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "contact"], name="contact_role_once_a_deal", condition=LIVE
            )
        ]


class AccountContactRelation(Detail):
    """A contact at an account from one day to another; `is_direct` marks the account that the contact is with now."""

    account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="account_contact_relations", verbose_name=_("Account")
    )
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, related_name="account_contact_relations", verbose_name=_("Contact")
    )
    roles = models.TextField(_("Roles"), null=True, blank=True)
    start_date = models.DateField(_("Start date"), null=True, blank=True)
    end_date = models.DateField(_("End date"), null=True, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    is_direct = models.BooleanField(_("Direct"), default=False)

    class Meta:
        indexes = [
            models.Index(fields=["account", "is_active"], name="relation_of_account", condition=LIVE),
            models.Index(fields=["contact"], name="relation_of_contact", condition=LIVE),
        ]
