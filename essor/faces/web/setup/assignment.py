"""Assignment rules of leads: the entries in their order, their criteria, a test box, absences."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.actor import Actor
from essor.access.models import Group, Principal
from essor.catalog import current
from essor.domain.absences.away import absent, still_to_come, today
from essor.domain.sales.assignment import edit as editing
from essor.domain.sales.assignment.assign import would_get
from essor.domain.sales.assignment.edit import EntryText
from essor.domain.sales.assignment.models import Entry
from essor.faces.web.records.lookups import options_for
from essor.faces.web.records.reading import actor_of, load
from essor.faces.web.setup import choices
from essor.faces.web.setup.conditions import edit_stored, in_words
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.whole import whole, wholes

LEAD = "Lead"


@require_GET
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw the entries, the absences, and who would get the lead in the test box."""
    actor = actor_of(request)
    names = dict(Principal.objects.values_list("pk", "name"))
    rows = list(Entry.objects.filter(object_name=LEAD).prefetch_related("members"))
    away = absent([one.user_id for row in rows for one in row.members.all()], today())
    lines = [
        (
            row,
            in_words(LEAD, row.where),
            names.get(row.owner_id or 0, ""),
            [(names.get(one.user_id, ""), one, one.user_id in away) for one in row.members.all()],
        )
        for row in rows
    ]
    context = {
        "lines": lines,
        "absences": still_to_come(),
        "form": starting({}),
        "tested": _tested(actor, request.GET.get("lead", ""), names),
        "today": today(),
    }
    return draw(request, "assignment", context, current="assignment")


def _tested(actor: Actor, record_id: str, names: dict[int, str]) -> dict[str, object] | None:
    """Return what the test box says about a lead."""
    if not record_id:
        return None
    record = load(actor, record_id, [])
    decision = would_get(record.object.name, record.key)
    return {
        "record": record,
        "entry": decision.entry,
        "owner": names.get(decision.owner or 0, ""),
    }


@require_GET
@customizing
def suggest(request: HttpRequest) -> HttpResponseBase:
    """Suggest leads for the test box."""
    actor = actor_of(request)
    options = options_for(actor, current.get().object(LEAD), request.GET.get("q", "").strip())
    return render(request, "records/lookup.html.jinja", {"options": options, "query": "", "create": None})


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, entry_id: int = 0) -> HttpResponseBase:
    """Show an entry (a new one without id), or save it; a new one goes on to its criteria."""
    actor = actor_of(request)
    entry = editing.found(entry_id) if entry_id else None

    def work(form: Form) -> str:
        saved = editing.save_entry(actor, _text(form), entry)
        name = "web:setup_assignment" if entry else "web:setup_assignment_entry"
        return reverse(name, args=[] if entry else [saved.pk])

    def again(form: Form) -> HttpResponseBase:
        context = {
            "form": form,
            "entry": entry,
            "owners": owners(),
            "people": choices.people(),
            "kinds": Entry.To.choices,
            "words": in_words(LEAD, entry.where) if entry else "",
        }
        return draw(request, "assignment_entry", context, current="assignment", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if entry is None:
        return again(starting({"active": True, "to": Entry.To.OWNER}))
    weights = {f"weight.{one.user_id}": one.weight for one in entry.members.all()}
    return again(
        starting(
            {
                "name": entry.name,
                "to": entry.to,
                "owner": entry.owner_id,
                "active": entry.active,
                **weights,
                "members": [one.user_id for one in entry.members.all()],
            }
        )
    )


def _text(form: Form) -> EntryText:
    owner = form.value("owner")
    weights = {}
    for key in wholes(form.all("members")):
        share = form.value(f"weight.{key}", "1").strip() or "1"
        weights[key] = whole(share) or 0
    return EntryText(
        name=form.value("name"),
        to=form.value("to"),
        owner=whole(owner),
        weights=weights,
        active=form.on("active"),
    )


def owners() -> list[tuple[str, str]]:
    """Return the queues for leads, then the people."""
    rows = Group.objects.filter(type=Principal.Type.QUEUE).order_by("name")
    queues = [
        (str(row.pk), _("Queue: %(name)s") % {"name": row.name})
        for row in rows
        if LEAD in (row.supported_objects or ())
    ]
    return [*queues, *choices.people()]


@require_http_methods(["GET", "POST"])
@customizing
def criteria(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """Open the filter builder on an entry's criteria; a POST changes its shape, or keeps it."""
    actor, entry = actor_of(request), editing.found(entry_id)
    return edit_stored(
        request,
        LEAD,
        entry.where,
        here=reverse("web:setup_assignment_criteria", args=[entry.pk]),
        done=reverse("web:setup_assignment_entry", args=[entry.pk]),
        keep=lambda where: editing.set_criteria(actor, entry, where),
    )


@require_POST
@customizing
def clear(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """Make an entry hold for all leads."""
    editing.set_criteria(actor_of(request), editing.found(entry_id), None)
    flash(request, _("The entry holds for all leads."))
    return HttpResponseRedirect(reverse("web:setup_assignment_entry", args=[entry_id]))


@require_POST
@customizing
def move(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """Move an entry up or down."""
    editing.move(actor_of(request), editing.found(entry_id), -1 if request.POST.get("to") == "up" else 1)
    return HttpResponseRedirect(reverse("web:setup_assignment"))


@require_POST
@customizing
def remove(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """Remove an entry."""
    editing.remove(actor_of(request), editing.found(entry_id))
    flash(request, _("The entry is removed."))
    return HttpResponseRedirect(reverse("web:setup_assignment"))
