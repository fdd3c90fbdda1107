"""Campaigns for the catalog."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.definitions import Choice
from essor.catalog.standard import Calculated, Spec, Standard, pick
from essor.query import codec
from essor.query.tree import Compare, Condition, Constant, Path

CAMPAIGN, MEMBER, STATUS = "Campaign", "CampaignMember", "CampaignMemberStatus"


def type_of(value: str, label: Any, family: str) -> Choice:
    """Return a type of campaign; `family` is what it works like: mailing, event or phone, empty for the rest."""
    return Choice(value, label, facts={"family": family})


TYPES = (
    type_of("Email", _("Mailing"), "mailing"), type_of("Event", pgettext_lazy("campaign", "Event"), "event"),
    type_of("Telemarketing", _("Phone campaign"), "phone"), type_of("Webinar", _("Webinar"), "event"),
    type_of("Trade Show", _("Trade show"), "event"), type_of("Conference", _("Conference"), "event"),
    type_of("Direct Mail", _("Direct mail"), ""), type_of("Advertisement", _("Advertisement"), ""),
    type_of("Other", _("Other"), ""),
)  # fmt: skip
STATUSES = (
    Choice("Planned", pgettext_lazy("campaign", "Planned"), default=True),  # type: ignore[arg-type]
    *pick(("In Progress", pgettext_lazy("campaign", "In progress"))),
    Choice("Completed", pgettext_lazy("campaign", "Completed"), facts={"closed": True, "won": True}),  # type: ignore[arg-type]
    Choice("Aborted", pgettext_lazy("campaign", "Aborted"), facts={"closed": True, "won": False}),  # type: ignore[arg-type]
)
MEANINGS = pick(
    ("sent", _("Got a mailing")),
    ("invited", _("Invited")), ("registered", _("Has a place")), ("waiting", _("Waiting for a place")),
    ("declined", _("Declined")), ("attended", _("Attended")), ("absent", _("Did not attend")),
)  # fmt: skip
MONEY = Spec(kind="money")
BY_SOURCE = _("Of the deals that name this campaign as their primary source, and of no other.")


def rolled(
    relationship: str, where: Condition | None, total: str = "", returns: str = "number", told: Any = ""
) -> Spec:
    """Return a roll-up over the campaign's children: how many, or the sum of a field; `told` is its help."""
    options: dict[str, Any] = {
        "relationship": relationship, "function": "SUM" if total else "COUNT", "returns": returns,
        "scale": 2 if total else 0,  # money is counted in cents
    }  # fmt: skip
    if total:
        options["field"] = total
    if where is not None:
        options["where"] = codec.to_json(where)
    return Spec(kind="rollup", readonly=True, history=False, help=told, options=options)


def _is(name: str) -> Compare:
    return Compare(Path((name,)), "eq", (Constant(value=True),))


def _named(name: str) -> Compare:
    return Compare(Path((name,)), "notnull")


MEMBERS, DEALS = "CampaignMembers", "Opportunities"
OBJECTS = (
    Standard(
        "campaigns.Campaign", "701", _("Campaign"), _("Campaigns"), icon="flag",
        about=_("A campaign brings together the people you invite, the mailings you send and what came of it."),
        compact=("Status", "Type", "StartDate", "EndDate"),
        fields={
            "name": Spec(required=True), "parent": Spec(child_relationship="ChildCampaigns", children_label=_("Child campaigns")),
            "type": Spec(kind="picklist", choices=TYPES, options={"default": "Email"}),
            "status": Spec(kind="picklist", choices=STATUSES),
            "budgeted_cost": MONEY, "actual_cost": MONEY, "expected_revenue": MONEY,
            "expected_response": Spec(kind="percent", options={"scale": 1}),
            "number_sent": Spec(options={"scale": 0}), "capacity": Spec(options={"scale": 0}, help=_(
                "People who register when all places are taken go on a waiting list. Empty: room for everybody."
            )),
            "tags_links": Spec(help=_(
                "Links of its mailings that lead to the company’s own sites get utm_source, utm_medium and utm_campaign: their "
                "visits count for the campaign. Links to other sites are never touched."
            )),
            "utm_campaign": Spec(help=_("Empty: the campaign’s name as it is at the first launch.")),
            "utm_source": Spec(help=_("Empty: newsletter.")), "utm_medium": Spec(help=_("Empty: email.")),
            "number_of_contacts": rolled(MEMBERS, _named("ContactId")),
            "number_of_leads": rolled(MEMBERS, Compare(Path(("ContactId",)), "null")),
            "number_of_responses": rolled(MEMBERS, _is("HasResponded")),
            "number_of_opportunities": rolled(DEALS, None, told=BY_SOURCE),
            "number_of_won_opportunities": rolled(DEALS, _is("IsWon"), told=BY_SOURCE),
            "amount_all_opportunities": rolled(DEALS, None, "Amount", "money", BY_SOURCE),
            "amount_won_opportunities": rolled(DEALS, _is("IsWon"), "Amount", "money", BY_SOURCE),
        },
        search=("Name",), path_field="Status", activities=True,
    ),
    Standard(
        "campaigns.CampaignMemberStatus", "01Y", _("Member status"), _("Member statuses"), icon="list-check",
        compact=("HasResponded", "IsDefault"),
        name_field="Label", tab=False, ordered_by="SortOrder",
        fields={
            "campaign": Spec(
                kind="masterdetail", child_relationship="CampaignMemberStatuses", on_delete="cascade", updateable=False
            ),
            "label": Spec(required=True), "sort_order": Spec(options={"scale": 0}),
            "meaning": Spec(kind="picklist", choices=MEANINGS),
        },
    ),
    Standard(
        "campaigns.CampaignMember", "00v", _("Campaign member"), _("Campaign members"), icon="users", tab=False,
        compact=("Name", "CompanyOrAccount", "Email", "HasResponded"),
        name_field="Status",
        fields={
            "campaign": Spec(
                kind="masterdetail", child_relationship="CampaignMembers", on_delete="cascade", updateable=False
            ),
            "status": Spec(options={"depends_on": "CampaignId"}),
            "contact": Spec(child_relationship="CampaignMembers", on_delete="cascade"),
            "lead": Spec(
                child_relationship="CampaignMembers", on_delete="cascade", updateable=False,
                options={"becomes": "ContactId"},
            ),
            "has_responded": Spec(readonly=True, history=False),
            "first_responded_date": Spec(readonly=True, history=False),
            "waiting_since": Spec(readonly=True, history=False), "checked_in_date": Spec(readonly=True),
            **dict.fromkeys(
                ("sent_date", "first_opened_date", "first_clicked_date", "bounced_date", "opted_out_date"),
                Spec(readonly=True, history=False),
            ),
        },
        formulas={
            "Name": Calculated(_("Name"), "BLANKVALUE(Contact.Name, Lead.Name)", "text"),
            "Email": Calculated(_("E-mail"), "BLANKVALUE(Contact.Email, Lead.Email)", "text"),
            "CompanyOrAccount": Calculated(_("Company"), "BLANKVALUE(Contact.Account.Name, Lead.Company)", "text"),
        },
    ),
)  # fmt: skip
