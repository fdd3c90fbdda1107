"""What the journal calls each change of the set-up."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Mapping[str, Promise] = {
    "activate_flow": _("Flow turned on"),
    "add_field": _("Field added"),
    "add_object": _("Object added"),
    "assign_permission_set": _("Permission set given"),
    "change_field": _("Field changed"),
    "change_object": _("Object changed"),
    "create_flow": _("Flow added"),
    "create_token": _("Token made"),
    "create_user": _("User added"),
    "deactivate_flow": _("Flow turned off"),
    "pause_flow": _("Flow paused"),
    "resume_flow": _("Flow resumed"),
    "move_runs": _("Records taken over into the new version"),
    "deactivate_user": _("User deactivated"),
    "delete_flow": _("Flow removed"),
    "delete_approval_process": _("Approval process removed"),
    "delete_license": _("Licence removed"),
    "delete_group": _("Group removed"),
    "delete_permission_set": _("Permission set removed"),
    "delete_profile": _("Profile removed"),
    "delete_role": _("Role removed"),
    "delete_sharing_rule": _("Sharing rule removed"),
    "drop_field": _("Columns of an erased field removed"),
    "drop_index": _("Index removed"),
    "drop_object": _("Table of an erased object removed"),
    "edit_user": _("User changed"),
    "freeze_user": _("User frozen"),
    "hide_field": _("Field hidden"),
    "hide_object": _("Object hidden"),
    "move_role": _("Role moved"),
    "purge_field": _("Field erased"),
    "purge_object": _("Object erased"),
    "reactivate_user": _("User reactivated"),
    "remove_layout": _("Layout forgotten"),
    "remove_rule": _("Validation rule removed"),
    "reset_second_factor": _("Second factor reset"),
    "restore_field": _("Field restored"),
    "restore_object": _("Object restored"),
    "revoke_token": _("Token revoked"),
    "save_flow": _("Flow saved"),
    "save_approval_process": _("Approval process saved"),
    "save_group": _("Group saved"),
    "save_license": _("Licence saved"),
    "save_layout": _("Layout saved"),
    "save_organization": _("Company's settings saved"),
    "save_mail_server": _("Mail server saved"),
    "delete_mail_server": _("Mail server removed"),
    "add_sending_domain": _("Sending domain added"),
    "delete_sending_domain": _("Sending domain removed"),
    "save_consent_policy": _("Consent and rhythm saved"),
    "save_letterhead": _("Letterhead of documents saved"),
    "save_permission_set": _("Permission set saved"),
    "save_profile": _("Profile saved"),
    "save_record_type": _("Record type saved"),
    "save_stage": _("Stage criteria saved"),
    "remove_stage": _("Stage criteria removed"),
    "save_role": _("Role saved"),
    "save_rule": _("Validation rule saved"),
    "save_sharing_rule": _("Sharing rule saved"),
    "set_field_rights": _("Field rights set"),
    "set_object_rights": _("Object rights set"),
    "set_org_default": _("Default for everybody set"),
    "set_password": _("Password set"),
    "set_permissions": _("Permissions set"),
    "unfreeze_user": _("User unfrozen"),
    "want_index": _("Index asked for"),
    "withdraw_permission_set": _("Permission set withdrawn"),
}


def named(action: str) -> str:
    """Return an action in the reader's words, its code when it has none."""
    return str(WORDS.get(action, action))
