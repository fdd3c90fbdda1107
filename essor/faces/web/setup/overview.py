"""The first page of the set-up: what there is, and what a new company still has to do; and the search over all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access.models import Group, PermissionSet, Profile, SharingRule, User, UserRole
from essor.access.rights import Permission
from essor.catalog.models import CustomField, State, ValidationRule
from essor.faces.web import offers
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import opened
from essor.faces.web.setup.frame import SIDEBAR, draw
from essor.faces.web.setup.objects import shown_objects
from essor.faces.web.shapes import Option, OptionGroup
from essor.query.search.words import fold

FOUND = 8
looking = opened(Permission.VIEW_SETUP)


@dataclass(frozen=True, slots=True)
class Figure:
    """How many there are of something, and where they are."""

    label: str
    value: int
    href: str


@require_GET
@looking
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the overview."""
    hints = offers.first_steps(actor_of(request))
    return draw(
        request,
        "overview",
        {"figures": list(_figures()), "hints": hints, "left": sum(not one.done for one in hints)},
        current="overview",
    )


def _figures() -> Iterator[Figure]:
    people = User.objects.filter(user_type=User.Kind.STANDARD, is_active=True)
    yield Figure(_("Active users"), people.count(), reverse("web:setup_users"))
    yield Figure(_("Profiles"), Profile.objects.count(), reverse("web:setup_profiles"))
    yield Figure(_("Objects"), len(shown_objects()), reverse("web:setup_objects"))
    added = CustomField.objects.filter(standard=False, state=State.ACTIVE)
    yield Figure(_("Added fields"), added.count(), reverse("web:setup_objects"))
    rules = ValidationRule.objects.filter(active=True)
    yield Figure(_("Validation rules"), rules.count(), reverse("web:setup_objects"))
    yield Figure(_("Sharing rules"), SharingRule.objects.count(), reverse("web:setup_sharing_rules"))


@require_GET
@looking
def search(request: HttpRequest) -> HttpResponseBase:
    """Draw everything of the set-up that holds the words typed (parameter q)."""
    query = request.GET.get("q", "").strip()
    context = {"query": query, "groups": list(_found(query, 50)) if query else []}
    return draw(request, "search", context, current="")


@require_GET
@looking
def suggest(request: HttpRequest) -> HttpResponseBase:
    """Return the same for the list below the search box."""
    query = request.GET.get("q", "").strip()
    groups = list(_found(query, FOUND)) if query else []
    return render(request, "setup/suggest.html.jinja", {"groups": groups, "query": query})


def _found(query: str, most: int) -> Iterator[OptionGroup]:
    wanted = fold(query)
    for label, options in (
        (_("Pages"), _pages(wanted)),
        (_("Objects"), _objects(wanted)),
        (_("Fields"), _fields(wanted)),
        (_("People and rights"), _people(query)),
    ):
        some = tuple(option for _place, option in zip(range(most), options, strict=False))
        if some:
            yield OptionGroup(label, some)


def _pages(wanted: str) -> Iterator[Option]:
    for group in SIDEBAR:
        for one in group.entries:
            if wanted in fold(f"{one.label} {one.words}"):
                yield Option(f"page-{one.key}", str(one.label), str(group.label), one.icon, one.href)


def _objects(wanted: str) -> Iterator[Option]:
    for obj in shown_objects():
        if wanted in fold(f"{obj.name} {obj.label} {obj.plural}"):
            href = reverse("web:setup_fields", args=[obj.name])
            yield Option(f"object-{obj.name}", str(obj.plural), obj.name, obj.icon, href)


def _fields(wanted: str) -> Iterator[Option]:
    for obj in shown_objects():
        for field in obj.fields:
            if wanted in fold(f"{field.name} {field.label}"):
                href = reverse("web:setup_field", args=[obj.name, field.name])
                label = capfirst(str(field.label))
                yield Option(
                    f"field-{obj.name}-{field.name}", label, f"{obj.label} · {field.name}", "columns", href
                )


def _people(query: str) -> Iterator[Option]:
    said = Q(name__icontains=query)
    people = User.objects.filter(said | Q(email__icontains=query), user_type=User.Kind.STANDARD).order_by(
        "name"
    )
    for user in people[:FOUND]:
        yield Option(
            f"user-{user.pk}", user.name, user.email, "user", reverse("web:setup_user", args=[user.pk])
        )
    for profile in Profile.objects.filter(said).select_related("permission_set").order_by("name")[:FOUND]:
        href = reverse("web:setup_rights", args=[profile.permission_set.pk])
        yield Option(f"profile-{profile.pk}", profile.name, _("Profile"), "id", href)
    for bundle in PermissionSet.objects.filter(label__icontains=query, profile=None, license=None).order_by(
        "label"
    )[:FOUND]:
        href = reverse("web:setup_rights", args=[bundle.pk])
        yield Option(f"set-{bundle.pk}", bundle.label, _("Permission set"), "key", href)
    for role in UserRole.objects.filter(said).order_by("name")[:FOUND]:
        yield Option(
            f"role-{role.pk}", role.name, _("Role"), "hierarchy", reverse("web:setup_role", args=[role.pk])
        )
    for group in Group.objects.filter(said, type__in=("Regular", "Queue")).order_by("name")[:FOUND]:
        href = reverse("web:setup_group", args=[group.pk])
        yield Option(f"group-{group.pk}", group.name, str(group.get_type_display()), "users-group", href)
