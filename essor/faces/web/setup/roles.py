"""The role tree: who stands above whom, and the page of one role."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import actions
from essor.access.models import User, UserRole
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import managing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import ValidationFailed
from essor.kernel.whole import whole


@dataclass(frozen=True, slots=True)
class Node:
    """A role with those below it; `people` are the active ones in it."""

    id: int
    name: str
    people: int
    below: tuple[Node, ...]


@require_GET
@managing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw the tree."""
    without = User.objects.filter(role=None, is_active=True, user_type=User.Kind.STANDARD).count()
    return draw(request, "roles", {"tree": list(_tree()), "without": without}, current="roles")


def _tree() -> Iterator[Node]:
    below: dict[int | None, list[UserRole]] = defaultdict(list)
    for role in UserRole.objects.order_by("name"):
        below[role.parent_id].append(role)
    people = Counter(User.objects.filter(is_active=True).exclude(role=None).values_list("role_id", flat=True))

    def node(role: UserRole) -> Node:
        return Node(role.pk, role.name, people[role.pk], tuple(map(node, below[role.pk])))

    return map(node, below[None])


@require_http_methods(["GET", "POST"])
@managing
def edit(request: HttpRequest, role_id: int = 0) -> HttpResponseBase:
    """Show a role (a new one without id), or save it; another parent moves it with all below."""
    actor = actor_of(request)
    role = get_object_or_404(UserRole, pk=role_id) if role_id else None

    def work(form: Form) -> str:
        key = form.value("ParentRoleId")
        parent = UserRole.objects.filter(pk=whole(key) or 0).first()
        if role is None:
            actions.save_role(actor, name=form.value("Name"), parent=parent)
        else:
            if role.parent_id != (parent.pk if parent else None):
                actions.move_role(actor, role, parent=parent)
            actions.save_role(actor, name=form.value("Name"), role=role)
        return reverse("web:setup_roles")

    def again(form: Form) -> HttpResponseBase:
        others = [one for one in choices.roles() if role is None or one[0] != str(role.pk)]
        people = role.users.filter(is_active=True).order_by("name") if role else ()
        context = {"form": form, "role": role, "roles": others, "people": people}
        return draw(request, "role", context, current="roles", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if role is None:
        return again(starting({"ParentRoleId": request.GET.get("parent", "")}))
    return again(starting({"Name": role.name, "ParentRoleId": role.parent_id}))


@require_POST
@managing
def remove(request: HttpRequest, role_id: int) -> HttpResponseBase:
    """Remove a role that nobody needs."""
    role = get_object_or_404(UserRole, pk=role_id)
    try:
        actions.delete_role(actor_of(request), role)
    except ValidationFailed as error:
        flash(request, str(error), tone="error")
        return HttpResponseRedirect(reverse("web:setup_role", args=[role_id]))
    flash(request, _("The role is removed."))
    return HttpResponseRedirect(reverse("web:setup_roles"))
