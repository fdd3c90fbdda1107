"""Individuals and topics for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.standard import Spec, Standard, pick
from essor.domain.marketing.consent.models import OPT_IN, OPT_OUT

STATE = Spec(
    kind="picklist", choices=pick((OPT_IN, _("Agreed")), (OPT_OUT, pgettext_lazy("consent", "Refused")))
)

OBJECTS = (
    Standard(
        "consent.Individual",
        "0PK",
        _("Individual"),
        _("Individuals"),
        icon="fingerprint",
        tab=False,
        fields={
            "name": Spec(required=True),
            "email_consent": STATE,
            "sms_consent": STATE,
            "phone_consent": STATE,
            "opens_consent": STATE,
            "clicks_consent": STATE,
            "visits_consent": STATE,
            "has_opted_out_solicit": Spec(help=_("Never contacted, whatever was agreed.")),
            "has_opted_out_tracking": Spec(
                help=_("Opens, clicks and visits are never stored under this person’s name.")
            ),
        },
        hidden=frozenset({"last_activity_date"}),
        search=("Name",),
    ),
    Standard(
        "consent.Topic",
        "0Xl",
        _("Subscription topic"),
        _("Subscription topics"),
        icon="tags",
        tab=False,
        name="CommunicationSubscription",
        about=_("Topics are what people may subscribe to, such as a newsletter or invitations."),
        fields={
            "name": Spec(required=True),
            "is_public": Spec(help=_("People may subscribe and unsubscribe by themselves.")),
        },
        hidden=frozenset({"last_activity_date"}),
        search=("Name",),
    ),
)
