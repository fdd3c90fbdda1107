"""The two pipelines of the demo company, and what it asks of a deal on its way."""

from __future__ import annotations

from essor.catalog import current
from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.save_stage import save_stage
from essor.catalog.actions.spec import RecordTypeSpec, StageSpec
from essor.catalog.pipelines import RecordTypeDef

NEW, RENEWAL = "NewBusiness", "Renewals"
STAGES = {
    NEW: (
        "Prospecting",
        "Qualification",
        "Needs Analysis",
        "Value Proposition",
        "Proposal/Price Quote",
        "Negotiation/Review",
        "Closed Won",
        "Closed Lost",
    ),
    RENEWAL: ("Qualification", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost"),
}
TYPES = (
    RecordTypeSpec(
        object="Opportunity",
        name=NEW,
        label="New business",
        label_fr="Nouvelles affaires",
        default=True,
        description="Customers to be won.",
        values={"StageName": STAGES[NEW]},
    ),
    RecordTypeSpec(
        object="Opportunity",
        name=RENEWAL,
        label="Renewals",
        label_fr="Renouvellements",
        description="Contracts that come to their end.",
        values={"StageName": STAGES[RENEWAL]},
    ),
)
CRITERIA = (
    StageSpec(
        object="Opportunity",
        stage="Qualification",
        required=("Amount",),
        guidance="Who decides, when, and out of which budget? Without an answer the deal is not qualified.",
        guidance_fr="Qui décide, quand, et sur quel budget ? Sans réponse, l’affaire n’est pas qualifiée.",
    ),
    StageSpec(
        object="Opportunity",
        stage="Proposal/Price Quote",
        record_type=NEW,
        required=("NextStep", "Account.Industry"),
        guidance="Send the proposal within two days and agree on the date of the next talk.",
        guidance_fr="Envoyer la proposition sous deux jours et fixer la date du prochain échange.",
    ),
    StageSpec(
        object="Opportunity",
        stage="Negotiation/Review",
        formula="CloseDate >= TODAY()",
        message="Give a close date that is still ahead.",
        message_fr="Indiquer une date de clôture à venir.",
    ),
    StageSpec(object="Opportunity", stage="Closed Lost", required=("LossReason",)),
)


def make() -> None:
    """Define the pipelines and their criteria, once."""
    if current.get().object("Opportunity").record_types:
        return
    for kind in TYPES:
        add_record_type(None, kind)
    for criteria in CRITERIA:
        save_stage(None, criteria)


def types() -> dict[str, RecordTypeDef]:
    """Return the record types by name."""
    return {one.name: one for one in current.get().object("Opportunity").record_types}
