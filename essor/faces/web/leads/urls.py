"""The addresses of the pages about leads."""

from __future__ import annotations

from django.urls import include, path

from essor.faces.web import mailboxes
from essor.faces.web.leads import conversion, mail_intakes, public_form, taking

BOXES = {"desk": mail_intakes.DESK}
mail_pages = [
    path("", mail_intakes.index, name="setup_mail_intakes"),
    path("new", mail_intakes.edit, name="setup_add_mail_intake"),
    path("<int:key>/", mail_intakes.edit, name="setup_mail_intake"),
    path("<int:key>/remove", mail_intakes.remove, name="setup_remove_mail_intake"),
    path("held/<int:key>/let-in", mail_intakes.let_in, name="setup_let_mail_in"),
    path("held/<int:key>/discard", mail_intakes.discard, name="setup_discard_mail"),
    path("<int:place>/mailbox", mailboxes.edit, BOXES, name="setup_add_mail_intake_mailbox"),
    path("mailbox/<int:key>", mailboxes.edit, BOXES, name="setup_mail_intake_mailbox"),
    path("mailbox/<int:key>/try", mailboxes.attempt, BOXES, name="setup_mail_intake_mailbox_try"),
    path("mailbox/<int:key>/delete", mailboxes.delete, BOXES, name="setup_mail_intake_mailbox_delete"),
]
urlpatterns = [
    path("setup/leads/mail/", include(mail_pages)),
    path("r/<str:record_id>/convert", conversion.page, name="convert_lead"),
    path("r/<str:record_id>/convert/undo", conversion.undo, name="convert_undo"),
    path("r/<str:record_id>/converted", conversion.converted, name="converted"),
    path("r/<str:record_id>/origin", conversion.origin, name="origin"),
    path("r/<str:record_id>/take", taking.take_one, name="take"),
    path("w/<str:token>/", public_form.page, name="web_form"),
    path("w/<str:token>/thanks", public_form.thanks, name="web_form_thanks"),
    path("o/<str:name>/assign", taking.assign_many, name="assign_many"),
]
