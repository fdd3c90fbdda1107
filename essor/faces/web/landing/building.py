"""The page on which a landing page is built: what it asks and gives, its address, how it looks on a screen and on a phone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import rows as row_access
from essor.domain.feed import attach
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.blocks import Document, RichText
from essor.domain.marketing.pages import forms, taking
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.marketing.pages.objects import PAGE, UTM
from essor.domain.marketing.sending.addresses import VISIT_NAME
from essor.domain.public_forms import coming_back, strangers
from essor.faces.web import offers
from essor.faces.web.landing import public
from essor.faces.web.letters import wanted
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.shapes import Action
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.kernel.whole import whole
from essor.records.change import Change
from essor.records.save import save

TEXTS = ("Title", "Button", "Thanks", "EmailWording", "PhoneWording", "VisitsWording")
FOLDER = "Landing pages"


@offers.record_action(PAGE)
def designing(record: Loaded) -> Action | None:
    """Offer the page's own page."""
    return Action(_("Build"), reverse("web:build_landing", args=[record.id]), "palette", "primary")


def _page(request: HttpRequest, record_id: str) -> tuple[Loaded, LandingPage]:
    record = load(actor_of(request), record_id)
    if record.object.name != PAGE:
        raise NotFound(_("There is no such record."))
    rows = LandingPage.objects.select_related("email_template", "content_document")
    return record, rows.get(pk=record.key)


@require_http_methods(["GET", "POST"])
def build(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show what a page asks and gives, or save it."""
    record, page = _page(request, record_id)
    here = reverse("web:build_landing", args=[record.id])

    def work(form: Form) -> str:
        values: dict[str, Any] = {name: form.value(name).strip() or None for name in TEXTS}
        values["FormFields"] = forms.written(form.all("fields"), form.all("required"))
        values["IsActive"] = form.on("IsActive")
        if form.on("remove"):
            values["ContentDocumentId"] = None
        if upload := request.FILES.get("file"):
            values["ContentDocumentId"] = attach.attach(
                record.actor, record.object, record.key, upload.name or "", upload.chunks()
            )
        revision = form.value("revision")
        save(record.actor, Change(PAGE, values, id=record.key, revision=whole(revision)))
        return here

    def again(form: Form) -> HttpResponseBase:
        context = {
            "record": record,
            "page": page,
            "form": form,
            "address": forms.address(page),
            "snippet": snippet(page),
            "fields": [(one, one.name in forms.ALWAYS) for one in forms.offered()],
            "file": taking.gated(page),
            "editable": row_access.may(record.actor, PAGE, "edit"),
        }
        return render(request, "landing/build.html.jinja", context, status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    start = {name: record.values.get(name) for name in (*TEXTS, "IsActive")}
    asked = [field.name for field in forms.asked(page)]
    must = sorted(forms.required(page))
    return again(starting({**start, "fields": asked, "required": must, "revision": record.revision}))


def snippet(page: LandingPage) -> str:
    """Return the HTML to paste into another site: the same form, which takes the parameters of its page along."""
    context = {
        "page": page,
        "form": {"required": forms.required(page)},
        "fields": forms.asked(page),
        "boxes": public.boxes(page),
        "honeypot": strangers.HONEYPOT,
        "elapsed": strangers.ELAPSED,
        "action": forms.address(page),
        "kept": [*UTM, VISIT_NAME],
        "back": coming_back.SENT,
    }
    with translation.override(page.language or "fr"):
        return render_to_string("landing/snippet.html.jinja", context).strip() + "\n"


@require_POST
def write(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Open the text of the page in the block editor; a page without one gets it."""
    record, page = _page(request, record_id)
    template = page.email_template_id
    if template is None:
        words = _("Write here what people get for the form.")
        start = Document((RichText(id="start", html=f"<p>{words}</p>", space="large"),))
        values = {
            "Name": page.name,
            "FolderName": FOLDER,
            "Language": page.language,
            "Content": codec.write(start),
        }
        template = save(record.actor, Change("EmailTemplate", values)).id
        save(record.actor, Change(PAGE, {"EmailTemplateId": template}, id=record.key))
    editor = reverse("web:letter", args=[ids.encode("00X", template)])
    return HttpResponseRedirect(f"{editor}?{wanted.PARAMETER}={record.id}")


def _take(record: Loaded, letter: int) -> None:
    """Show a letter that was just made as the text of the page."""
    if may_edit(record):
        save(record.actor, Change(PAGE, {"EmailTemplateId": letter}, id=record.key))


def _back(record: Loaded) -> Action:
    return Action(record.title, f"/landing/{record.id}/")


wanted.register(PAGE, wanted.Waiting(_take, _back))


@xframe_options_sameorigin
@require_GET
def shown(request: HttpRequest, record_id: str) -> HttpResponse:
    """Draw the page as the public sees it, online or not, for the frames of its preview."""
    _record, page = _page(request, record_id)
    with translation.override(page.language or "fr"):
        return public.draw(page, {}, {}, frames="'self'")
