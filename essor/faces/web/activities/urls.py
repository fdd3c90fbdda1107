"""The addresses of the composer, of people to mention, and of the calendar."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.activities import calendar, composer, events

urlpatterns = [
    path("r/<str:record_id>/compose", composer.compose, name="compose"),
    path("people/suggest", composer.people, name="suggest_people"),
    path("calendar/", calendar.show, name="calendar"),
    path("calendar/new", events.create, name="calendar_new"),
    path("calendar/feed/<str:token>.ics", calendar.feed, name="calendar_feed"),
    path("calendar/<str:record_id>", events.edit, name="calendar_event"),
    path("calendar/<str:record_id>/move", calendar.move, name="calendar_move"),
    path("calendar/<str:record_id>/delete", events.remove, name="calendar_delete"),
]
