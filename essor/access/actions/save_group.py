"""Makes and changes public groups and queues."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.grants import has_owner
from essor.access.models import Group, GroupMember, Principal
from essor.access.naming import api_name
from essor.access.rights import Permission
from essor.catalog import current

OURS = frozenset({Principal.Type.REGULAR, Principal.Type.QUEUE})


@transaction.atomic
def save_group(
    actor: Actor,
    *,
    name: str,
    members: Iterable[Principal],
    group: Group | None = None,
    queue: bool = False,
    include_bosses: bool = True,
    supported_objects: Iterable[str] = (),
    email: str | None = None,
) -> Group:
    """Return a new public group or `queue`, or `group` changed. Members are users, roles' groups or other groups.

    `supported_objects` are the objects whose records a queue may own; `include_bosses` lets people above the
    members in the role tree profit from what is shared with the group.
    """
    require(actor, Permission.MANAGE_USERS)
    name = name.strip()
    kind = Principal.Type.QUEUE if queue else Principal.Type.REGULAR
    _check(name, kind, group)
    if group is None:
        group = Group(type=kind, developer_name=api_name(name, Group))
    group.name, group.email, group.include_bosses = name, email, include_bosses
    group.supported_objects = [current.get().object(one).name for one in supported_objects]
    group.save()
    keys = {member.pk for member in members}
    if group.pk in keys:
        refuse("UserOrGroupId", _("A group cannot contain itself."))
    group.members.exclude(member__in=keys).delete()
    GroupMember.objects.bulk_create(
        [GroupMember(group=group, member_id=key) for key in sorted(keys)], ignore_conflicts=True
    )
    record(actor, "save_group", group, members=len(keys), queue=queue)
    return group


@transaction.atomic
def delete_group(actor: Actor, group: Group) -> None:
    """Remove a public group or queue with the sharing rules and shares that name it; not while it owns records."""
    require(actor, Permission.MANAGE_USERS)
    if group.type not in OURS:
        refuse("Type", _("The groups of roles and of all users cannot be removed."))
    for obj in current.get():
        if has_owner(obj) and obj.model._base_manager.filter(owner_id=group.pk).exists():
            refuse("Id", _("First give its records to somebody else: %(object)s.") % {"object": obj.plural})
    record(actor, "delete_group", group)
    group.delete()


def _check(name: str, kind: str, group: Group | None) -> None:
    if not name:
        refuse("Name", _("Enter a name."), "REQUIRED_FIELD_MISSING")
    if group is not None and group.type != kind:
        refuse("Type", _("A group does not become a queue, nor a queue a group."))
    same = Group.objects.filter(type=kind, name__iexact=name).exclude(pk=group.pk if group else 0)
    if same.exists():
        refuse("Name", _("There is already a group “%(name)s”.") % {"name": name}, "DUPLICATE_VALUE")
