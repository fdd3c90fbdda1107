"""Relations for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.standard import Spec, Standard, pick

ROLES = pick(
    ("Decision Maker", _("Decision maker")),
    ("Economic Buyer", _("Budget holder")),
    ("Influencer", _("Influencer")),
    ("Technical Buyer", _("Technical evaluator")),
    ("Business User", _("End user")),
    ("Executive Sponsor", _("Sponsor")),
    ("Evaluator", _("Evaluator")),
    ("Gatekeeper", _("Opens the doors")),
    ("Other", _("Other")),
)

OBJECTS = (
    Standard(
        "relations.OpportunityContactRole",
        "00K",
        _("Contact role"),
        _("Contact roles"),
        icon="users",
        name_field="Role",
        compact=("ContactId", "OpportunityId", "IsPrimary"),
        tab=False,
        fields={
            "opportunity": Spec(
                kind="masterdetail", child_relationship="OpportunityContactRoles", on_delete="cascade"
            ),
            "contact": Spec(required=True, child_relationship="OpportunityContactRoles", on_delete="cascade"),
            "role": Spec(kind="picklist", choices=ROLES),
        },
    ),
    Standard(
        "relations.AccountContactRelation",
        "07k",
        _("Contact relationship"),
        _("Contact relationships"),
        icon="switch-horizontal",
        name_field="Roles",
        tab=False,
        compact=("ContactId", "AccountId", "StartDate", "EndDate"),
        fields={
            "account": Spec(
                kind="masterdetail", child_relationship="AccountContactRelations", on_delete="cascade"
            ),
            "contact": Spec(required=True, child_relationship="AccountContactRelations", on_delete="cascade"),
            "roles": Spec(kind="multiselect", choices=ROLES),
            "is_direct": Spec(readonly=True, help=_("The account that the contact is with now.")),
        },
    ),
)
