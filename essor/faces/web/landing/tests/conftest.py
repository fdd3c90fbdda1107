"""A landing page with a file, built in the browser of an administrator."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.marketing.pages.models import LandingPage
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save


@pytest.fixture
def signed_in(client: Client, admin: Actor) -> Client:  # noqa: F811
    """Return a browser in which the administrator is signed in."""
    client.force_login(User.objects.get(pk=admin.user_id), backend="essor.access.accounts.backend.Backend")
    return client


@pytest.fixture
def page(signed_in: Client, admin: Actor) -> LandingPage:  # noqa: F811
    """Return a page that was built and is online: it asks for the phone too and gives a file that must not be shown."""
    key = save(admin, Change("LandingPage", {"Name": "Guide", "Title": "Guide", "Language": "en"})).id
    sent = {
        "Title": "The guide",
        "fields": ["Phone"],
        "required": ["Phone"],
        "Button": "Get it",
        "IsActive": "1",
        "EmailWording": "Write to me.",
        "file": SimpleUploadedFile("guide.html", b"<script>alert(1)</script>"),
    }
    assert signed_in.post(f"/landing/{ids.encode('0lp', key)}/", sent).status_code == 302
    return LandingPage.objects.get(pk=key)
