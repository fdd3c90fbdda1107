"""What somebody may do with one record, and why; and giving the record by hand to a person or a group."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access import actions
from essor.access.actions.share_record import MANUAL, may_share
from essor.access.actor import Actor, actor_for
from essor.access.explain import VERB_NAMES, explain
from essor.access.models import Principal, RecordShare, User
from essor.access.models.sharing import Level
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import may_look
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, Forbidden, NotFound
from essor.kernel.whole import whole
from essor.query.access import compiler


@require_GET
def show(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw all verbs with their reasons, for the reader or for the user chosen (parameter user)."""
    actor = actor_of(request)
    record = load(actor, record_id, [])
    sharing = _may_share(actor, record)
    user = _chosen(request, actor, free=sharing or may_look(actor))
    about = actor if user.pk == actor.user_id else actor_for(user)
    shares = RecordShare.objects.filter(prefix=record.object.prefix, record_id=record.key).select_related(
        "principal"
    )
    context = {
        "record": record,
        "object": record.object,
        "user": user,
        "verdicts": explain(about, record.object, record.key, compile_where=compiler(about)),
        "verb_names": VERB_NAMES,
        "people": choices.people() if sharing or may_look(actor) else [],
        "shares": [(share, _name(share.principal)) for share in shares.order_by("principal__name")],
        "may_share": sharing,
        "receivers": choices.principals() if sharing else (),
        "levels": Level.choices[:2],
    }
    return render(request, "setup/record_access.html.jinja", context)


def _name(principal: Principal) -> str:
    group = getattr(principal, "group", None)
    return choices.group_label(group) if group is not None else principal.name


def _may_share(actor: Actor, record: Loaded) -> bool:
    try:
        may_share(actor, record.object, record.key, compile_where=compiler(actor))
    except EssorError:
        return False
    return True


def _chosen(request: HttpRequest, actor: Actor, *, free: bool) -> User:
    """Return the user asked about; others than oneself only for who may share the record or see the set-up."""
    key = request.GET.get("user", "")
    wanted = actor.user_id if (number := whole(key)) is None else number
    if wanted != actor.user_id and not free:
        raise Forbidden(_("You may only look at your own rights on this record."))
    user = User.objects.filter(pk=wanted).first()
    if user is None:
        raise NotFound(_("There is no such user."))
    return user


@require_POST
def share(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Give the record to a person or a group."""
    actor = actor_of(request)
    record = load(actor, record_id, [])
    level, key = request.POST.get("level", ""), request.POST.get("principal", "")
    principal = Principal.objects.filter(pk=whole(key) or 0).first()
    try:
        if principal is None:
            raise NotFound(_("Choose a person or a group."))
        actions.share_record(
            actor,
            record.object,
            record.key,
            principal,
            level=Level.READ if (number := whole(level)) is None else number,
            compile_where=compiler(actor),
        )
        flash(request, _("%(name)s has the record now.") % {"name": _name(principal)})
    except Forbidden:
        raise
    except EssorError as error:
        flash(request, str(error), tone="error")
    return HttpResponseRedirect(reverse("web:record_access", args=[record.id]))


@require_POST
def take_back(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Take the record back from a person or a group."""
    actor = actor_of(request)
    record = load(actor, record_id, [])
    key = request.POST.get("share", "")
    row = RecordShare.objects.filter(
        pk=(whole(key) or 0), prefix=record.object.prefix, record_id=record.key, cause=MANUAL
    ).first()
    if row is None:
        raise NotFound(_("This share is gone already."))
    actions.unshare(actor, record.object, record.key, row.principal, compile_where=compiler(actor))
    flash(request, _("The record is taken back."))
    return HttpResponseRedirect(reverse("web:record_access", args=[record.id]))
