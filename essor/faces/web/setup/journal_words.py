"""What the journal calls each change of the set-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

WORDS: Mapping[str, Promise] = {
    "activate_flow": _("Flow turned on"),
    "add_field": _("Field added"),
    "add_object": _("Object added"),
    "assign_permission_set": _("Permission set given"),
    "change_field": _("Field changed"),
    "change_object": _("Object changed"),
    "create_flow": _("Flow added"),
    "create_token": _("Token created"),
    "create_user": _("User added"),
    "deactivate_flow": _("Flow turned off"),
    "pause_flow": _("Flow paused"),
    "resume_flow": _("Flow resumed"),
    "move_runs": _("Records moved to the new version"),
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
    "remove_layout": _("Layout reset"),
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
    "save_organization": _("Company settings saved"),
    "save_mail_server": _("Mail server saved"),
    "delete_mail_server": _("Mail server removed"),
    "add_sending_domain": _("Sending domain added"),
    "delete_sending_domain": _("Sending domain removed"),
    "save_consent_policy": _("Consent and frequency saved"),
    "save_workdays": _("Working days changed"),
    "save_letterhead": _("Document letterhead saved"),
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
    "set_org_default": _("Sharing default set"),
    "set_password": _("Password set"),
    "set_permissions": _("Permissions set"),
    "unfreeze_user": _("User unfrozen"),
    "want_index": _("Index requested"),
    "assignment_criteria_set": _("Assignment criteria set"),
    "assignment_entry_moved": _("Assignment entry moved"),
    "assignment_entry_removed": _("Assignment entry removed"),
    "assignment_entry_saved": _("Assignment entry saved"),
    "delete_mailbox": _("Mailbox removed"),
    "lead_mapping_reset": _("Lead conversion reset"),
    "lead_mapping_saved": _("Lead conversion saved"),
    "mail_intake_removed": _("Address for leads by e-mail removed"),
    "mail_intake_saved": _("Address for leads by e-mail saved"),
    "save_mailbox": _("Mailbox saved"),
    "save_websites": _("Websites that may measure visits saved"),
    "web_form_address_renewed": _("Address of a web form renewed"),
    "web_form_removed": _("Web form removed"),
    "web_form_saved": _("Web form saved"),
    "save_text_provider": _("Text message provider changed"),
    "use_text_provider": _("Text messages sent again"),
    "leave_text_provider": _("Text messages stopped"),
    "hurry_runs": _("Waiting records moved on"),
    "withdraw_permission_set": _("Permission set withdrawn"),
}

# What the journal calls the parts of a change; a part without a word keeps its technical name.
PARTS: Mapping[str, Promise] = {
    "access": _("Access"),
    "active": _("Active"),
    "email": _("E-mail"),
    "field": _("Field"),
    "fields": _("Fields"),
    "license": _("Licence"),
    "members": _("Members"),
    "name": _("Name"),
    "object": _("Object"),
    "profile": _("Profile"),
    "queue": _("Queue"),
    "role": _("Role"),
    "seats": _("Seats"),
    "step": _("Step"),
}


def named(action: str) -> str:
    """Return an action in the reader's words, its code when it has none."""
    return str(WORDS.get(action, action))


def told(detail: Mapping[str, Any]) -> str:
    """Return the parts of a change in the reader's words; keys that only programs follow are left out."""
    parts = ((name, value) for name, value in detail.items() if value is not None and name != "id")
    return ", ".join(
        gettext("%(label)s: %(value)s") % {"label": PARTS.get(name, name), "value": _value(value)}
        for name, value in parts
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()
