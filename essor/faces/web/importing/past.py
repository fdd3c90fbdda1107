"""The first step, a file for an object, above the imports of the past."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.access import principals
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.exchange import drafts, start
from essor.domain.exchange.encodings import BadTable
from essor.domain.exchange.models import Import
from essor.faces.web.importing.report import Report, reports
from essor.faces.web.importing.steps import steps
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, Forbidden

SHOWN = 50


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """Ask for a file, or take it; list the imports of the past."""
    actor = actor_of(request)
    objects = start.importable(actor)
    if not objects:
        raise Forbidden(_("Your profile does not allow imports. Ask an administrator if you need them."))
    error = ""
    if request.method == "POST":
        try:
            return _take(request, actor)
        except Forbidden:
            raise
        except EssorError as refusal:
            error = str(refusal)
    chosen = request.POST.get("object") or request.GET.get("object") or "Contact"
    context = {
        "objects": objects,
        "chosen": chosen,
        "error": error,
        "steps": steps(None, 0),
        "reports": past(actor),
        "drafts": _drafts(actor),
        "largest": drafts.LARGEST,
        "suffixes": ",".join(drafts.SUFFIXES),
    }
    return render(request, "importing/index.html.jinja", context, status=422 if error else 200)


def _take(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    upload = request.FILES.get("file")
    if upload is None:
        raise BadTable(_("Choose a file first."))
    draft = drafts.open_draft(actor, request.POST.get("object", ""), upload.name or "", upload.chunks())
    return HttpResponseRedirect(reverse("web:import_columns", args=[draft.pk]))


def past(actor: Actor) -> list[Report]:
    """Return the real imports of the actor, everybody's for an administrator; the newest first."""
    rows = Import.objects.filter(draft=False, dry_run=False).order_by("-created_date")
    if not actor.is_admin:
        rows = rows.filter(user_id=actor.user_id)
    found = [work for work in rows[:SHOWN] if catalog_for(actor).has(work.object_name)]
    return reports(found, principals.names(work.user_id for work in found), catalog_for(actor))


def _drafts(actor: Actor) -> list[Import]:
    """Return the drafts that wait for somebody to come back: those that led to no import."""
    rows = Import.objects.filter(draft=True, user_id=actor.user_id).order_by("-created_date")[:5]
    done = set(
        Import.objects.filter(draft_id__in=[row.pk for row in rows], dry_run=False).values_list(
            "draft_id", flat=True
        )
    )
    return [row for row in rows if row.pk not in done and Path(row.path).is_file()]


@require_POST
def discard(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Throw a draft away with its file."""
    draft = drafts.of(actor_of(request), import_id)
    if not Import.objects.filter(draft_id=draft.pk).exists():
        Path(draft.path).unlink(missing_ok=True)
    draft.delete()
    flash(request, _("The draft is gone."))
    return HttpResponseRedirect(reverse("web:imports"))
