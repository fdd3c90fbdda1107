"""People: the list, the form of an account, and what is done to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import actions
from essor.access.actor import Actor
from essor.access.models import PermissionSet, Profile, User, UserLicense, UserRole
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import managing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, FieldError, Forbidden, ValidationFailed
from essor.kernel.whole import whole, wholes

SHOWN = 200
# Control (the outside name, as errors name it) → attribute of User.
TEXTS = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Email": "email",
    "Title": "title",
    "Department": "department",
    "Phone": "phone",
    "LanguageLocaleKey": "language",
    "TimeZoneSidKey": "timezone",
    "LocaleSidKey": "locale",
}
VERBS: dict[str, Callable[[Actor, User], None]] = {
    "deactivate": actions.deactivate_user,
    "reactivate": actions.reactivate_user,
    "freeze": actions.freeze_user,
    "unfreeze": actions.unfreeze_user,
    "second-factor": actions.reset_second_factor,
}


@require_GET
@managing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw the list: all active people, those of the words in q, the others with ?all=1."""
    query, everybody = request.GET.get("q", "").strip(), request.GET.get("all") == "1"
    found = (
        User.objects.filter(user_type=User.Kind.STANDARD)
        .select_related("profile", "role", "license")
        .order_by("name")
    )
    if query:
        found = found.filter(
            Q(name__icontains=query) | Q(email__icontains=query) | Q(role__name__icontains=query)
        )
    if not everybody:
        found = found.filter(is_active=True)
    rows = list(found[: SHOWN + 1])
    context = {"users": rows[:SHOWN], "more": len(rows) > SHOWN, "query": query, "everybody": everybody}
    return draw(request, "users", context, current="users")


@require_http_methods(["GET", "POST"])
@managing
def add(request: HttpRequest) -> HttpResponseBase:
    """Show the form of a new account, or make it."""
    actor = actor_of(request)

    def work(form: Form) -> str:
        profile = _profile(form)
        new = actions.NewUser(
            **{attr: form.value(name) for name, attr in TEXTS.items()},
            profile=profile,
            license=_row(UserLicense, form, "UserLicenseId"),
            role=_row(UserRole, form, "UserRoleId"),
            manager=_row(User, form, "ManagerId"),
        )
        with transaction.atomic():
            user = actions.create_user(actor, new, password=form.value("Password") or None)
            _assign(actor, user, form)
        return reverse("web:setup_user", args=[user.pk])

    def again(form: Form) -> HttpResponseBase:
        return draw(
            request,
            "user_form",
            {**_options(), "form": form, "user": None},
            current="users",
            status=form.status,
        )

    if request.method == "POST":
        return submit(request, work, again, said=_("User created."))
    company = actor.company
    start = {
        "LanguageLocaleKey": company.language,
        "TimeZoneSidKey": company.timezone,
        "LocaleSidKey": company.locale,
    }
    return again(starting(start))


@require_http_methods(["GET", "POST"])
@managing
def edit(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Show an account, or change it."""
    actor = actor_of(request)
    user = get_object_or_404(User, pk=user_id, user_type=User.Kind.STANDARD)

    def work(form: Form) -> str:
        changes: dict[str, Any] = {attr: form.value(name) for name, attr in TEXTS.items()}
        links = {
            "profile": _profile(form),
            "license": _row(UserLicense, form, "UserLicenseId"),
            "role": _row(UserRole, form, "UserRoleId"),
            "manager": _row(User, form, "ManagerId"),
            "delegated_approver": _row(User, form, "DelegatedApproverId"),
        }
        with transaction.atomic():
            changed = User.objects.get(pk=user.pk)
            actions.edit_user(actor, changed, **changes, **links)
            if form.value("Password"):
                actions.set_password(actor, changed, form.value("Password"))
            _assign(actor, changed, form)
        return reverse("web:setup_user", args=[user.pk])

    def again(form: Form) -> HttpResponseBase:
        factors = (
            Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).count()
        )
        context = {
            **_options(),
            "form": form,
            "user": user,
            "factors": factors,
            "logins": user.logins.order_by("-pk")[:5],
        }
        return draw(request, "user_form", context, current="users", status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(_stored(user))


@require_POST
@managing
def act(request: HttpRequest, user_id: int, verb: str) -> HttpResponseBase:
    """Deactivate, reactivate, freeze, unfreeze, or reset the second factor of a person."""
    user = get_object_or_404(User, pk=user_id, user_type=User.Kind.STANDARD)
    said = {
        "deactivate": _("%(name)s is signed out and cannot come back."),
        "reactivate": _("%(name)s may sign in again."),
        "freeze": _("%(name)s is signed out until unfrozen."),
        "unfreeze": _("%(name)s may sign in again."),
        "second-factor": _("%(name)s signs in with the password alone and sets up a new second factor."),
    }
    try:
        VERBS[verb](actor_of(request), user)
        flash(request, said[verb] % {"name": user.name})
    except Forbidden:
        raise
    except EssorError as error:
        flash(request, str(error), tone="error")
    return HttpResponseRedirect(reverse("web:setup_user", args=[user.pk]))


def _options() -> dict[str, Any]:
    bundles = PermissionSet.objects.filter(profile=None, license=None).order_by("label")
    return {
        "profiles": choices.profiles(),
        "licenses": choices.licenses(),
        "roles": choices.roles(),
        "people": choices.people(),
        "languages_of": choices.languages(),
        "timezones": choices.timezones(),
        "locales": choices.locales(),
        "bundles": [(str(one.pk), one.label) for one in bundles],
    }


def _stored(user: User) -> Form:
    values = {name: getattr(user, attr) for name, attr in TEXTS.items()}
    return starting(
        values
        | {
            "ProfileId": user.profile_id,
            "UserLicenseId": user.license_id,
            "UserRoleId": user.role_id,
            "ManagerId": user.manager_id,
            "DelegatedApproverId": user.delegated_approver_id,
            "permission_sets": list(user.assignments.values_list("permission_set_id", flat=True)),
        }
    )


def _profile(form: Form) -> Profile:
    found = _row(Profile, form, "ProfileId")
    if found is None:
        raise ValidationFailed([FieldError("ProfileId", "REQUIRED_FIELD_MISSING", _("Choose a profile."))])
    return found


def _row(model: Any, form: Form, name: str) -> Any:
    """Return the chosen row, None when none is chosen."""
    key = form.value(name)
    return model.objects.filter(pk=whole(key) or 0).first() if key else None


def _assign(actor: Actor, user: User, form: Form) -> None:
    """Give and withdraw permission sets so that the ticked ones are what the person has."""
    wanted = set(wholes(form.all("permission_sets")))
    has = set(user.assignments.values_list("permission_set_id", flat=True))
    for bundle in PermissionSet.objects.filter(pk__in=wanted ^ has, profile=None, license=None):
        verb = actions.assign_permission_set if bundle.pk in wanted else actions.withdraw_permission_set
        verb(actor, user, bundle)
