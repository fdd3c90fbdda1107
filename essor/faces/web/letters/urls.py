"""The addresses of letters and of the pictures in them."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.letters import checking, editor, gallery, library, offered, preview, public

__all__ = ["offered", "urlpatterns"]

urlpatterns = [
    path("letters/", gallery.show, name="letters"),
    path("letters/new", gallery.new, name="new_letter"),
    path("letters/ready/<str:key>.<str:language>", gallery.ready, name="ready_letter"),
    path("letters/frame", preview.frame, name="letter_frame"),
    path("letters/people", preview.people, name="letter_people"),
    path("letters/pictures", library.pictures, name="letter_pictures"),
    path("letters/kept/<str:what>", library.kept, name="letter_kept"),
    path("letters/<str:record_id>/", editor.show, name="letter"),
    path("letters/<str:record_id>/save", editor.save_letter, name="letter_save"),
    path("letters/<str:record_id>/copy", editor.copy, name="letter_copy"),
    path("letters/<str:record_id>/shown", preview.stored, name="letter_shown"),
    path("letters/<str:record_id>/preview", preview.draft, name="letter_preview"),
    path("letters/<str:record_id>/checks", checking.checks, name="letter_checks"),
    path("letters/<str:record_id>/test", checking.test_send, name="letter_test"),
    path("pictures/signs/<str:name>.png", public.sign, name="picture_sign"),
    path("pictures/art/<str:name>.jpg", public.art, name="picture_art"),
    path("pictures/<str:name>", public.picture, name="picture"),
]
