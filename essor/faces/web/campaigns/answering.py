"""Where invited people say whether they come. The link of the mail only asks; a button answers, which no scanner presses."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from essor.domain.marketing.campaigns import answers
from essor.domain.marketing.sending import invitations
from essor.faces.web.campaigns.door import public
from essor.kernel.errors import NotFound


@partial(public, heading=gettext_lazy("Invitation"))
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether a guest comes, or take the answer; then show the ticket, or the place in the line."""
    found = invitations.named(token)
    if found is None:
        raise NotFound(_("This invitation does not lead to an event (any more)."))
    guest, meant = found
    if request.method == "POST":
        if request.POST.get("answer") in ("yes", "no"):
            answers.answer(guest, comes=request.POST["answer"] == "yes")
        return HttpResponseRedirect(request.path)
    context = {"now": answers.standing(guest), "token": token, "meant": meant}
    return HttpResponse(render_to_string("campaigns/answer.html.jinja", context))
