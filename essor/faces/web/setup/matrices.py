"""The matrices of rights: what a profile or permission set allows on each object, and on each field of an object.

A line shows what holds. Only lines that differ from the line for all others get a row of their own, so that
whatever is added later follows that line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from essor.access import actions
from essor.access.actor import Actor
from essor.access.models import FieldPermission, ObjectPermission, PermissionSet
from essor.access.models.rights import ANY
from essor.access.rights import COLUMNS, FieldAccess, Right, closed
from essor.access.view import is_pinned
from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import managing
from essor.faces.web.setup.forms import Form, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.objects import shown_objects
from essor.faces.web.setup.rights import context_of
from essor.kernel.whole import whole

RIGHTS: dict[Right, str | Promise] = {
    Right.READ: _("Read"),
    Right.CREATE: _("Create"),
    Right.EDIT: _("Edit"),
    Right.DELETE: _("Delete"),
    Right.VIEW_ALL: _("View all"),
    Right.MODIFY_ALL: _("Modify all"),
    Right.IMPORT: _("Import"),
    Right.EXPORT: _("Export"),
    Right.MASS_EDIT: _("Mass edit"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a matrix: `own` tells that it differs from the line for all others."""

    name: str
    label: str
    value: int
    own: bool
    pinned: bool = False

    def has(self, right: Right) -> bool:
        """Tell whether a right is ticked."""
        return bool(self.value & right)


@require_http_methods(["GET", "POST"])
@managing
def objects(request: HttpRequest, set_id: int) -> HttpResponseBase:
    """Show the rights on objects, or change them."""
    actor = actor_of(request)
    bundle = get_object_or_404(PermissionSet.objects.select_related("profile"), pk=set_id)

    def work(form: Form) -> str:
        with transaction.atomic():
            _save_objects(actor, bundle, form)
        return reverse("web:setup_object_rights", args=[bundle.pk])

    def again(form: Form) -> HttpResponseBase:
        everything, *lines = _object_lines(bundle)
        context = {
            **context_of(bundle, "objects"),
            "form": form,
            "columns": RIGHTS,
            "everything": everything,
            "lines": lines,
        }
        return draw(request, "object_rights", context, current=_entry(bundle), status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(Form())


def _entry(bundle: PermissionSet) -> str:
    if bundle.license_id:
        return "licenses"
    return "profiles" if bundle.profile_id else "permission_sets"


def _stored_rights(bundle: PermissionSet) -> dict[str, Right]:
    found = {}
    for row in ObjectPermission.objects.filter(parent=bundle):
        rights = Right.NONE
        for column, right in COLUMNS.items():
            rights |= right if getattr(row, column) else Right.NONE
        found[row.object_name] = closed(rights)
    return found


def _object_lines(bundle: PermissionSet) -> Iterable[Line]:
    stored = _stored_rights(bundle)
    usual = stored.get(ANY, Right.NONE)
    yield Line(ANY, "", int(usual), own=ANY in stored)
    for obj in sorted(shown_objects(), key=lambda obj: (not obj.tab, str(obj.plural))):
        yield Line(obj.name, str(obj.plural), int(stored.get(obj.name, usual)), own=obj.name in stored)


def _save_objects(actor: Actor, bundle: PermissionSet, form: Form) -> None:
    stored = _stored_rights(bundle)
    before = stored.get(ANY, Right.NONE)
    usual = _ticked(form, ANY)
    if usual != before:
        actions.set_object_rights(actor, bundle, ANY, usual)
    for obj in shown_objects():
        if f"line.{obj.name}" not in form.values:  # made after the page was opened
            continue
        held, wanted = stored.get(obj.name, before), _ticked(form, obj.name)
        if wanted != held:
            actions.set_object_rights(actor, bundle, obj.name, None if wanted == usual else wanted)


def _ticked(form: Form, name: str) -> Right:
    rights = Right.NONE
    for value in form.all(f"rights.{name}"):
        rights |= Right(whole(value, Right.MASS_EDIT) or 0)
    return closed(rights)


@require_http_methods(["GET", "POST"])
@managing
def fields(request: HttpRequest, set_id: int, name: str = "") -> HttpResponseBase:
    """Show the rights on the fields of an object, or change them."""
    actor = actor_of(request)
    bundle = get_object_or_404(PermissionSet.objects.select_related("profile"), pk=set_id)
    obj = current.get().object(name or request.GET.get("object") or "Account")

    def work(form: Form) -> str:
        with transaction.atomic():
            _save_fields(actor, bundle, obj, form)
        return reverse("web:setup_field_rights", args=[bundle.pk, obj.name])

    def again(form: Form) -> HttpResponseBase:
        everything, *lines = _field_lines(bundle, obj)
        offered = sorted(((one.name, str(one.plural)) for one in shown_objects()), key=lambda one: one[1])
        context = {
            **context_of(bundle, "fields"),
            "form": form,
            "object": obj,
            "objects": offered,
            "everything": everything,
            "lines": lines,
        }
        return draw(request, "field_rights", context, current=_entry(bundle), status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(Form())


def _stored_access(bundle: PermissionSet, object_name: str) -> tuple[dict[str, int], int]:
    """Return {field: access} of the object's own rows, and what holds without any of them."""
    rows = FieldPermission.objects.filter(parent=bundle)
    own = {row.field: _access(row) for row in rows.filter(object_name=object_name)}
    general = rows.filter(object_name=ANY, field=ANY).first()
    return own, _access(general) if general else int(FieldAccess.HIDDEN)


def _access(row: FieldPermission) -> int:
    return int(FieldAccess.EDIT if row.edit else FieldAccess.READ if row.read else FieldAccess.HIDDEN)


def _field_lines(bundle: PermissionSet, obj: ObjectDef) -> Iterable[Line]:
    own, general = _stored_access(bundle, obj.name)
    usual = own.get(ANY, general)
    yield Line(ANY, "", usual, own=ANY in own)
    for field in whole_fields(obj):
        pinned = is_pinned(obj, field)
        value = int(FieldAccess.EDIT) if pinned else own.get(field.name, usual)
        yield Line(field.name, str(field.label), value, own=field.name in own, pinned=pinned)


def whole_fields(obj: ObjectDef) -> list[Field]:
    """Return the fields that have rights of their own: the parts of an address follow the address."""
    return [one for one in obj.fields if not (one.compound and obj.has(one.compound))]


def _save_fields(actor: Actor, bundle: PermissionSet, obj: ObjectDef, form: Form) -> None:
    own, general = _stored_access(bundle, obj.name)
    before = own.get(ANY, general)
    usual = _typed(form, ANY, before)
    if usual != before:
        actions.set_field_rights(
            actor, bundle, obj.name, ANY, None if usual == general else FieldAccess(usual)
        )
    for field in whole_fields(obj):
        held = own.get(field.name, before)
        wanted = _typed(form, field.name, held)
        if wanted != held and not is_pinned(obj, field):
            access = None if wanted == usual else FieldAccess(wanted)
            actions.set_field_rights(actor, bundle, obj.name, field.name, access)


def _typed(form: Form, name: str, held: int) -> int:
    value = form.value(f"access.{name}")
    return int(value) if value in {"0", "1", "2"} else held
