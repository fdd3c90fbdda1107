"""A sent form becomes a lead of the fields that were chosen; robots, haste and floods do not, and all is counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import signing

from essor.access.actor import Actor, actor_for
from essor.access.tests.samples import MakeUser
from essor.domain.public_forms import strangers
from essor.domain.sales.assignment import edit
from essor.domain.sales.models import Lead
from essor.domain.sales.web_to_lead import forms, receive
from essor.domain.sales.web_to_lead.forms import FormText
from essor.domain.sales.web_to_lead.models import Sending, WebForm
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed

GOOD = {"LastName": "Roux", "Company": "Émeraude", "Email": "ana@emeraude.example", "elapsed": "8000"}


def send(form: WebForm, address: str = "203.0.113.7", size: int = 500, **more: str) -> int:
    data = {name: [text] for name, text in {**GOOD, **more}.items()}
    return receive.receive(form, data, address=address, size=size)


def outcomes() -> list[str]:
    return list(Sending.objects.order_by("pk").values_list("outcome", flat=True))


def test_the_chosen_fields_become_a_lead_and_nothing_else(form: WebForm, admin: Actor) -> None:
    lead = Lead.objects.get(
        pk=send(form, Rating="Hot", OwnerId="1", Status="Closed - Converted", Title="CEO")
    )
    assert (lead.name, lead.company, lead.email, lead.lead_source) == (
        "Roux",
        "Émeraude",
        GOOD["Email"],
        "Web",
    )
    assert (lead.rating, lead.title, lead.status) == (None, None, "Open - Not Contacted")
    assert lead.owner_id == admin.user_id
    assert outcomes() == ["accepted"]
    assert "203.0.113.7" not in Sending.objects.get().sender


def test_the_assignment_rules_run(form: WebForm, admin: Actor, make_user: MakeUser) -> None:
    ann = make_user("Ann")
    edit.save_entry(admin, edit.EntryText(name="All", to="owner", owner=ann.pk))
    assert Lead.objects.get(pk=send(form)).owner_id == ann.pk
    WebForm.objects.update(assign=False)
    assert Lead.objects.get(pk=send(WebForm.objects.get())).owner_id == admin.user_id


def test_a_robot_is_counted_and_makes_no_lead(form: WebForm) -> None:
    with pytest.raises(strangers.Robot):
        send(form, **{strangers.HONEYPOT: "http://spam.example"})
    assert not Lead.objects.exists()
    assert outcomes() == ["robot"]


@pytest.mark.parametrize(
    "more", [{"elapsed": "900"}, {"elapsed": ""}, {"elapsed": "²"}, {"elapsed": "", "t": "forged:1:x"}]
)
def test_what_nobody_typed_is_asked_once_more(form: WebForm, more: dict[str, Any]) -> None:
    with pytest.raises(strangers.TooQuick):
        send(form, **more)
    assert not Lead.objects.exists()


def test_a_stamp_counts_from_when_the_form_was_drawn(form: WebForm, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = strangers.time.time()
    monkeypatch.setattr(strangers.time, "time", lambda: moment)
    drawn = strangers.stamp(form.key)
    with pytest.raises(strangers.TooQuick):
        send(form, elapsed="9000", t=drawn)
    monkeypatch.setattr(strangers.time, "time", lambda: moment + strangers.SHORTEST)
    assert send(form, elapsed="", t=drawn)
    other = signing.TimestampSigner(salt=strangers.SALT).sign("another form")
    with pytest.raises(strangers.TooQuick):
        send(form, t=other)


def test_too_many_from_one_address_wait_and_others_do_not(form: WebForm) -> None:
    for _time in range(strangers.PER_SENDER):
        send(form)
    with pytest.raises(strangers.TooMany):
        send(form)
    assert send(form, address="198.51.100.4")
    assert receive.counts([form])[form.pk] == {"accepted": strangers.PER_SENDER + 1, "often": 1}


def test_a_flood_leaves_no_endless_trace(form: WebForm) -> None:
    most = strangers.COUNTED * strangers.PER_SENDER
    for _time in range(most + 5):
        try:
            send(form)
        except strangers.TooMany:
            continue
    assert Sending.objects.count() == most
    assert Lead.objects.count() == strangers.PER_SENDER


def test_mistakes_are_told_by_field(form: WebForm) -> None:
    with pytest.raises(ValidationFailed) as error:
        send(form, Email="", Company=" ")
    assert {one.field for one in error.value.errors} == {"Email", "Company"}
    with pytest.raises(ValidationFailed) as error:
        send(form, Email="no mail")
    assert [one.field for one in error.value.errors] == ["Email"]
    with pytest.raises(ValidationFailed):
        send(form, size=strangers.LARGEST_BODY + 1)
    assert outcomes() == ["invalid", "invalid", "large"]


def test_the_address_is_signed_and_can_be_renewed(form: WebForm, admin: Actor) -> None:
    token = forms.token_of(form)
    assert forms.by_token(token) == form
    for wrong in (f"{token}x", token.replace("1", "2", 1), "1.x", ""):
        with pytest.raises(NotFound):
            forms.by_token(wrong)
    forms.renew(admin, form)
    with pytest.raises(NotFound):
        forms.by_token(token)
    WebForm.objects.update(active=False)
    with pytest.raises(NotFound):
        forms.by_token(forms.token_of(form))


def test_a_form_that_cannot_be_is_refused(admin: Actor, make_user: MakeUser) -> None:
    wrong = FormText(
        name="",
        fields=["Status"],
        owner=0,
        language="xx",
        lead_source="Nowhere",
        return_url="javascript:alert(1)",
        sites=["https://good.example", "data:x"],
    )
    with pytest.raises(ValidationFailed) as error:
        forms.save_form(admin, wrong)
    assert {one.field for one in error.value.errors} == {
        "name",
        "fields",
        "owner",
        "language",
        "lead_source",
        "return_url",
        "sites",
    }
    with pytest.raises(Forbidden):
        forms.save_form(actor_for(make_user("Rep")), FormText(name="A", fields=[], owner=admin.user_id))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://www.a.example/path?x=1", "https://www.a.example"),
        ("http://a.example:8080", "http://a.example:8080"),
        ("https://a.example;script-src *", ""),
        ("ftp://a.example", ""),
        ("a.example", ""),
        ("https://a.example:x", ""),
    ],
)
def test_only_origins_reach_the_policy(address: str, origin: str) -> None:
    assert forms.origin_of(address) == origin
