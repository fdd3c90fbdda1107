"""The document of a quote on pages: looked at, kept among the files, sent by mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import rows as row_access
from essor.domain.sales.quotes import document, sending
from essor.domain.sales.quotes.words import WORDS
from essor.faces.web import addresses, offers
from essor.faces.web.quotes.making import QUOTE, quote_at
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded
from essor.faces.web.setup.forms import Form, errors_of, sent, starting
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel.errors import Forbidden, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query


@offers.record_action(QUOTE)
def document_button(record: Loaded) -> Action | None:
    """Offer the document to whoever may read the lines."""
    if not record.catalog.has("QuoteLineItem"):
        return None
    return pdf_button(addresses.record(record.id, "document"))


def pdf_button(href: str) -> Action:
    """Return the button that opens a document beside the page."""
    attrs = {"hx-boost": "false", "target": "_blank", "rel": "noopener"}
    return Action(_("See the PDF"), href, "eye", attrs=attrs, upfront=True)


@offers.record_action(QUOTE)
def keep_button(record: Loaded) -> Action | None:
    """Offer to keep the document to those who may add files."""
    if not record.catalog.has("QuoteLineItem") or not row_access.may(
        record.actor, "ContentDocument", "create"
    ):
        return None
    return Action(
        _("Keep the PDF in the files"),
        addresses.record(record.id, "document/keep"),
        "paperclip",
        method="post",
    )


@offers.record_action(QUOTE)
def send_button(record: Loaded) -> Action | None:
    """Offer to send the quote to those who may change it."""
    if record.values.get("IsSuperseded") or not record.catalog.has("QuoteLineItem") or not may_edit(record):
        return None
    return Action(_("Send"), addresses.record(record.id, "send"), "send", "primary")


@require_GET
def document_of(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Hand out the document as it would be sent now, in the quote's language or in `?language=`."""
    record = quote_at(request, record_id)
    asked = request.GET.get("language", "")
    return inline(*document.pdf(record.actor, record.key, asked if asked in WORDS else ""))


def inline(name: str, content: bytes) -> HttpResponse:
    """Return a PDF that the browser shows and nobody keeps on the way."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name.encode("ascii", "ignore").decode()}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
def keep_document(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Keep the document among the quote's files, as a version of the one that is there."""
    record = quote_at(request, record_id)
    name, _content = sending.keep(record.actor, record.key)
    flash(request, _("“%(name)s” is now among the quote’s files.") % {"name": name})
    return HttpResponseRedirect(addresses.record(record.id))


@require_http_methods(["GET", "POST"])
def send_page(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show the mail as it would go out, or send it."""
    record = quote_at(request, record_id)
    if not may_edit(record) or record.values.get("IsSuperseded"):
        raise Forbidden(_("You may not send this quote."))
    if request.method == "POST":
        form = sent(request)
        try:
            sending.send(
                record.actor, record.key, form.value("to").strip(), form.value("subject"), form.value("text")
            )
        except ValidationFailed as refused:
            return _draw(request, record, sent(request, errors_of(refused)))
        flash(request, _("The quote is on its way to %(to)s.") % {"to": form.value("to").strip()})
        return HttpResponseRedirect(addresses.record(record.id))
    return _draw(request, record, starting(_mail(record)))


def _draw(request: HttpRequest, record: Loaded, form: Form) -> HttpResponseBase:
    return render(request, "quotes/send.html.jinja", {"record": record, "form": form}, status=form.status)


def _mail(record: Loaded) -> dict[str, str]:
    """Return the usual mail, in the language of the document."""
    language = record.values.get("Language") or "en"
    words = {
        "number": record.values.get("QuoteNumber") or "",
        "name": record.title,
        "sender": record.actor.name,
        "company": record.actor.company.name,
    }
    with translation.override(language):
        subject = _("Quote %(number)s: %(name)s") % words
        text = (
            _(
                "Hello,\n\nPlease find our quote %(number)s attached.\n\nKind regards,\n%(sender)s\n%(company)s"
            )
            % words
        )
    return {"to": _address(record), "subject": subject, "text": text}


def _address(record: Loaded) -> str:
    """Return the contact's e-mail, as far as the reader sees it."""
    key, seen = record.values.get("ContactId"), record.catalog
    if key is None or not seen.has("Contact") or not seen.object("Contact").has("Email"):
        return ""
    where = Compare(Path(("Id",)), "eq", (Constant(key),))
    found = run.rows(
        record.actor, Query("Contact", columns=(Column(Path(("Email",))),), where=where, limit=1)
    )
    return str(found[0]["Email"] or "") if found else ""
