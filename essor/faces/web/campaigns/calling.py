"""Selected people become calls for those who own them: from a list, or in one click from a campaign's results."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from essor.access import rows as row_access
from essor.domain.marketing.campaigns import calls
from essor.faces.web import offers
from essor.faces.web.lists.bulk import Chosen, chosen, keys_of
from essor.faces.web.lists.going import at_once
from essor.faces.web.lists.state import State, state_of
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import Tone, toast, trigger
from essor.records import undo

SOON = timedelta(days=7)
LONGEST = 255


@offers.report_action("Contact", "Lead", "CampaignMember")
@offers.list_action("Contact", "Lead", "CampaignMember")
def call_button(state: State) -> Action | None:
    """Offer to have the selected people called."""
    seen = state.catalog
    if not seen.has(calls.TASK) or not row_access.may(state.actor, seen.object(calls.TASK), "create"):
        return None
    return Action(_("Create call tasks"), f"/o/{state.object.name}/call-tasks", "phone")


@require_POST
def call(request: HttpRequest, name: str) -> HttpResponseBase:
    """Ask for subject and day, or make the calls."""
    state = state_of(request, name, request.POST)
    selected = chosen(request, state)
    subject, day = request.POST.get("subject", "").strip(), _day(request.POST.get("day", ""))
    if not subject or day is None:
        return _form(request, state, selected)
    if selected.total > calls.MOST:
        text = _("At most %(most)d people at once: narrow the list first.") % {"most": calls.MOST}
        return _form(request, state, selected, text)
    batch = undo.begin(state.actor, calls.KIND, calls.TASK)
    done = calls.call(
        state.actor,
        state.object.name,
        keys_of(state, selected),
        subject=subject[:LONGEST],
        day=day,
        batch=batch,
    )
    response = HttpResponse(status=204)
    said = ngettext("%(num)d call task created.", "%(num)d call tasks created.", done.made) % {
        "num": done.made
    }
    tone: Tone = "warning" if done.refused else "success"
    toast(response, " ".join([said, *done.refused]), undo=f"/undo/{batch}" if done.made else "", tone=tone)
    trigger(response, "es:close-dialog")
    return at_once(response)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _form(request: HttpRequest, state: State, selected: Chosen, error: str = "") -> HttpResponseBase:
    context = {
        "state": state,
        "object": state.object,
        "selected": selected,
        "hidden": list(state.params.items()),
        "error": error,
        "subject": request.POST.get("subject", "") or _("Call"),
        "day": timezone.localdate() + SOON,
    }
    response = render(request, "campaigns/call.html.jinja", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#list-dialog", "innerHTML"
    return response
