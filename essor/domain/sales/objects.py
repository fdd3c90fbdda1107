"""The sales objects for the catalog: what their models cannot say."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.catalog.definitions import Choice
from essor.catalog.standard import Calculated, Spec, Standard, pick
from essor.domain.currencies.objects import CURRENCY
from essor.domain.sales.products import objects as products

INDUSTRIES = pick(
    ("Agriculture", _("Agriculture")), ("Apparel", _("Apparel")), ("Banking", _("Banking")),
    ("Biotechnology", _("Biotechnology")), ("Chemicals", _("Chemicals")), ("Communications", _("Communications")),
    ("Construction", _("Construction")), ("Consulting", _("Consulting")), ("Education", _("Education")),
    ("Electronics", _("Electronics")), ("Energy", _("Energy")), ("Engineering", _("Engineering")),
    ("Entertainment", _("Entertainment")), ("Environmental", _("Environmental")), ("Finance", _("Finance")),
    ("Food & Beverage", _("Food and beverage")), ("Government", _("Government")), ("Healthcare", _("Healthcare")),
    ("Hospitality", _("Hospitality")), ("Insurance", _("Insurance")), ("Machinery", _("Machinery")),
    ("Manufacturing", _("Manufacturing")), ("Media", _("Media")), ("Not For Profit", _("Not for profit")),
    ("Real Estate", _("Real estate")), ("Recreation", _("Recreation")), ("Retail", _("Retail")),
    ("Shipping", _("Shipping")), ("Technology", _("Technology")), ("Telecommunications", _("Telecommunications")),
    ("Transportation", _("Transportation")), ("Utilities", _("Utilities")), ("Other", _("Other")),
)  # fmt: skip
SOURCES = pick(
    ("Web", _("Web")), ("Phone Inquiry", _("Phone enquiry")), ("Partner Referral", _("Partner referral")),
    ("Employee Referral", _("Employee referral")), ("Purchased List", _("Purchased list")),
    ("Trade Show", _("Trade show")), ("Advertisement", _("Advertisement")), ("Social", _("Social networks")),
    ("Other", _("Other")),
)  # fmt: skip
ACCOUNT_TYPES = pick(
    ("Prospect", _("Prospect")), ("Customer - Direct", _("Customer, direct")),
    ("Customer - Channel", _("Customer, through a partner")), ("Channel Partner / Reseller", _("Reseller")),
    ("Installation Partner", _("Installation partner")), ("Technology Partner", _("Technology partner")),
    ("Competitor", _("Competitor")), ("Other", _("Other")),
)  # fmt: skip
RATINGS = pick(("Hot", _("Hot")), ("Warm", _("Warm")), ("Cold", _("Cold")))
OWNERSHIPS = pick(
    ("Public", _("Public")), ("Private", _("Private")), ("Subsidiary", _("Subsidiary")), ("Other", _("Other"))
)
SALUTATIONS = pick(
    ("Mr.", _("Mr")), ("Ms.", _("Ms")), ("Mrs.", _("Mrs")), ("Dr.", _("Dr")), ("Prof.", _("Prof"))
)
SCOPES = pick(
    ("General Management", _("General management")), ("Purchasing", _("Purchasing")), ("Finance", _("Finance")),
    ("Information Technology", _("Information technology")), ("Production", _("Production")), ("Quality", _("Quality")),
    ("Maintenance", _("Maintenance")), ("Logistics", _("Logistics")), ("Research and Development", _("Research and development")),
    ("Human Resources", _("Human resources")), ("Legal", _("Legal affairs")), ("Sales", _("Sales")),
    ("Marketing", _("Marketing and communication")), ("Health and Safety", _("Health and safety")),
    ("Energy and Environment", _("Energy and environment")), ("Other", _("Other")),
)  # fmt: skip
CONVERTED = {"converted": True, "closed": True, "won": True}
LEAD_STATUSES = (
    Choice("Open - Not Contacted", _("Open, not contacted"), default=True),  # type: ignore[arg-type]
    Choice("Working - Contacted", _("Working, contacted")),  # type: ignore[arg-type]
    Choice("Closed - Converted", _("Closed, converted"), facts=CONVERTED),  # type: ignore[arg-type]
    Choice("Closed - Not Converted", _("Closed, not converted"), facts={"closed": True, "won": False}),  # type: ignore[arg-type]
)
FORECAST_CATEGORIES = pick(
    ("Omitted", _("Omitted")), ("Pipeline", _("Pipeline")), ("Best Case", _("Best case")),
    ("Commit", _("Commit")), ("Closed", _("Closed")),
)  # fmt: skip


def stage(
    value: str,
    label: object,
    probability: int,
    category: str,
    *,
    closed: bool = False,
    won: bool = False,
    days: int = 30,
) -> Choice:
    """Return a stage with what hangs on it: probability in points, forecast category, closed, won, usual days at most."""
    facts = {
        "probability": probability,
        "category": category,
        "closed": closed,
        "won": won,
        "days": 0 if closed else days,
    }
    return Choice(value, label, facts=facts)  # type: ignore[arg-type]


STAGES = (
    stage("Prospecting", _("Prospecting"), 10, "Pipeline"),
    stage("Qualification", _("Qualification"), 10, "Pipeline"),
    stage("Needs Analysis", _("Needs analysis"), 20, "Pipeline"),
    stage("Value Proposition", _("Value proposition"), 50, "Pipeline"),
    stage("Id. Decision Makers", _("Decision makers found"), 60, "Pipeline"),
    stage("Perception Analysis", _("Perception analysis"), 70, "Best Case"),
    stage("Proposal/Price Quote", _("Proposal or quote"), 75, "Best Case"),
    stage("Negotiation/Review", _("Negotiation"), 90, "Commit"),
    stage("Closed Won", _("Closed, won"), 100, "Closed", closed=True, won=True),
    stage("Closed Lost", _("Closed, lost"), 0, "Omitted", closed=True),
)
LOSS_REASONS = pick(
    ("Price", _("Price")), ("Lost to Competitor", _("Lost to a competitor")), ("No Budget", _("No budget")),
    ("No Decision", _("No decision")), ("Bad Timing", _("Bad timing")), ("Missing Feature", _("Something was missing")),
    ("Other", _("Other")),
)  # fmt: skip
OPPORTUNITY_TYPES = pick(
    ("Existing Customer - Upgrade", _("Existing customer, upgrade")),
    ("Existing Customer - Replacement", _("Existing customer, replacement")),
    ("New Customer", _("New customer")),
)
PHONE = Spec(kind="phone")
LINKEDIN = Spec(kind="url", options={"linkedin": True})
MONEY = Spec(kind="money")
WITH_AMOUNT = {"seen_with": "Opportunity.Amount"}  # whoever may not see the amount could reckon it
PERSON_NAME = Spec(readonly=True, help=_("Made of the first and last name."), history=False)


def address(prefix: str) -> tuple[str, ...]:
    """Return the attributes of a standard address."""
    return tuple(f"{prefix}{part}" for part in ("street", "city", "postal_code", "state", "country"))


OBJECTS = (
    Standard(
        "sales.Account", "001", _("Account"), _("Accounts"), icon="building",
        about=_("Accounts are the companies you work with: customers, prospects, partners."),
        compact=("Industry", "Type", "BillingCity", "Phone", "Website", "LinkedInUrl"),
        fields={
            "name": Spec(required=True), "type": Spec(kind="picklist", choices=ACCOUNT_TYPES),
            "parent": Spec(child_relationship="ChildAccounts", children_label=_("Child accounts")),
            "industry": Spec(kind="picklist", choices=INDUSTRIES), "phone": PHONE, "fax": PHONE,
            "website": Spec(kind="url"), "linked_in_url": LINKEDIN,
            "account_source": Spec(kind="picklist", choices=SOURCES), "annual_revenue": MONEY,
            "ownership": Spec(kind="picklist", choices=OWNERSHIPS), "rating": Spec(kind="picklist", choices=RATINGS),
            "currency_iso_code": CURRENCY,
        },
        hidden=frozenset({"phone_e164", "fax_e164"}),
        compounds={
            "BillingAddress": (_("Billing address"), "address", address("billing_")),
            "ShippingAddress": (_("Shipping address"), "address", address("shipping_")),
        },
        search=("Name", "Phone", "Website", "AccountNumber", "BillingCity"), activities=True,
    ),
    Standard(
        "sales.Contact", "003", _("Contact"), _("Contacts"), icon="user",
        about=_("Contacts are the people you deal with, usually at an account."),
        compact=("AccountId", "Title", "Email", "Phone", "MobilePhone", "LinkedInUrl"),
        fields={
            "name": PERSON_NAME, "last_name": Spec(required=True),
            "salutation": Spec(kind="picklist", choices=SALUTATIONS), "email": Spec(kind="email"),
            "phone": PHONE, "mobile_phone": PHONE, "home_phone": PHONE, "other_phone": PHONE, "fax": PHONE,
            "linked_in_url": LINKEDIN, "lead_source": Spec(kind="picklist", choices=SOURCES),
            "scopes_of_responsibility": Spec(
                kind="multiselect", choices=SCOPES, options={"other": True},
                help=_("What this person decides about; lists and segments find people by it."),
            ),
            "scopes_of_responsibility_other": Spec(compound="ScopesOfResponsibility"),
            "reports_to": Spec(child_relationship="Reports", children_label=_("Direct reports")), "currency_iso_code": CURRENCY,
        },
        hidden=frozenset({"phone_e164", "mobile_phone_e164", "home_phone_e164", "other_phone_e164", "fax_e164"}),
        compounds={"MailingAddress": (_("Mailing address"), "address", address("mailing_"))},
        search=("Name", "Email", "Phone", "MobilePhone", "Account.Name"), activities=True,
    ),
    Standard(
        "sales.Lead", "00Q", _("Lead"), _("Leads"), icon="target",
        about=_("Leads are people who may become customers. Convert one when it turns into a deal."),
        compact=("Company", "Status", "Email", "Phone", "MobilePhone", "LeadSource", "LinkedInUrl"),
        fields={
            "name": PERSON_NAME, "last_name": Spec(required=True), "company": Spec(required=True),
            "salutation": Spec(kind="picklist", choices=SALUTATIONS), "email": Spec(kind="email"),
            "phone": PHONE, "mobile_phone": PHONE, "website": Spec(kind="url"), "linked_in_url": LINKEDIN,
            "status": Spec(kind="picklist", choices=LEAD_STATUSES, required=True),
            "lead_source": Spec(kind="picklist", choices=SOURCES),
            "industry": Spec(kind="picklist", choices=INDUSTRIES),
            "rating": Spec(kind="picklist", choices=RATINGS), "annual_revenue": MONEY,
            "is_converted": Spec(readonly=True), "converted_date": Spec(readonly=True),
            "converted_account": Spec(readonly=True), "converted_contact": Spec(readonly=True),
            "converted_opportunity": Spec(readonly=True), "currency_iso_code": CURRENCY,
        },
        hidden=frozenset({"phone_e164", "mobile_phone_e164"}),
        compounds={"Address": (_("Address"), "address", address(""))},
        search=("Name", "Company", "Email", "Phone", "MobilePhone"), path_field="Status", done_field="IsConverted",
        activities=True,
    ),
    Standard(
        "sales.Opportunity", "006", _("Opportunity"), _("Opportunities"), icon="briefcase",
        about=_("Opportunities are the deals you hope to win, from first talks to signature."),
        compact=("AccountId", "StageName", "Amount", "CloseDate", "PushCount", "Type"),
        fields={
            "name": Spec(required=True), "stage_name": Spec(kind="picklist", choices=STAGES, required=True),
            "close_date": Spec(required=True), "amount": Spec(kind="money", options={"converted": "ConvertedAmount"}),
            "type": Spec(kind="picklist", choices=OPPORTUNITY_TYPES), "probability": Spec(kind="percent", options={"scale": 0}),
            "expected_revenue": Spec(kind="money", readonly=True, options=WITH_AMOUNT),
            "lead_source": Spec(kind="picklist", choices=SOURCES),
            "is_closed": Spec(readonly=True, history=False), "is_won": Spec(readonly=True, history=False),
            "forecast_category_name": Spec(kind="picklist", choices=FORECAST_CATEGORIES),
            "last_stage_change_date": Spec(readonly=True, history=False), "currency_iso_code": CURRENCY,
            "push_count": Spec(readonly=True, history=False, help=_("How often the close date moved to a later month.")),
            "loss_reason": Spec(kind="picklist", choices=LOSS_REASONS),
            "has_opportunity_line_item": Spec(readonly=True, history=False),
            "conversion_rate": Spec(
                readonly=True, history=False, options={"scale": 8, "apart": True, "day": "CloseDate"},
                help=_("The rate valid on the close date, kept as it was when the opportunity closed."),
            ),
            "converted_amount": Spec(
                kind="money", readonly=True, history=False, options={"corporate": True, "apart": True, **WITH_AMOUNT},
                help=_("The amount at the exchange rate valid on the close date; rates changed after closing do not move it."),
            ),
            "contract": Spec(child_relationship="Opportunities"),
            "pricebook2": Spec(child_relationship="Opportunities"), "total_opportunity_quantity": Spec(options={"scale": 2}),
        },
        formulas={
            "LastStageChangeInDays": Calculated(
                _("Days in stage"), "TODAY() - DATEVALUE(BLANKVALUE(LastStageChangeDate, CreatedDate))"
            ),
            "AgeInDays": Calculated(
                _("Age in days"), "IF(IsClosed, MAX(CloseDate - DATEVALUE(CreatedDate), 0), TODAY() - DATEVALUE(CreatedDate))"
            ),
        },
        search=("Name", "Account.Name", "NextStep"), path_field="StageName", activities=True,
    ),
    Standard(
        "sales.OpportunityHistory", "008", _("Opportunity step"), _("Opportunity path"), icon="history",
        compact=("Amount", "CloseDate", "DurationInDays"),
        name_field="StageName", tab=False, createable=False,
        fields={
            "opportunity": Spec(kind="masterdetail", child_relationship="OpportunityHistories", on_delete="cascade"),
            "stage_name": Spec(kind="picklist", choices=STAGES), "amount": Spec(kind="money", options=WITH_AMOUNT),
            "probability": Spec(kind="percent", options={"scale": 0, "seen_with": "Opportunity.Probability"}),
            "expected_revenue": Spec(kind="money", options=WITH_AMOUNT),
        },
        formulas={
            "DurationInDays": Calculated(
                _("Days"), "IF(ISBLANK(EndDate), NOW() - CreatedDate, EndDate - CreatedDate)", options={"scale": 1}
            ),
        },
    ),
    *products.objects(CURRENCY.choices),
)  # fmt: skip
