"""The addresses of the pages about leads."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.leads import conversion, public_form, taking

urlpatterns = [
    path("r/<str:record_id>/convert", conversion.page, name="convert_lead"),
    path("r/<str:record_id>/convert/undo", conversion.undo, name="convert_undo"),
    path("r/<str:record_id>/converted", conversion.converted, name="converted"),
    path("r/<str:record_id>/origin", conversion.origin, name="origin"),
    path("r/<str:record_id>/take", taking.take_one, name="take"),
    path("w/<str:token>/", public_form.page, name="web_form"),
    path("w/<str:token>/thanks", public_form.thanks, name="web_form_thanks"),
    path("o/<str:name>/assign", taking.assign_many, name="assign_many"),
]
