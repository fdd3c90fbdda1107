"""What the panels offer to choose from."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from essor.access.models import Group, Principal
from essor.catalog.definitions import Field, ObjectDef
from essor.domain.approvals.models import ApprovalProcess
from essor.domain.automation import people
from essor.domain.automation.kinds import Site
from essor.faces.web.setup import choices
from essor.faces.web.setup.objects import named_by_use

Options = list[tuple[str, str]]


def dates(obj: ObjectDef) -> Options:
    """Return the object's dates."""
    return _sorted(
        (one.name, str(one.label)) for one in obj.fields if one.kind.formula_type in ("date", "datetime")
    )


def objects(site: Site) -> Options:
    """Return the objects of which a step may create records."""
    return named_by_use((one for one in site.catalog if one.is_record and one.createable), plural=False)


def targets(site: Site) -> Options:
    """Return what an update may write: the record, its parents, its children."""
    found = [("", _("this record"))]
    found += [(way.relationship, _("its parent: %(name)s") % {"name": way.label}) for way in _parents(site)]
    below = [
        site.catalog.object(one.object_name) if site.catalog.has(one.object_name) else None
        for one in site.obj.children
    ]
    found += [
        (f">{way.name}", _("all records below it: %(name)s") % {"name": child.plural})
        for way, child in zip(site.obj.children, below, strict=True)
        if child is not None and child.is_record
    ]
    return found


def _parents(site: Site) -> Iterator[Field]:
    for way in site.obj.by_relationship.values():
        if (
            len(way.targets) == 1
            and site.catalog.has(way.targets[0])
            and site.catalog.object(way.targets[0]).is_record
        ):
            yield way


def readable(site: Site) -> Options:
    """Return the fields that a value may be copied from: the record's own, and those of its parents."""
    found = [("Id", _("this record (its id)"))]
    found += own_fields(site.obj)
    for path, label in _behind(site):
        found.append((path, label))
    return found


def _behind(site: Site) -> Iterator[tuple[str, str]]:
    for way in site.obj.by_relationship.values():
        if len(way.targets) != 1 or not site.catalog.has(way.targets[0]):
            continue
        for one in site.catalog.object(way.targets[0]).fields:
            if one.kind.name not in ("address", "geolocation") and not one.hidden:
                yield f"{way.relationship}.{one.name}", f"{way.label} › {one.label}"


def own_fields(obj: ObjectDef) -> Options:
    """Return the object's fields."""
    return _sorted(
        (one.name, str(one.label))
        for one in obj.fields
        if one.kind.name not in ("address", "geolocation", "id") and not one.hidden
    )


def emails(site: Site) -> Options:
    """Return the fields that hold an address to write to."""
    found = [(f"field:{one.name}", str(one.label)) for one in site.obj.fields if one.kind.name == "email"]
    for way in _parents(site):
        target = site.catalog.object(way.targets[0])
        found += [
            (f"field:{way.relationship}.{one.name}", f"{way.label} › {one.label}")
            for one in target.fields
            if one.kind.name == "email"
        ]
    return found


def processes(obj: ObjectDef) -> Options:
    """Return the approval processes of an object that are on."""
    rows = ApprovalProcess.drawn.filter(object_name=obj.name, active=True)
    return [(str(key), name) for key, name in rows.values_list("pk", "name")]


def users() -> Options:
    """Return the active users."""
    return choices.people()


def owners(obj: ObjectDef) -> Options:
    """Return to whom a record may be handed: the manager, users, the queues for its object."""
    queues = Group.objects.filter(type=Principal.Type.QUEUE).order_by("name")
    fitting = [
        (str(row.pk), _("Queue: %(name)s") % {"name": row.name})
        for row in queues
        if obj.name in (row.supported_objects or ())
    ]
    return [(people.MANAGER, _("the manager of the present owner")), *fitting, *choices.people()]


def merge_fields(site: Site) -> Options:
    """Return the fields that a text may show, as they are written there."""
    paths = [*own_fields(site.obj), *_behind(site)]
    return [("{{ " + path + " }}", label) for path, label in paths]


def _sorted(pairs: Iterator[tuple[str, str]]) -> Options:
    return sorted(pairs, key=lambda pair: pair[1].casefold())
