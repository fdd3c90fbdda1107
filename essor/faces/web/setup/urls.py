"""The addresses of the set-up, of one's own settings and of the rights on one record."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from essor.faces.web.setup import (
    approval_steps,
    approvals,
    fields,
    formulas,
    groups,
    indexes,
    journal,
    layouts,
    matrices,
    me,
    objects,
    organization,
    others,
    overview,
    record_access,
    record_types,
    rights,
    roles,
    rollups,
    rules,
    sharing,
    users,
)

data = [
    path("", objects.index, name="setup_objects"),
    path("new", objects.add, name="setup_add_object"),
    path("<str:name>/settings", objects.edit, name="setup_object"),
    path("<str:name>/hide", objects.hide, name="setup_hide_object"),
    path("<str:name>/restore", objects.restore, name="setup_restore_object"),
    path("<str:name>/fields/", fields.index, name="setup_fields"),
    path("<str:name>/fields/new", fields.add, name="setup_add_field"),
    path("<str:name>/fields/options", fields.options, name="setup_field_options"),
    path("<str:name>/fields/<str:field_name>/", fields.edit, name="setup_field"),
    path("<str:name>/fields/<str:field_name>/hide", fields.hide, name="setup_hide_field"),
    path("<str:name>/fields/<str:field_name>/restore", fields.restore, name="setup_restore_field"),
    path("<str:name>/fields/<str:field_name>/purge", fields.purge, name="setup_purge_field"),
    path("<str:name>/fields/<str:field_name>/other", others.show, name="setup_others"),
    path("<str:name>/formula", formulas.check, name="setup_formula"),
    path("<str:name>/condition", formulas.condition, name="setup_condition"),
    path("<str:name>/samples", formulas.samples, name="setup_samples"),
    path("<str:name>/layouts/", layouts.index, name="setup_layouts"),
    path("<str:name>/layouts/<int:profile_id>", layouts.edit, name="setup_layout"),
    path("<str:name>/layouts/<int:profile_id>/reset", layouts.reset, name="setup_reset_layout"),
    path("<str:name>/rules/", rules.index, name="setup_rules"),
    path("<str:name>/rules/new", rules.edit, name="setup_add_rule"),
    path("<str:name>/rules/<str:rule_name>/", rules.edit, name="setup_rule"),
    path("<str:name>/rules/<str:rule_name>/switch", rules.switch, name="setup_switch_rule"),
    path("<str:name>/rules/<str:rule_name>/remove", rules.remove, name="setup_remove_rule"),
    path("<str:name>/record-types/", record_types.index, name="setup_record_types"),
    path("<str:name>/record-types/new", record_types.edit, name="setup_add_record_type"),
    path("<str:name>/record-types/<str:type_name>/", record_types.edit, name="setup_record_type"),
    path("<str:name>/rollups/", rollups.of_object, name="setup_object_rollups"),
    path("<str:name>/indexes/", indexes.index, name="setup_indexes"),
    path("<str:name>/indexes/<str:index_name>/drop", indexes.drop, name="setup_drop_index"),
]
people: list[URLPattern] = [
    path("users/", users.index, name="setup_users"),
    path("users/new", users.add, name="setup_add_user"),
    path("users/<int:user_id>/", users.edit, name="setup_user"),
    *(
        path(f"users/<int:user_id>/{verb}", users.act, {"verb": verb}, name=f"setup_user_{verb}")
        for verb in users.VERBS
    ),
    path("roles/", roles.index, name="setup_roles"),
    path("roles/new", roles.edit, name="setup_add_role"),
    path("roles/<int:role_id>/", roles.edit, name="setup_role"),
    path("roles/<int:role_id>/remove", roles.remove, name="setup_remove_role"),
    path("profiles/", rights.profiles, name="setup_profiles"),
    path("profiles/new", rights.add, {"profile": True}, name="setup_add_profile"),
    path("permission-sets/", rights.permission_sets, name="setup_permission_sets"),
    path("permission-sets/new", rights.add, {"profile": False}, name="setup_add_permission_set"),
    path("rights/<int:set_id>/", rights.settings, name="setup_rights"),
    path("rights/<int:set_id>/remove", rights.remove, name="setup_remove_rights"),
    path("rights/<int:set_id>/objects", matrices.objects, name="setup_object_rights"),
    path("rights/<int:set_id>/fields/", matrices.fields, name="setup_rights_fields"),
    path("rights/<int:set_id>/fields/<str:name>", matrices.fields, name="setup_field_rights"),
    path("groups/", groups.index, name="setup_groups"),
    path("groups/new", groups.edit, name="setup_add_group"),
    path("groups/<int:group_id>/", groups.edit, name="setup_group"),
    path("groups/<int:group_id>/remove", groups.remove, name="setup_remove_group"),
    path("queues/", groups.index, {"queue": True}, name="setup_queues"),
    path("queues/new", groups.edit, {"queue": True}, name="setup_add_queue"),
]
sharing_pages = [
    path("", sharing.defaults, name="setup_defaults"),
    path("rules/", sharing.rules, name="setup_sharing_rules"),
    path("rules/new", sharing.edit, name="setup_add_sharing_rule"),
    path("rules/<int:rule_id>/", sharing.edit, name="setup_sharing_rule"),
    path("rules/<int:rule_id>/remove", sharing.remove, name="setup_remove_sharing_rule"),
]
approval_pages = [
    path("", approvals.index, name="setup_approvals"),
    path("new", approvals.edit, name="setup_add_approval"),
    path("<int:process_id>/", approvals.edit, name="setup_approval"),
    path("<int:process_id>/criteria", approvals.criteria, name="setup_approval_criteria"),
    path("<int:process_id>/<str:verb>", approvals.act, name="setup_approval_act"),
    path("<int:process_id>/steps/new", approval_steps.edit, name="setup_add_approval_step"),
    path("<int:process_id>/steps/<int:step_id>/", approval_steps.edit, name="setup_approval_step"),
    path(
        "<int:process_id>/steps/<int:step_id>/criteria",
        approval_steps.criteria,
        name="setup_approval_step_criteria",
    ),
    path(
        "<int:process_id>/steps/<int:step_id>/<str:verb>", approval_steps.act, name="setup_approval_step_act"
    ),
]
setup: list[URLPattern | URLResolver] = [
    path("", overview.show, name="setup_overview"),
    path("search", overview.search, name="setup_search"),
    path("suggest", overview.suggest, name="setup_suggest"),
    path("organization", organization.edit, name="setup_organization"),
    path("rollups", rollups.check, name="setup_rollups"),
    path("logins", journal.logins, name="setup_logins"),
    path("changes", journal.audit, name="setup_audit"),
    path("objects/", include(data)),
    path("sharing/", include(sharing_pages)),
    path("approvals/", include(approval_pages)),
    *people,
]
urlpatterns = [
    path("setup/", include(setup)),
    path("me/", me.settings, name="me"),
    path("me/tokens", me.tokens, name="me_tokens"),
    path("me/tokens/<int:token_id>/revoke", me.revoke, name="me_revoke_token"),
    path("me/logins", me.logins, name="me_logins"),
    path("r/<str:record_id>/access", record_access.show, name="record_access"),
    path("r/<str:record_id>/access/share", record_access.share, name="share_record"),
    path("r/<str:record_id>/access/take-back", record_access.take_back, name="unshare_record"),
]
