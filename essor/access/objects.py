"""The set-up for those who ask: users, profiles, roles, groups, rights, logins, under Salesforce's names."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.access.models import LoginHistory, Principal, User
from essor.catalog.standard import Spec, Standard, pick

READ_ONLY = Spec(readonly=True)


def _named(**names: str) -> dict[str, Spec]:
    return {attr: Spec(name=name, readonly=True) for attr, name in names.items()}


USER = Standard(
    model="access.User",
    prefix="005",
    label=_("User"),
    plural=_("Users"),
    icon="user",
    fields={
        "name": READ_ONLY,
        "type": READ_ONLY,
        "first_name": READ_ONLY,
        "last_name": Spec(readonly=True, required=True),
        "email": Spec(kind="email", readonly=True),
        "username": Spec(kind="text", readonly=True, unique=True),
        "title": READ_ONLY,
        "department": READ_ONLY,
        "phone": Spec(kind="phone", readonly=True),
        "language": Spec(
            kind="picklist", name="LanguageLocaleKey", readonly=True,
            choices=pick(("fr", _("French")), ("en", _("English"))),
        ),
        "timezone": Spec(name="TimeZoneSidKey", readonly=True),
        "locale": Spec(name="LocaleSidKey", readonly=True),
        "is_active": READ_ONLY,
        "is_frozen": READ_ONLY,
        "user_type": Spec(kind="picklist", readonly=True, choices=pick(*User.Kind.choices)),
        "profile": READ_ONLY,
        "role": Spec(name="UserRoleId", relationship="UserRole", readonly=True),
        "manager": Spec(readonly=True, child_relationship="ManagedUsers"),
        "delegated_approver": READ_ONLY,
        "last_login": Spec(name="LastLoginDate", readonly=True),
    },
    hidden=frozenset({"principal_ptr", "password", "phone_e164", "type", "license"}),
    search=("Name", "Email"),
    order=("name", "first_name", "last_name", "email", "username", "title", "department", "phone", "role", "profile"),
    tab=False,
    is_record=False,
    createable=False,
)  # fmt: skip

OBJECTS = (
    USER,
    Standard(
        model="access.Group", prefix="00G", label=_("Group"), plural=_("Groups"), icon="users-group",
        fields={
            "name": READ_ONLY,
            "type": Spec(kind="picklist", readonly=True, choices=pick(*Principal.Type.choices)),
            "developer_name": READ_ONLY,
            "role": Spec(name="RelatedId", relationship="Related", targets=("UserRole",), readonly=True),
            "email": Spec(kind="email", readonly=True),
            "include_bosses": Spec(name="DoesIncludeBosses", readonly=True),
        },
        hidden=frozenset({"principal_ptr", "supported_objects"}),
        search=("Name",), tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.GroupMember", prefix="011", label=_("Group member"), plural=_("Group members"), icon="users",
        name_field="Id",
        fields={
            "group": Spec(readonly=True, child_relationship="GroupMembers"),
            "member": Spec(name="UserOrGroupId", relationship="UserOrGroup", readonly=True),
        },
        tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.UserRole", prefix="00E", label=_("Role"), plural=_("Roles"), icon="hierarchy",
        fields={
            "name": READ_ONLY,
            "developer_name": READ_ONLY,
            "parent": Spec(
                name="ParentRoleId", relationship="ParentRole", readonly=True, child_relationship="ChildRoles"
            ),
        },
        search=("Name",), tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.Profile", prefix="00e", label=_("Profile"), plural=_("Profiles"), icon="id",
        fields={"name": READ_ONLY, "description": READ_ONLY},
        search=("Name",), tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.PermissionSet", prefix="0PS", label=_("Permission set"), plural=_("Permission sets"),
        icon="key", name_field="Label",
        fields={
            **_named(name="Name", label="Label", description="Description"),
            "profile": Spec(kind="lookup", readonly=True),
        },
        hidden=frozenset({"permissions", "license"}),
        search=("Label",), tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.PermissionSetAssignment", prefix="0Pa", label=_("Permission set assignment"),
        plural=_("Permission set assignments"), icon="key", name_field="Id",
        fields={
            "permission_set": Spec(readonly=True, child_relationship="Assignments"),
            "assignee": Spec(readonly=True, child_relationship="PermissionSetAssignments"),
        },
        tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.ObjectPermission", name="ObjectPermissions", prefix="110", label=_("Object permission"),
        plural=_("Object permissions"), icon="lock", name_field="SobjectType",
        fields={
            "parent": Spec(readonly=True, child_relationship="ObjectPerms"),
            **_named(
                object_name="SobjectType", read="PermissionsRead", create="PermissionsCreate", edit="PermissionsEdit",
                delete_records="PermissionsDelete", view_all="PermissionsViewAllRecords",
                modify_all="PermissionsModifyAllRecords", import_records="PermissionsImport",
                export="PermissionsExport", mass_edit="PermissionsMassEdit",
            ),
        },
        tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.FieldPermission", name="FieldPermissions", prefix="01k", label=_("Field permission"),
        plural=_("Field permissions"), icon="lock", name_field="Field",
        fields={
            "parent": Spec(readonly=True, child_relationship="FieldPerms"),
            **_named(object_name="SobjectType", field="Field", read="PermissionsRead", edit="PermissionsEdit"),
        },
        tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.Organization", prefix="00D", label=_("Organization"), plural=_("Organizations"),
        icon="building",
        fields=_named(
            name="Name", country="Country", currency_iso_code="DefaultCurrencyIsoCode",
            fiscal_year_start_month="FiscalYearStartMonth", language="LanguageLocaleKey",
            locale="DefaultLocaleSidKey", timezone="TimeZoneSidKey", phone_region="PhoneRegion",
        ),
        tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.LoginHistory", prefix="0Ya", label=_("Login"), plural=_("Logins"), icon="login",
        name_field="Login",
        fields={
            "user": Spec(readonly=True, child_relationship="LoginHistories"),
            "status": Spec(kind="picklist", readonly=True, choices=pick(*LoginHistory.Status.choices)),
            **_named(
                login="Login", login_time="LoginTime", source_ip="SourceIp", login_type="LoginType",
                browser="Browser", platform="Platform",
            ),
        },
        tab=False, is_record=False, createable=False,
    ),
    Standard(
        model="access.SetupAuditTrail", prefix="0Ym", label=_("Setup change"), plural=_("Setup changes"),
        icon="history", name_field="Action",
        fields={**_named(action="Action", subject="Display"), "created_by": Spec(readonly=True)},
        hidden=frozenset({"detail"}), tab=False, is_record=False, createable=False,
    ),
)  # fmt: skip
