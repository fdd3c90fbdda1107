"""The rules that a new company starts with. They name objects and fields as any administrator's rule does."""

from __future__ import annotations

from typing import Any

# A number may be that of the switchboard, which colleagues share: it weighs less than a phone number does usually.
PHONES = {
    "fields": ["MobilePhone", "Phone"],
    "method": "phone",
    "m": [0.65, 0.05, 0.05, 0.25],
    "u": [0.002, 0.001, 0.004, 0.993],
}
# Several companies share a house, few a house and a name.
ADDRESS = {
    "fields": ["BillingStreet"],
    "method": "address",
    "m": [0.6, 0.15, 0.1, 0.05, 0.1],
    "u": [0.01, 0.01, 0.02, 0.1, 0.86],
}
# Leads of one company are mostly colleagues.
COLLEAGUES = {
    "fields": ["Company"],
    "method": "company",
    "m": [0.7, 0.1, 0.07, 0.05, 0.08],
    "u": [0.02, 0.01, 0.02, 0.05, 0.9],
}
NAME = {"fields": ["FirstName", "LastName"], "method": "person"}
EMAIL = {"fields": ["Email"], "method": "email"}


def one(method: str, field: str, other: str = "") -> dict[str, Any]:
    """Return a criterion over one field on either side."""
    return {"fields": [field], "method": method, "other": [other] if other else []}


STANDARD: tuple[dict[str, Any], ...] = (
    {
        "standard": "account",
        "object_name": "Account",
        "name": "The same company",
        "threshold": 0.85,
        "criteria": [
            one("company", "Name"),
            one("domain", "Website"),
            one("phone", "Phone"),
            ADDRESS,
            one("city", "BillingCity"),
        ],
    },
    {
        "standard": "contact",
        "object_name": "Contact",
        "name": "The same person",
        "criteria": [NAME, EMAIL, PHONES, one("same", "AccountId"), one("city", "MailingCity")],
    },
    {
        "standard": "lead",
        "object_name": "Lead",
        "name": "The same lead",
        "criteria": [NAME, EMAIL, PHONES, COLLEAGUES, one("city", "City")],
    },
    {
        "standard": "lead_contact",
        "object_name": "Lead",
        "other_object": "Contact",
        "name": "A lead who is already a contact",
        "criteria": [NAME, EMAIL, PHONES, one("city", "City", "MailingCity")],
    },
)
