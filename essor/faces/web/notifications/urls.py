"""The addresses of notifications and of following."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.notifications import settings, views

urlpatterns = [
    path("notifications/", views.index, name="notifications"),
    path("notifications/count", views.count, name="notification_count"),
    path("notifications/panel", views.panel, name="notification_panel"),
    path("notifications/read", views.mark_all, name="notifications_read"),
    path("notifications/<int:key>/", views.show, name="notification"),
    path("notifications/<int:key>/read", views.mark, name="notification_read"),
    path("me/notifications", settings.show, name="me_notifications"),
    path("r/<str:record_id>/follow", views.follow, name="follow"),
]
