"""A small company with a web form."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.sales.web_to_lead.forms import FormText, save_form
from essor.domain.sales.web_to_lead.models import WebForm


@pytest.fixture
def form(admin: Actor) -> WebForm:  # noqa: F811
    text = FormText(
        name="Site",
        fields=["FirstName", "Email", "Description", "HasOptedOutOfEmail"],
        owner=admin.user_id,
        required=["Email"],
        language="en",
        lead_source="Web",
    )
    return save_form(admin, text)
