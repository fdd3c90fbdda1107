"""The addresses of what is done with quotes."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.quotes import making, sending

urlpatterns = [
    path("r/<str:record_id>/quote", making.new_quote, name="new_quote"),
    path("r/<str:record_id>/version", making.new_version, name="new_quote_version"),
    path("r/<str:record_id>/lead", making.lead, name="quote_leads"),
    path("r/<str:record_id>/document", sending.document_of, name="quote_document"),
    path("r/<str:record_id>/document/keep", sending.keep_document, name="keep_quote_document"),
    path("r/<str:record_id>/send", sending.send_page, name="send_quote"),
]
