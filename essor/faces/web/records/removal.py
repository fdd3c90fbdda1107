"""Deleting a record from its page, with a way back in the same breath."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from essor.faces.web import addresses
from essor.faces.web.records.reading import actor_of, load, located
from essor.faces.web.toasts import flash
from essor.records.delete import delete
from essor.records.undelete import undelete


@require_POST
def remove(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Put the record into the recycle bin and go to its list."""
    actor = actor_of(request)
    record = load(actor, record_id, [])
    delete(actor, record.object.name, [record.key])
    text = _("“%(name)s” is in the recycle bin.") % {"name": record.title}
    flash(request, text, undo=addresses.record(record.id, "undelete"))
    return HttpResponseRedirect(addresses.object_list(record.object.name))


@require_POST
def bring_back(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Bring the record back with all that went with it."""
    actor = actor_of(request)
    _seen, obj, key = located(actor, record_id)
    undelete(actor, obj.name, [key])
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204)
    flash(request, _("The record is back."))
    return HttpResponseRedirect(addresses.record(record_id))
