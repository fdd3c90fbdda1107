"""The set-up's own objects (users, profiles …): who reads them is decided here, not by rows of rights.

They are written only by `access.actions`, so nobody has more than the right to read them.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from essor.access.actor import Actor
from essor.access.rights import Bundle, Permission, Right

# Names and roles of colleagues are needed by everybody, for owners, filters and mentions.
OPEN = frozenset({"User", "UserRole", "Profile", "Group", "Organization"})
GUARDED = frozenset(
    {
        "PermissionSet",
        "PermissionSetAssignment",
        "GroupMember",
        "ObjectPermissions",
        "FieldPermissions",
        "LoginHistory",
        "SetupAuditTrail",
    }
)
PLAIN_READ = Right.READ | Right.VIEW_ALL


def rights_on(actor: Actor, object_name: str) -> Right:
    """Return the actor's rights on an object, be it one of the set-up or of the business."""
    on_setup = _on_setup(object_name, actor.rights.permissions)
    return actor.rights.on(object_name) if on_setup is None else on_setup


def bundle_rights(bundle: Bundle, object_name: str) -> Right:
    """Return what one permission set adds to the rights on an object."""
    on_setup = _on_setup(object_name, bundle.permissions)
    return bundle.rights(object_name) if on_setup is None else on_setup


def _on_setup(object_name: str, permissions: AbstractSet[str]) -> Right | None:
    if object_name in OPEN or (object_name in GUARDED and Permission.VIEW_SETUP in permissions):
        return PLAIN_READ
    return Right.NONE if object_name in GUARDED else None
