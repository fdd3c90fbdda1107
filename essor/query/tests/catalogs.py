"""A small catalog of real kinds, for what needs names but no tables."""

from __future__ import annotations

from django.db import models

from essor.catalog.definitions import Catalog, ChildRelationship, Choice, Field, ObjectDef
from essor.catalog.kinds import kind

INDUSTRIES = (
    Choice("Media", "Médias"),
    Choice("Real Estate", "Immobilier"),
    Choice("Old", "Ancien", active=False),
)


def field(object_name: str, name: str, kind_name: str = "text", **more: object) -> Field:
    """Return a field; a lookup to a parent is named after its relationship."""
    return Field(object_name, name, name.lower(), kind(kind_name), str(more.pop("label", name)), **more)  # type: ignore[arg-type]


def lookup(object_name: str, relationship: str, *targets: str) -> Field:
    """Return a lookup field with its relationship."""
    return field(object_name, f"{relationship}Id", "lookup", targets=targets, relationship=relationship)


def obj(name: str, *fields: Field, children: tuple[ChildRelationship, ...] = ()) -> ObjectDef:
    """Return an object with an id, a name and `fields`."""
    own = (field(name, "Id", "id"), field(name, "Name"), field(name, "CreatedDate", "datetime"), *fields)
    return ObjectDef(name, f"{name} label", f"{name} plural", name[:3], models.Model, own, children)


def small_catalog() -> Catalog:
    """Return accounts with contacts, opportunities and tasks, owned by users."""
    objects = (
        obj(
            "Account",
            field("Account", "Industry", "picklist", choices=INDUSTRIES, label="Branche"),
            field("Account", "AnnualRevenue", "money"),
            field("Account", "Secret__c", hidden=True),
            lookup("Account", "Owner", "User"),
            lookup("Account", "Parent", "Account"),
            children=(
                ChildRelationship("Contacts", "Contact", "AccountId"),
                ChildRelationship("Opportunities", "Opportunity", "AccountId"),
                ChildRelationship("Ghosts", "Ghost", "AccountId"),
            ),
        ),
        obj(
            "Contact",
            field("Contact", "Email", "email"),
            field("Contact", "Reasons__c", "multiselect", choices=INDUSTRIES),
            field("Contact", "VIP__c", "checkbox"),
            lookup("Contact", "Account", "Account"),
            lookup("Contact", "Owner", "User"),
            children=(ChildRelationship("Tasks", "Task", "WhoId"),),
        ),
        obj(
            "Opportunity",
            field("Opportunity", "Amount", "money"),
            field("Opportunity", "CloseDate", "date"),
            field("Opportunity", "IsWon", "checkbox"),
            lookup("Opportunity", "Account", "Account"),
        ),
        obj("Task", field("Task", "Subject"), lookup("Task", "Who", "Contact", "Opportunity")),
        obj("User", field("User", "Email", "email"), lookup("User", "Manager", "User")),
    )
    return Catalog(1, {one.name: one for one in objects})
