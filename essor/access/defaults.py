"""What every new organization starts with: profiles, a first role tree, the group of all users, the automated user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from essor.access.actions.save_license import save_license
from essor.access.actor import system_actor
from essor.access.models import (
    FieldPermission,
    Group,
    ObjectPermission,
    Organization,
    PermissionSet,
    Principal,
    Profile,
    User,
    UserLicense,
    UserRole,
)
from essor.access.models.rights import ANY
from essor.access.naming import api_name
from essor.access.rights import COLUMNS, EVERY_RIGHT, FieldAccess, Permission, Right
from essor.access.version import bump

ADMINISTRATOR = "System Administrator"
OWN = Right.READ | Right.CREATE | Right.EDIT | Right.DELETE
IN_BULK = Right.IMPORT | Right.EXPORT | Right.MASS_EDIT
PRICES = ("Product2", "Pricebook2", "PricebookEntry")
TARGETS = ("ForecastingQuota",)
# What those who sell read and do not change; the licence “Campaign reader” limits everybody else to that.
CAMPAIGNS = (
    "Campaign",
    "CampaignMember",
    "CampaignMemberStatus",
    "ListEmail",
    "EmailTemplate",
    "CommunicationSubscription",
)
DEALS = ("Opportunity", "OpportunityLineItem", "Quote", "QuoteLineItem", "Order", "OrderItem", "Contract")


@dataclass(frozen=True, slots=True)
class Template:
    """A profile to start from: `rights` on every object, standard or made later, `except_on` for some."""

    description: str
    rights: Right
    permissions: tuple[Permission, ...] = (Permission.API,)
    except_on: Mapping[str, Right] = field(default_factory=dict)
    access: FieldAccess = FieldAccess.EDIT


PROFILES: Mapping[str, Template] = {
    ADMINISTRATOR: Template("Everything, the set-up included", EVERY_RIGHT, tuple(Permission)),
    "Sales": Template(
        "Sells: works on all records that are shared",
        OWN | Right.EXPORT,
        except_on=dict.fromkeys((*PRICES, *TARGETS, *CAMPAIGNS), Right.READ),
    ),
    "Sales Manager": Template(
        "Leads a sales team: imports, exports and edits in bulk as well",
        OWN | IN_BULK,
        except_on=dict.fromkeys(CAMPAIGNS, Right.READ),
    ),
    "Marketing": Template(
        "Works on leads, contacts and campaigns; reads deals",
        OWN | IN_BULK,
        except_on=dict.fromkeys((*DEALS, *PRICES, *TARGETS), Right.READ),
    ),
    "Read Only": Template("Reads what is shared", Right.READ, access=FieldAccess.READ, permissions=()),
}
READS = Right.READ | Right.VIEW_ALL | Right.EXPORT
LICENSES: Mapping[str, tuple[str, Mapping[str, Right]]] = {
    "Read only": ("Reads what the profile shows and changes nothing", {ANY: READS}),
    "Campaign reader": (
        "Works as the profile says, but only reads campaigns and mailings",
        dict.fromkeys(CAMPAIGNS, READS),
    ),
}
ROLES: Mapping[str, str | None] = {
    "Management": None,
    "Sales manager": "Management",
    "Sales rep": "Sales manager",
    "Marketing": "Management",
}


@transaction.atomic
def ensure_defaults(company: str = "", language: str = "fr") -> None:
    """Make what is missing and leave what is there. `company` and `language` are for an organization made now."""
    made = False
    if not Organization.objects.exists():
        locale = "fr_FR" if language == "fr" else "en_GB"
        Organization.objects.create(name=company or "Essor", language=language, locale=locale)
        made = True
    known = set(Profile.objects.filter(name__in=PROFILES).values_list("name", flat=True))
    for name, template in PROFILES.items():
        if name not in known:
            _make_profile(name, template)
            made = True
    if not Group.objects.filter(type=Principal.Type.EVERYONE).exists():
        Group.objects.create(name="All users", developer_name="AllUsers", type=Principal.Type.EVERYONE)
        made = True
    if not User.objects.filter(user_type=User.Kind.AUTOMATED).exists():
        _make_automated_user()
        made = True
    if not UserRole.objects.exists():
        _make_roles()
        made = True
    if made:
        bump()
    for name, (description, rights) in LICENSES.items():
        if not UserLicense.objects.filter(name=name).exists():
            save_license(system_actor(), name=name, description=description, rights=rights)


def _make_profile(name: str, template: Template) -> None:
    profile = Profile.objects.create(name=name, description=template.description)
    own = PermissionSet.objects.create(
        name=api_name(name, PermissionSet, "name"),
        label=name,
        profile=profile,
        permissions=sorted(one.value for one in template.permissions),
    )
    ObjectPermission.objects.bulk_create(
        ObjectPermission(
            parent=own, object_name=one, **{column: right in rights for column, right in COLUMNS.items()}
        )
        for one, rights in {ANY: template.rights, **template.except_on}.items()
    )
    FieldPermission.objects.create(
        parent=own, object_name=ANY, field=ANY, read=True, edit=template.access == FieldAccess.EDIT
    )


def _make_automated_user() -> None:
    """Make the user whose name stands under what happens by itself; nobody can log in as it."""
    user = User(
        name="Essor",
        type=Principal.Type.USER,
        last_name="Essor",
        email="automated@essor.invalid",
        user_type=User.Kind.AUTOMATED,
        profile=Profile.objects.get(name=ADMINISTRATOR),
    )
    user.set_unusable_password()
    user.save()


def _make_roles() -> None:
    made: dict[str, UserRole] = {}
    for name, parent in ROLES.items():
        role = made[name] = UserRole.objects.create(
            name=name, developer_name=api_name(name, UserRole), parent=made[parent] if parent else None
        )
        for kind in (Principal.Type.ROLE, Principal.Type.ROLE_AND_BELOW):
            Group.objects.create(role=role, type=kind, name=name, developer_name=role.developer_name)
