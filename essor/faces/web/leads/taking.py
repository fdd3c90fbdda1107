"""Taking from a queue, and handing records over by rule: from a record's page and for a selection of a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from essor.access import rows as row_access
from essor.domain.bulk import edit as editing
from essor.domain.sales.assignment import assign, take
from essor.faces.web import addresses, offers
from essor.faces.web.lists.bulk import chosen, keys_of
from essor.faces.web.lists.going import at_once
from essor.faces.web.lists.state import State, state_of
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash, toast, trigger
from essor.kernel.errors import FieldError, ValidationFailed
from essor.query.access import visible_q
from essor.records import undo
from essor.records.change import Source

MOST = 2000


@offers.record_action(offers.EVERY)
def take_button(record: Loaded) -> Action | None:
    """Offer a record that lies in one of the reader's queues."""
    if not record.object.has("OwnerId") or record.values.get("OwnerId") not in take.queues_of(record.actor):
        return None
    if not row_access.may(record.actor, record.object, "edit"):
        return None
    return Action(_("Take"), addresses.record(record.id, "take"), "user-check", "primary", "post")


@require_POST
def take_one(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make a record the reader's own."""
    record = load(actor_of(request), record_id, [])
    try:
        take.take(record.actor, record.object, record.key)
        flash(request, _("It is yours now."))
    except ValidationFailed as refused:
        flash(request, str(refused), tone="warning")
    return HttpResponseRedirect(addresses.record(record.id))


@offers.list_action("Lead")
def assign_button(state: State) -> Action | None:
    """Offer to hand selected leads over by rule."""
    if not assign.covers(state.object.name):
        return None
    return Action(_("Assign by rule"), f"/o/{state.object.name}/assign", "users-group")


@require_POST
def assign_many(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand the selected records over to whom the rules say; those that the reader may not hand over are left."""
    state = state_of(request, name, request.POST)
    obj = editing.check(state.actor, state.object.name, {"OwnerId": None})
    selected = chosen(request, state)
    if selected.total > MOST:
        message = _("Select at most %(most)d records.") % {"most": MOST}
        raise ValidationFailed([FieldError("", "LIMIT_EXCEEDED", message)])
    keys = keys_of(state, selected)
    rows = obj.model._default_manager.filter(pk__in=keys, is_deleted=False)
    if obj.done_field:
        rows = rows.filter(**{obj.field(obj.done_field).attr: False})
    allowed = visible_q(state.actor, obj, verb="transfer")
    mine = list((rows if allowed is None else rows.filter(allowed)).values_list("pk", flat=True))
    batch = undo.begin(state.actor, "assignment", obj.name)
    given = assign.assign(state.actor, obj.name, mine, source=Source(name="assignment", batch=batch))
    done = ngettext("%(num)d record assigned.", "%(num)d records assigned.", len(given)) % {"num": len(given)}
    if len(given) < selected.total:
        left = selected.total - len(given)
        text = ngettext("%(num)d stays where it is.", "%(num)d stay where they are.", left) % {"num": left}
        done = f"{done} {text}"
    response = HttpResponse(status=204)
    toast(response, done, undo=f"/undo/{batch}" if given else "")
    trigger(response, "es:refresh")
    return at_once(response)
