"""What everybody gets by default, and the sharing rules that give more."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import actions
from essor.access.grants import deciding_link, has_owner
from essor.access.models import Group, OrgDefault, SharingRule
from essor.access.models.sharing import Level
from essor.access.snapshot import Default
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.conditions import in_words
from essor.faces.web.setup.doors import managing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.objects import shown_objects
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, FieldError, ValidationFailed
from essor.kernel.whole import whole
from essor.query import codec, decode
from essor.query.access import compiler
from essor.query.soql.conditions import read_condition, write_condition

Access = OrgDefault.Access


def shareable() -> list[ObjectDef]:
    """Return the objects whose records have owners of their own."""
    found = [obj for obj in shown_objects() if has_owner(obj) and not deciding_link(obj, Default())]
    return sorted(found, key=lambda obj: str(obj.plural))


@require_http_methods(["GET", "POST"])
@managing
def defaults(request: HttpRequest) -> HttpResponseBase:
    """Show what everybody may do with records of others, or change it."""
    actor, objects = actor_of(request), shareable()
    stored = {row.object_name: row for row in OrgDefault.objects.all()}

    def work(form: Form) -> str:
        for obj in objects:
            access, link = form.value(f"access.{obj.name}"), form.value(f"parent.{obj.name}")
            hierarchy = form.on(f"hierarchy.{obj.name}") if obj.custom else True
            row = stored.get(obj.name, OrgDefault())
            link = link if access == Access.PARENT else ""
            if access in Access.values and (access, link, hierarchy) != (
                row.access,
                row.parent_field or "",
                row.hierarchy,
            ):
                _set(actor, obj, access, link, hierarchy=hierarchy)
        return reverse("web:setup_defaults")

    def again(form: Form) -> HttpResponseBase:
        context = {"form": form, "objects": [(obj, _links(obj)) for obj in objects], "levels": Access.choices}
        return draw(request, "defaults", context, current="defaults", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    values: dict[str, Any] = {}
    for obj in objects:
        row = stored.get(obj.name, OrgDefault())
        values |= {f"access.{obj.name}": row.access, f"parent.{obj.name}": row.parent_field}
        values[f"hierarchy.{obj.name}"] = row.hierarchy
    return again(starting(values))


def _set(actor: Any, obj: ObjectDef, access: str, link: str, *, hierarchy: bool) -> None:
    """Set one default; a refusal says which object it is about."""
    try:
        actions.set_org_default(actor, obj.name, access, parent_field=link or None, hierarchy=hierarchy)
    except ValidationFailed as failed:
        names = {"ParentField": f"parent.{obj.name}", "Hierarchy": f"hierarchy.{obj.name}"}
        raise ValidationFailed(
            [
                FieldError(
                    names.get(one.field, f"access.{obj.name}"), one.code, f"{obj.plural}: {one.message}"
                )
                for one in failed.errors
            ]
        ) from failed


def _links(obj: ObjectDef) -> list[tuple[str, str]]:
    return [
        (one.name, str(one.label))
        for one in obj.fields
        if len(one.targets) == 1 and one.kind.name == "lookup" and one.targets[0] not in ("User", obj.name)
    ]


@require_GET
@managing
def rules(request: HttpRequest) -> HttpResponseBase:
    """Draw all sharing rules."""
    catalog = current.get()
    rows = SharingRule.objects.select_related("owners", "receivers").order_by("object_name", "name")
    lines = [
        (row, catalog.object(row.object_name).plural, words_of(row))
        for row in rows
        if catalog.has(row.object_name)
    ]
    return draw(request, "sharing_rules", {"lines": lines}, current="sharing_rules")


def words_of(row: SharingRule) -> str:
    """Return which records a rule gives, as words."""
    if row.owners is not None:
        return _("Records of %(owners)s") % {"owners": choices.group_label(row.owners)}
    return in_words(row.object_name, row.condition)


def _condition_text(row: SharingRule) -> str:
    try:
        return write_condition(row.object_name, decode.condition(row.condition), current.get())
    except EssorError:
        return ""


@require_http_methods(["GET", "POST"])
@managing
def edit(request: HttpRequest, rule_id: int = 0) -> HttpResponseBase:
    """Show a rule (a new one without id), or save it."""
    actor = actor_of(request)
    rule = get_object_or_404(SharingRule, pk=rule_id) if rule_id else None

    def work(form: Form) -> str:
        obj = current.get().object(rule.object_name if rule else form.value("object"))
        by_owner = form.value("by") != "condition"
        level = form.value("AccessLevel")
        text = actions.RuleText(
            name=form.value("Name"),
            object_name=obj.name,
            receivers=_group(form, "receivers"),
            level=Level.READ if (number := whole(level)) is None else number,
            owners=_group(form, "owners") if by_owner else None,
            condition=None if by_owner else codec.to_json(read_condition(obj.name, form.value("where"))),
        )
        actions.save_sharing_rule(actor, text, compile_where=compiler(actor), rule=rule)
        return reverse("web:setup_sharing_rules")

    def again(form: Form) -> HttpResponseBase:
        name = rule.object_name if rule else form.value("object")
        objects = shareable()
        chosen = next((obj for obj in objects if obj.name == name), objects[0])
        context = {
            "form": form,
            "rule": rule,
            "chosen": chosen,
            "objects": [(obj.name, str(obj.plural)) for obj in objects],
            "receivers": choices.receivers(),
            "owners": choices.owners(),
            "levels": Level.choices[:2],
        }
        return draw(request, "sharing_rule", context, current="sharing_rules", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if rule is None:
        start = {"by": request.GET.get("by", "owners"), "AccessLevel": 1}
        return again(starting({**start, **{key: request.GET.get(key, "") for key in ("object", "Name")}}))
    return again(
        starting(
            {
                "Name": rule.name,
                "object": rule.object_name,
                "by": "owners" if rule.owners_id else "condition",
                "owners": rule.owners_id,
                "receivers": rule.receivers_id,
                "AccessLevel": rule.level,
                "where": "" if rule.owners_id else _condition_text(rule),
            }
        )
    )


def _group(form: Form, name: str) -> Group:
    key = form.value(name)
    found = Group.objects.filter(pk=whole(key) or 0).first()
    if found is None:
        raise ValidationFailed([FieldError(name, "REQUIRED_FIELD_MISSING", _("Choose a group or role."))])
    return found


@require_POST
@managing
def remove(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    """Remove a rule; what it gave is gone at once."""
    actions.delete_sharing_rule(actor_of(request), get_object_or_404(SharingRule, pk=rule_id))
    flash(request, _("The sharing rule is removed."))
    return HttpResponseRedirect(reverse("web:setup_sharing_rules"))
