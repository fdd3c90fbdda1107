"""The addresses of mailings, and of what an administrator sets up for them."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.sending import domains, launching, offered, progress, servers, trials, under_way

__all__ = ["offered", "urlpatterns"]

urlpatterns = [
    path("r/<str:record_id>/mailing", launching.new_mailing, name="new_mailing"),
    path("r/<str:record_id>/launch", launching.launch_page, name="launch_mailing"),
    path("r/<str:record_id>/launch/letter", launching.write, name="write_mailing"),
    path("r/<str:record_id>/launch/test", launching.send_test, name="test_mailing"),
    path("r/<str:record_id>/trial", trials.edit, name="mailing_trial"),
    path("r/<str:record_id>/trial/choose", trials.choose, name="choose_variant"),
    path("r/<str:record_id>/progress", progress.panel, name="mailing_progress"),
    path("r/<str:record_id>/progress/<str:verb>", progress.act, name="mailing_act"),
    path("r/<str:record_id>/under-way", under_way.panel, name="mailings_under_way"),
    path("r/<str:record_id>/recipients", progress.recipients, name="mailing_recipients"),
    path("setup/sending/", servers.index, name="setup_sending"),
    path("setup/sending/server", servers.edit, name="setup_add_server"),
    path("setup/sending/server/<int:key>", servers.edit, name="setup_server"),
    path("setup/sending/server/<int:key>/try", servers.attempt, name="setup_try_server"),
    path("setup/sending/server/<int:key>/delete", servers.delete, name="setup_delete_server"),
    path("setup/sending/domain", domains.add, name="setup_add_domain"),
    path("setup/sending/domain/<int:key>", domains.show, name="setup_domain"),
    path("setup/sending/domain/<int:key>/check", domains.check, name="setup_check_domain"),
    path("setup/sending/domain/<int:key>/delete", domains.delete, name="setup_delete_domain"),
]
