"""Profiles and permission sets: their settings, their people, and the two matrices of rights."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import actions
from essor.access.defaults import description_for_reader
from essor.access.models import PermissionSet, Profile, User
from essor.access.rights import Permission
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices, licenses
from essor.faces.web.setup.doors import managing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import ValidationFailed

PERMISSIONS: dict[Permission, str | Promise] = {
    Permission.MANAGE_USERS: gettext_lazy("Manage users, rights and sharing"),
    Permission.CUSTOMIZE: gettext_lazy("Change objects, fields, layouts and the company settings"),
    Permission.VIEW_SETUP: gettext_lazy("See the setup"),
    Permission.VIEW_ALL_DATA: gettext_lazy("See all records of all objects"),
    Permission.MODIFY_ALL_DATA: gettext_lazy("Change all records of all objects"),
    Permission.API: gettext_lazy("Let programs act on their behalf (API)"),
}


@require_GET
@managing
def profiles(request: HttpRequest) -> HttpResponseBase:
    """Draw the profiles."""
    active = Count("users", filter=Q(users__is_active=True, users__user_type=User.Kind.STANDARD))
    rows = Profile.objects.select_related("permission_set").annotate(count=active).order_by("name")
    lines = [
        (row.permission_set.pk, row.name, description_for_reader(row.description or ""), row.count)
        for row in rows
    ]
    return draw(request, "bundles", {"lines": lines, "profile": True}, current="profiles")


@require_GET
@managing
def permission_sets(request: HttpRequest) -> HttpResponseBase:
    """Draw the permission sets."""
    rows = (
        PermissionSet.objects.filter(profile=None, license=None)
        .annotate(count=Count("assignments"))
        .order_by("label")
    )
    lines = [(row.pk, row.label, row.description, row.count) for row in rows]
    return draw(request, "bundles", {"lines": lines, "profile": False}, current="permission_sets")


@require_http_methods(["GET", "POST"])
@managing
def add(request: HttpRequest, *, profile: bool) -> HttpResponseBase:
    """Show the form of a new profile or permission set, or make it."""
    actor = actor_of(request)

    def work(form: Form) -> str:
        name, description = form.value("Name"), form.value("Description")
        if profile:
            like = Profile.objects.filter(pk=form.value("like") or 0).first()
            made = actions.save_profile(actor, name=name, description=description, like=like).permission_set
        else:
            made = actions.save_permission_set(actor, label=name, description=description)
        return reverse("web:setup_object_rights", args=[made.pk])

    def again(form: Form) -> HttpResponseBase:
        context = {"form": _renamed(form), "profile": profile, "profiles": choices.profiles()}
        return draw(request, "bundle_add", context, current=_entry(profile=profile), status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(Form())


def _entry(*, profile: bool) -> str:
    return "profiles" if profile else "permission_sets"


def _renamed(form: Form) -> Form:
    """Return the form with errors about the label beside the one control for the name."""
    errors = {("Name" if name == "Label" else name): said for name, said in form.errors.items()}
    return Form(form.values, errors)


def context_of(bundle: PermissionSet, tab: str) -> dict[str, Any]:
    """Return what every page of one profile or permission set shows."""
    return {"bundle": bundle, "profile": bundle.profile, "tab": tab}


@require_http_methods(["GET", "POST"])
@managing
def settings(request: HttpRequest, set_id: int) -> HttpResponseBase:
    """Show the settings of a profile or permission set, or change them."""
    actor = actor_of(request)
    bundle = get_object_or_404(PermissionSet.objects.select_related("profile", "license"), pk=set_id)
    offers = [("", [(one.value, str(label)) for one, label in PERMISSIONS.items()])]
    if bundle.license:
        return licenses.settings(request, bundle, bundle.license, offers)

    def work(form: Form) -> str:
        with transaction.atomic():
            name, description = form.value("Name"), form.value("Description")
            if bundle.profile:
                actions.save_profile(actor, name=name, description=description, profile=bundle.profile)
            else:
                actions.save_permission_set(actor, label=name, description=description, permission_set=bundle)
            fresh = PermissionSet.objects.get(pk=bundle.pk)
            actions.set_permissions(
                actor, fresh, [Permission(one) for one in form.all("permissions") if one in set(Permission)]
            )
        return reverse("web:setup_rights", args=[bundle.pk])

    def again(form: Form) -> HttpResponseBase:
        if bundle.profile:
            people = bundle.profile.users.filter(user_type=User.Kind.STANDARD).order_by("-is_active", "name")
        else:
            people = User.objects.filter(assignments__permission_set=bundle).order_by("name")
        context = {
            **context_of(bundle, "settings"),
            "form": _renamed(form),
            "offers": offers,
            "people": people,
        }
        return draw(
            request, "bundle", context, current=_entry(profile=bundle.profile is not None), status=form.status
        )

    if request.method == "POST":
        return submit(request, work, again)
    described = bundle.profile.description if bundle.profile else bundle.description
    values = {"Name": bundle.label, "Description": described, "permissions": bundle.permissions}
    return again(starting(values))


@require_POST
@managing
def remove(request: HttpRequest, set_id: int) -> HttpResponseBase:
    """Remove a profile that nobody has, or a permission set."""
    actor = actor_of(request)
    bundle = get_object_or_404(PermissionSet.objects.select_related("profile"), pk=set_id)
    try:
        if bundle.license:
            actions.delete_license(actor, bundle.license)
        elif bundle.profile:
            actions.delete_profile(actor, bundle.profile)
        else:
            actions.delete_permission_set(actor, bundle)
    except ValidationFailed as error:
        flash(request, str(error), tone="error")
        return HttpResponseRedirect(reverse("web:setup_rights", args=[set_id]))
    flash(request, _("“%(name)s” is removed.") % {"name": bundle.label})
    home = "licenses" if bundle.license_id else _entry(profile=bundle.profile is not None)
    return HttpResponseRedirect(reverse(f"web:setup_{home}"))
