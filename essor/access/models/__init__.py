"""The tables of who may: people, rights, sharing, the organization, and what happened at its doors."""

from essor.access.models.doors import LoginHistory, PersonalAccessToken, SetupAuditTrail
from essor.access.models.organization import AccessVersion, Organization
from essor.access.models.people import Group, GroupMember, Principal, User, UserRole
from essor.access.models.rights import (
    FieldPermission,
    ObjectPermission,
    PermissionSet,
    PermissionSetAssignment,
    Profile,
    UserLicense,
)
from essor.access.models.sharing import OrgDefault, RecordShare, SharingRule

__all__ = [
    "AccessVersion",
    "FieldPermission",
    "Group",
    "GroupMember",
    "LoginHistory",
    "ObjectPermission",
    "OrgDefault",
    "Organization",
    "PermissionSet",
    "PermissionSetAssignment",
    "PersonalAccessToken",
    "Principal",
    "Profile",
    "RecordShare",
    "SetupAuditTrail",
    "SharingRule",
    "User",
    "UserLicense",
    "UserRole",
]
