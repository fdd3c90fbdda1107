"""What is typed into a form is kept or asked about, never dropped."""

from __future__ import annotations

from django.test import Client

from essor.domain.sales.models import Contact
from essor.faces.web.lists.tests.conftest import text


def test_a_name_typed_into_a_lookup_and_not_chosen_is_asked_about(admin: Client) -> None:
    typed = {"LastName": "Roux", "AccountId": "", "AccountId.label": "Vaub"}
    answer = admin.post("/o/Contact/new", typed)
    assert answer.status_code == 422
    assert "Choose “Vaub” from the list" in text(answer)
    assert 'value="Vaub"' in text(answer)
    assert not Contact.objects.exists()
    assert admin.post("/o/Contact/new", {**typed, "AccountId.label": " "}).status_code == 302
