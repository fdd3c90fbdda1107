"""The verbs of who may, one file each. Each checks the actor, changes, and leaves an audit row and a new version."""

from essor.access.actions.assign_permission_set import assign_permission_set, withdraw_permission_set
from essor.access.actions.begin import Beginning, begin, begin_code, begun, is_begin_code
from essor.access.actions.create_token import create_token, revoke_token
from essor.access.actions.create_user import NewUser, create_user
from essor.access.actions.deactivate_user import deactivate_user, reactivate_user
from essor.access.actions.edit_user import edit_user
from essor.access.actions.freeze_user import freeze_user, unfreeze_user
from essor.access.actions.move_role import move_role
from essor.access.actions.reset_second_factor import reset_second_factor
from essor.access.actions.save_group import delete_group, save_group
from essor.access.actions.save_license import delete_license, save_license
from essor.access.actions.save_organization import save_organization
from essor.access.actions.save_permission_set import delete_permission_set, save_permission_set
from essor.access.actions.save_profile import delete_profile, save_profile
from essor.access.actions.save_role import delete_role, save_role
from essor.access.actions.save_sharing_rule import RuleText, delete_sharing_rule, save_sharing_rule
from essor.access.actions.set_field_rights import set_field_rights
from essor.access.actions.set_object_rights import set_object_rights
from essor.access.actions.set_org_default import set_org_default
from essor.access.actions.set_password import set_password
from essor.access.actions.set_permissions import set_permissions
from essor.access.actions.share_record import share_record
from essor.access.actions.unshare import forget_shares, unshare

__all__ = [
    "Beginning",
    "NewUser",
    "RuleText",
    "assign_permission_set",
    "begin",
    "begin_code",
    "begun",
    "create_token",
    "create_user",
    "deactivate_user",
    "delete_group",
    "delete_license",
    "delete_permission_set",
    "delete_profile",
    "delete_role",
    "delete_sharing_rule",
    "edit_user",
    "forget_shares",
    "freeze_user",
    "is_begin_code",
    "move_role",
    "reactivate_user",
    "reset_second_factor",
    "revoke_token",
    "save_group",
    "save_license",
    "save_organization",
    "save_permission_set",
    "save_profile",
    "save_role",
    "save_sharing_rule",
    "set_field_rights",
    "set_object_rights",
    "set_org_default",
    "set_password",
    "set_permissions",
    "share_record",
    "unfreeze_user",
    "unshare",
    "withdraw_permission_set",
]
