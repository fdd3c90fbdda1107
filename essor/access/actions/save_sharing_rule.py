"""Makes, changes and removes sharing rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.grants import CompileWhere, deciding_link
from essor.access.models import Group, SharingRule
from essor.access.models.sharing import Level
from essor.access.rights import Permission
from essor.access.snapshot import Default
from essor.catalog import current


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A sharing rule as somebody wrote it: by `owners` (a group or role) or by `condition` (query tree as JSON)."""

    name: str
    object_name: str
    receivers: Group
    level: int = Level.READ
    owners: Group | None = None
    condition: Mapping[str, Any] | None = None


@transaction.atomic
def save_sharing_rule(
    actor: Actor, text: RuleText, *, compile_where: CompileWhere, rule: SharingRule | None = None
) -> SharingRule:
    """Return a new rule, or `rule` changed. `compile_where` raises when the condition cannot run."""
    require(actor, Permission.MANAGE_USERS)
    obj = current.get().object(text.object_name)
    if not text.name.strip():
        refuse("Name", _("Enter a name."), "REQUIRED_FIELD_MISSING")
    if (text.owners is None) == (text.condition is None):
        refuse("", _("A rule is either about owners or about a condition."))
    if text.level not in (Level.READ, Level.EDIT):
        refuse("AccessLevel", _("A rule gives the right to read, or to read and edit."))
    if deciding_link(obj, Default()):
        refuse("", _("A detail is seen by those who see its master record."))
    if text.condition is not None:
        compile_where(obj, text.condition)
    same = SharingRule.objects.filter(object_name=obj.name, name=text.name.strip())
    if same.exclude(pk=rule.pk if rule else 0).exists():
        refuse("Name", _("There is already a rule “%(name)s”.") % {"name": text.name}, "DUPLICATE_VALUE")
    rule = rule or SharingRule()
    rule.name, rule.object_name, rule.receivers, rule.level = (
        text.name.strip(),
        obj.name,
        text.receivers,
        text.level,
    )
    rule.owners = text.owners
    rule.condition = dict(text.condition) if text.condition is not None else None
    rule.save()
    record(actor, "save_sharing_rule", rule, object=obj.name, receivers=text.receivers.name, level=text.level)
    return rule


@transaction.atomic
def delete_sharing_rule(actor: Actor, rule: SharingRule) -> None:
    """Remove a rule; what it gave is gone at once."""
    require(actor, Permission.MANAGE_USERS)
    record(actor, "delete_sharing_rule", rule, object=rule.object_name)
    rule.delete()
