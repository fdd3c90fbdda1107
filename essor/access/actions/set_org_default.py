"""Sets what everybody may do with records of an object that are not theirs."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.grants import MASTER
from essor.access.models import OrgDefault
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.definitions import ObjectDef

Access = OrgDefault.Access


@transaction.atomic
def set_org_default(
    actor: Actor, object_name: str, access: str, *, parent_field: str | None = None, hierarchy: bool = True
) -> OrgDefault:
    """Set the default of an object: "Private", "Read", "Edit", or "ControlledByParent" by a lookup `parent_field`.

    `hierarchy` lets people see what those below them in the role tree own or were given; only custom objects
    may go without.
    """
    require(actor, Permission.MANAGE_USERS)
    obj = current.get().object(object_name)
    if any(field.kind.name == MASTER for field in obj.fields):
        refuse("Access", _("A detail is seen by those who see its master record."))
    if not (hierarchy or obj.custom):
        refuse("Hierarchy", _("Only custom objects can leave the role tree aside."))
    link = _link(obj, parent_field) if access == Access.PARENT else None
    row, _made = OrgDefault.objects.update_or_create(
        object_name=obj.name,
        defaults={"access": Access(access), "parent_field": link, "hierarchy": hierarchy},
    )
    record(actor, "set_org_default", obj.name, access=access, parent_field=link, hierarchy=hierarchy)
    return row


def _link(obj: ObjectDef, parent_field: str | None) -> str:
    """Return the lookup's name; ValidationFailed unless it leads to one object that does not lead back here."""
    field = obj.field(parent_field) if parent_field and obj.has(parent_field) else None
    if field is None or len(field.targets) != 1 or field.kind.name == "id":
        refuse("ParentField", _("Choose a lookup to the object that decides."))
    links = dict(OrgDefault.objects.filter(access=Access.PARENT).values_list("object_name", "parent_field"))
    links[obj.name] = field.name
    seen: set[str] = set()
    name: str | None = obj.name
    while name is not None:
        if name in seen:
            refuse("ParentField", _("These objects would each wait for the other to decide."))
        seen.add(name)
        name = _next(name, links)
    return field.name


def _next(object_name: str, links: dict[str, str | None]) -> str | None:
    """Return the object that decides about another one, None when it decides by itself."""
    catalog = current.get()
    if not catalog.has(object_name):
        return None
    obj = catalog.object(object_name)
    master = next(
        (field for field in obj.fields if field.kind.name == MASTER and len(field.targets) == 1), None
    )
    if master:
        return master.targets[0]
    link = links.get(object_name)
    return obj.field(link).targets[0] if link and obj.has(link) else None
