"""Which room answers which address."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("session/", include("essor.access.accounts.urls")),
    path("api/v1/", include("essor.faces.api.urls")),
    path("", include("essor.faces.web.urls")),
]

if settings.ANYMAIL["WEBHOOK_SECRET"]:
    urlpatterns.append(path("anymail/", include("anymail.urls")))

handler400 = "essor.faces.web.errors.bad_request"
handler403 = "essor.faces.web.errors.forbidden"
handler404 = "essor.faces.web.errors.not_found"
handler500 = "essor.faces.web.errors.server_error"
