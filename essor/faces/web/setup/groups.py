"""Public groups and queues with their members: one form for both."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import actions
from essor.access.models import Group, Principal
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import managing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.objects import named_by_use, shown_objects
from essor.faces.web.toasts import flash
from essor.kernel.whole import wholes

Type = Principal.Type
OURS = (Type.REGULAR, Type.QUEUE)


@require_GET
@managing
def index(request: HttpRequest, *, queue: bool = False) -> HttpResponseBase:
    """Draw all groups, or all queues."""
    kind = Type.QUEUE if queue else Type.REGULAR
    rows = Group.objects.filter(type=kind).annotate(count=Count("members")).order_by("name")
    plurals = {obj.name: obj.plural for obj in shown_objects()}
    context = {"rows": rows, "queue": queue, "plurals": plurals}
    return draw(request, "groups", context, current=_entry(queue=queue))


def _entry(*, queue: bool) -> str:
    return "queues" if queue else "groups"


@require_http_methods(["GET", "POST"])
@managing
def edit(request: HttpRequest, group_id: int = 0, *, queue: bool = False) -> HttpResponseBase:
    """Show a group or queue (a new one without id), or save it."""
    actor = actor_of(request)
    group = get_object_or_404(Group, pk=group_id, type__in=OURS) if group_id else None
    queue = group.type == Type.QUEUE if group else queue

    def work(form: Form) -> str:
        keys = wholes(form.all("members"))
        actions.save_group(
            actor,
            name=form.value("Name"),
            members=Principal.objects.filter(pk__in=keys),
            group=group,
            queue=queue,
            include_bosses=form.on("include_bosses"),
            supported_objects=form.all("supported_objects"),
            email=form.value("Email") or None,
        )
        return reverse(f"web:setup_{_entry(queue=queue)}")

    def again(form: Form) -> HttpResponseBase:
        objects = named_by_use(obj for obj in shown_objects() if obj.is_record)
        members = [
            (label, [one for one in some if not group or one[0] != str(group.pk)])
            for label, some in choices.principals()
        ]
        context = {
            "form": form,
            "group": group,
            "queue": queue,
            "members": members,
            "objects": [("", objects)],
        }
        return draw(request, "group", context, current=_entry(queue=queue), status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if group is None:
        return again(starting({"include_bosses": True}))
    return again(
        starting(
            {
                "Name": group.name,
                "Email": group.email,
                "include_bosses": group.include_bosses,
                "supported_objects": group.supported_objects,
                "members": list(group.members.values_list("member_id", flat=True)),
            }
        )
    )


@require_POST
@managing
def remove(request: HttpRequest, group_id: int) -> HttpResponseBase:
    """Remove a group or queue with the rules and shares that name it."""
    group = get_object_or_404(Group, pk=group_id, type__in=OURS)
    queue = group.type == Type.QUEUE
    actions.delete_group(actor_of(request), group)
    flash(request, _("“%(name)s” is removed.") % {"name": group.name})
    return HttpResponseRedirect(reverse(f"web:setup_{_entry(queue=queue)}"))
