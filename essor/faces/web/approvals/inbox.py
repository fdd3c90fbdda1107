"""What waits for the reader, answered with one tap; what they asked themselves."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.access.actor import Actor
from essor.domain.absences.away import still_to_come
from essor.domain.approvals import reading
from essor.domain.approvals.actions.decide import decide, decide_many
from essor.domain.approvals.actions.reassign import reassign
from essor.domain.approvals.actions.recall import recall
from essor.domain.approvals.models import APPROVED, REJECTED, ProcessInstance
from essor.faces.web import addresses, offers
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.choices import people
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import Conflict, ValidationFailed
from essor.kernel.whole import whole, wholes

NOTHING_WRONG: dict[str, Any] = {
    "item": 0,
    "typed": "",
    "wrong": "",
    "chosen": (),
    "typed_all": "",
    "wrong_all": "",
}
AT_HOME = 5
OWN_PAGE = re.compile(r"/r/[A-Za-z0-9]{15,18}/")


@offers.tab
def waiting_tab(actor: Actor) -> offers.PageTab | None:
    """Offer the page to whoever is asked something."""
    count = reading.open_count(actor)
    if not count:
        return None
    return offers.PageTab(
        "approvals",
        _("Approvals (%(count)d)") % {"count": count},
        "circle-check",
        addresses.APPROVALS,
        urgent=True,
        short=_("Approvals"),
        count=count,
    )


@offers.home_panel
def waiting_panel(actor: Actor) -> offers.Panel | None:
    """Offer the oldest requests on the home page of whoever is asked something."""
    return offers.Panel("my-approvals", reverse("web:my_approvals")) if reading.open_count(actor) else None


@require_GET
def oldest(request: HttpRequest) -> HttpResponseBase:
    """Draw the part of the home page: what waits longest, each a tap away from its answer."""
    found = reading.inbox(actor_of(request), most=AT_HOME + 1)
    context = {"requests": found[:AT_HOME], "more": len(found) > AT_HOME}
    return render(request, "approvals/home.html.jinja", context)


@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the page."""
    return draw(request)


def draw(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponseBase:
    """Draw the page, after a refusal with what was typed and what is wrong (`item`, `typed`, `wrong`)."""
    actor = actor_of(request)
    mine = [(one, _record(one.instance)) for one in reading.submitted_by(actor)]
    context = {
        "requests": reading.inbox(actor),
        "mine": mine,
        "people": people(),
        "reader": actor.user_id,
        "back": addresses.APPROVALS,
        "absent": still_to_come([actor.user_id]).first(),
        **NOTHING_WRONG,
    }
    context |= more
    return render(request, "approvals/page.html.jinja", context, status=status)


def _record(instance: ProcessInstance) -> str:
    return addresses.record(ids.encode(instance.target_object_type, instance.target_object))


def back(request: HttpRequest) -> HttpResponseRedirect:
    """Go back to the record whose panel sent the form, or to the page."""
    wanted = request.POST.get("back", "")
    return HttpResponseRedirect(wanted if OWN_PAGE.fullmatch(wanted) else addresses.APPROVALS)


@require_POST
def answer(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Approve or refuse."""
    approve, comment = request.POST.get("answer") == "approve", request.POST.get("comment", "")
    try:
        instance = decide(actor_of(request), item_id, approve=approve, comment=comment)
    except ValidationFailed as refused:
        return draw(request, status=422, item=item_id, typed=comment, wrong=str(refused))
    except Conflict as late:
        flash(request, str(late), tone="warning")
        return back(request)
    flash(request, said(instance, approve=approve))
    return back(request)


@require_POST
def answer_many(request: HttpRequest) -> HttpResponseBase:
    """Approve or refuse all requests that are ticked, with one reason."""
    chosen = wholes(request.POST.getlist("item"))
    approve, comment = request.POST.get("answer") == "approve", request.POST.get("comment", "").strip()
    if not chosen:
        return draw(request, status=422, typed_all=comment, wrong_all=_("Select at least one request."))
    if not approve and not comment:
        wrong = _("Please give a reason: the person who asked will read it.")
        return draw(request, status=422, chosen=chosen, typed_all=comment, wrong_all=wrong)
    decisions = decide_many(actor_of(request), chosen, approve=approve, comment=comment)
    done = sum(one.error is None for one in decisions)
    if done:
        text = (
            ngettext("%(num)d request approved.", "%(num)d requests approved.", done)
            if approve
            else ngettext("%(num)d request refused.", "%(num)d requests refused.", done)
        )
        flash(request, text % {"num": done})
    for message in dict.fromkeys(str(one.error) for one in decisions if one.error is not None):
        flash(request, message, tone="warning")
    return HttpResponseRedirect(addresses.APPROVALS)


def said(instance: ProcessInstance, *, approve: bool) -> str:
    """Return what has happened with a request that somebody answered."""
    if instance.status == APPROVED:
        return _("“%(name)s” is approved.") % {"name": instance.name}
    if instance.status == REJECTED:
        return _("“%(name)s” is refused.") % {"name": instance.name}
    text = (
        _("You approved “%(name)s”; it now goes to the next approvers.")
        if approve
        else _("You refused “%(name)s”; it goes back to the first step.")
    )
    return text % {"name": instance.name}


@require_POST
def hand_over(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Put a request to somebody else."""
    user, comment = request.POST.get("user", ""), request.POST.get("comment", "")
    try:
        reassign(actor_of(request), item_id, (whole(user) or 0), comment=comment)
        flash(request, _("Request handed over."))
    except (ValidationFailed, Conflict) as refused:
        flash(request, str(refused), tone="error")
    return back(request)


@require_POST
def take_back(request: HttpRequest, instance_id: int) -> HttpResponseBase:
    """Take a request of one's own back."""
    try:
        recall(actor_of(request), instance_id, comment=request.POST.get("comment", ""))
        flash(request, _("Request withdrawn: the record can be changed again."))
    except Conflict as late:
        flash(request, str(late), tone="warning")
    return back(request)
