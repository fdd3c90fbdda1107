"""What every new organization starts with: profiles, a first role tree, the group of all users, the automated user.

It is made once, with the organization, in its language; what people rename or remove afterwards stays as they left it.
The keys of profiles and roles are English: API names are made of them and stay, whatever the names become.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

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
from essor.kernel import locks

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
    "LandingPage",
    "FormSubmission",
)
DEALS = ("Opportunity", "OpportunityLineItem", "Quote", "QuoteLineItem", "Order", "OrderItem", "Contract")


@dataclass(frozen=True, slots=True)
class Template:
    """A profile to start from: `rights` on every object, standard or made later, `except_on` for some."""

    label: Promise
    description: Promise
    rights: Right
    permissions: tuple[Permission, ...] = (Permission.API,)
    except_on: Mapping[str, Right] = field(default_factory=dict)
    access: FieldAccess = FieldAccess.EDIT


PROFILES: Mapping[str, Template] = {
    ADMINISTRATOR: Template(
        _("System Administrator"), _("Everything, including the setup"), EVERY_RIGHT, tuple(Permission)
    ),
    "Sales": Template(
        pgettext_lazy("profile", "Sales"),
        _("Sells: works on all records that are shared"),
        OWN | Right.EXPORT,
        except_on=dict.fromkeys((*PRICES, *TARGETS, *CAMPAIGNS), Right.READ),
    ),
    "Sales Manager": Template(
        pgettext_lazy("profile", "Sales Manager"),
        _("Leads a sales team: imports, exports and edits in bulk as well"),
        OWN | IN_BULK,
        except_on=dict.fromkeys(CAMPAIGNS, Right.READ),
    ),
    "Marketing": Template(
        pgettext_lazy("profile", "Marketing"),
        _("Works on leads, contacts and campaigns; reads deals"),
        OWN | IN_BULK,
        except_on=dict.fromkeys((*DEALS, *PRICES, *TARGETS), Right.READ),
    ),
    "Read Only": Template(
        pgettext_lazy("profile", "Read Only"),
        _("Reads what is shared"),
        Right.READ,
        access=FieldAccess.READ,
        permissions=(),
    ),
}
READS = Right.READ | Right.VIEW_ALL | Right.EXPORT
LICENSES: Sequence[tuple[Promise, Promise, Mapping[str, Right]]] = (
    (
        pgettext_lazy("licence", "Read only"),
        _("Reads what the profile shows and changes nothing"),
        {ANY: READS},
    ),
    (
        pgettext_lazy("licence", "Campaign reader"),
        _("Works as the profile says, but only reads campaigns and mailings"),
        dict.fromkeys(CAMPAIGNS, READS),
    ),
)
LICENSED: Sequence[tuple[type[models.Model], str]] = ((UserLicense, "name"), (PermissionSet, "label"))
EVERYBODY = _("All users")
# A role's key, name and whose it is under.
ROLES: Mapping[str, tuple[Promise, str | None]] = {
    "Management": (pgettext_lazy("role", "Management"), None),
    "Sales manager": (pgettext_lazy("role", "Sales manager"), "Management"),
    "Sales rep": (pgettext_lazy("role", "Sales rep"), "Sales manager"),
    "Marketing": (pgettext_lazy("role", "Marketing"), "Management"),
}


@transaction.atomic
def ensure_defaults(company: str = "", language: str = "fr") -> None:
    """Make the organization called `company` with all it starts with, unless there is one."""
    if Organization.objects.exists():
        return
    with transaction.atomic():
        locks.lock("organization")
        if not Organization.objects.exists():  # else another program was quicker
            _make_defaults(company, language)


def _make_defaults(company: str, language: str) -> None:
    locale = "fr_FR" if language == "fr" else "en_GB"
    Organization.objects.create(name=company or "Essor", language=language, locale=locale)
    with override(language):
        profiles = {name: _make_profile(name, template) for name, template in PROFILES.items()}
        Group.objects.create(name=str(EVERYBODY), developer_name="AllUsers", type=Principal.Type.EVERYONE)
        _make_automated_user(profiles[ADMINISTRATOR])
        _make_roles()
        bump()
        for label, description, rights in LICENSES:
            save_license(system_actor(), name=str(label), description=str(description), rights=rights)


def name_in(language: str) -> None:
    """Name in another language what nobody has changed yet: profiles, roles and licences of a new organization."""
    texts: list[tuple[type[models.Model], str, Promise]] = [
        *((Profile, "name", one.label) for one in PROFILES.values()),
        *((Profile, "description", one.description) for one in PROFILES.values()),
        *((PermissionSet, "label", one.label) for one in PROFILES.values()),
        *((model, "name", label) for label, _parent in ROLES.values() for model in (UserRole, Group)),
        *((model, attr, label) for label, _about, _rights in LICENSES for model, attr in LICENSED),
        *((UserLicense, "description", about) for _label, about, _rights in LICENSES),
        (Group, "name", EVERYBODY),
    ]
    before = Organization.objects.values_list("language", flat=True).get()
    for model, attr, text in texts:
        with override(before):
            old = str(text)
        with override(language):
            model._default_manager.filter(**{attr: old}).update(**{attr: str(text)})
    bump()


def description_for_reader(text: str | None) -> str:
    """Return the description of a profile or licence in the reader's language, as long as nobody has rewritten it."""
    known = _descriptions().get(text or "")
    return text or "" if known is None else str(known)


@cache
def _descriptions() -> Mapping[str, Promise]:
    """What each first description is called in every language, and the text that it comes from."""
    found: dict[str, Promise] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {str(one.description): one.description for one in PROFILES.values()}
            found |= {str(about): about for _label, about, _rights in LICENSES}
    return found


def _make_profile(name: str, template: Template) -> Profile:
    profile = Profile.objects.create(name=str(template.label), description=str(template.description))
    own = PermissionSet.objects.create(
        name=api_name(name, PermissionSet, "name"),
        label=profile.name,
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
    return profile


def _make_automated_user(profile: Profile) -> None:
    """Make the user whose name stands under what happens by itself; nobody can log in as it."""
    user = User(
        name="Essor",
        type=Principal.Type.USER,
        last_name="Essor",
        email="automated@essor.invalid",
        user_type=User.Kind.AUTOMATED,
        profile=profile,
    )
    user.set_unusable_password()
    user.save()


def _make_roles() -> None:
    made: dict[str, UserRole] = {}
    for key, (label, parent) in ROLES.items():
        role = made[key] = UserRole.objects.create(
            name=str(label),
            developer_name=api_name(key, UserRole),
            parent=made[parent] if parent else None,
        )
        for kind in (Principal.Type.ROLE, Principal.Type.ROLE_AND_BELOW):
            Group.objects.create(role=role, type=kind, name=role.name, developer_name=role.developer_name)
