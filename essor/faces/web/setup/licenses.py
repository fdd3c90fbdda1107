"""Licences: what their holders may do at most, whatever their profile grants, and how many seats there are."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from essor.access import actions
from essor.access.defaults import description_for_reader
from essor.access.models import PermissionSet, User, UserLicense
from essor.access.rights import Permission
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import managing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.whole import whole

MOST_SEATS = 999_999_999


@require_GET
@managing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw the licences with the seats that are taken."""
    active = Count("users", filter=Q(users__is_active=True))
    rows = UserLicense.objects.select_related("permission_set").annotate(taken=active).order_by("name")
    lines = [(row, description_for_reader(row.description or "")) for row in rows]
    return draw(request, "licenses", {"lines": lines}, current="licenses")


@require_http_methods(["GET", "POST"])
@managing
def add(request: HttpRequest) -> HttpResponseBase:
    """Show the form of a new licence, or make it; its limits come next."""
    actor = actor_of(request)

    def work(form: Form) -> str:
        made = actions.save_license(
            actor, name=form.value("Name"), description=form.value("Description"), seats=seats_of(form)
        )
        return reverse("web:setup_object_rights", args=[made.permission_set.pk])

    def again(form: Form) -> HttpResponseBase:
        return draw(request, "license_add", {"form": form}, current="licenses", status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(Form())


def settings(
    request: HttpRequest,
    bundle: PermissionSet,
    held: UserLicense,
    offers: list[tuple[str, list[tuple[str, str]]]],
) -> HttpResponseBase:
    """Show the settings of a licence with its holders, or change them."""
    actor = actor_of(request)

    def work(form: Form) -> str:
        with transaction.atomic():
            actions.save_license(
                actor,
                name=form.value("Name"),
                description=form.value("Description"),
                seats=seats_of(form),
                license=held,
            )
            wanted = [Permission(one) for one in form.all("permissions") if one in set(Permission)]
            actions.set_permissions(actor, PermissionSet.objects.get(pk=bundle.pk), wanted)
        return reverse("web:setup_rights", args=[bundle.pk])

    def again(form: Form) -> HttpResponseBase:
        people = User.objects.filter(license=held).order_by("-is_active", "name")
        context = {
            "bundle": bundle,
            "profile": None,
            "tab": "settings",
            "form": form,
            "offers": offers,
            "people": people,
        }
        return draw(request, "bundle", context, current="licenses", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    values = {"Name": held.name, "Description": held.description, "Seats": held.seats}
    return again(starting({**values, "permissions": bundle.permissions}))


def seats_of(form: Form) -> int | None:
    """Return the number of seats that was typed, None for any number; ValidationFailed for something else."""
    typed = form.value("Seats").strip()
    if not typed:
        return None
    seats = whole(typed, MOST_SEATS)
    if seats is None:
        message = _("Enter a whole number, or nothing for any number of people.")
        raise ValidationFailed([FieldError("Seats", "INVALID_TYPE_ON_FIELD_IN_RECORD", message)])
    return seats
