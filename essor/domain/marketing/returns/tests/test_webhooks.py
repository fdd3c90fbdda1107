"""Webhooks of e-mail providers, over HTTP: who does not know the secret is not heard, and who says it twice is heard once."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from typing import Any

import pytest
from django.test import Client
from django.urls import include, path

from essor.access.actor import Actor
from essor.domain.marketing.consent.models import Suppression
from essor.domain.marketing.returns.models import Bounce
from essor.domain.marketing.sending import freezing
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.sending.tests.conftest import make_mailing

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
urlpatterns = [path("anymail/", include("anymail.urls")), path("", include("essor.project.urls"))]
SECRET, KEY = "brevo:sesame", "signing-key"


@pytest.fixture
def row(admin: Actor, settings: Any) -> Recipient:
    """Return somebody who was mailed; the providers' secrets are set up."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}
    mailing = make_mailing(["ana"])
    Recipient.objects.update(state=State.SENT)
    freezing.count(mailing.pk)
    return Recipient.objects.get()


def login(secret: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(secret.encode()).decode()}"}


def test_a_report_without_the_secret_is_not_heard_and_a_repeated_one_counts_once(
    client: Client, row: Recipient
) -> None:
    report = {
        "event": "hard_bounce",
        "email": row.address,
        "reason": "550 5.1.1 unknown",
        "ts_epoch": 1_763_800_000_000,
        "X-Mailin-custom": f'{{"essor_recipient": "{row.pk}"}}',
    }

    def post(headers: dict[str, str]) -> int:
        path = "/anymail/brevo/tracking/"
        return client.post(path, report, content_type="application/json", headers=headers).status_code

    for wrong in ({}, login("brevo:mellon")):
        assert post(wrong) == 400
    assert Bounce.objects.count() == 0
    assert [post(login(SECRET)) for _time in range(3)] == [200, 200, 200]
    assert Bounce.objects.count() == Suppression.objects.count() == 1
    assert ListEmail.objects.values_list("total_sent", "total_bounced").get() == (1, 1)


def test_a_report_is_believed_with_a_right_signature_only(client: Client, row: Recipient) -> None:
    def post(key: str, token: str = "t" * 50) -> int:
        stamp = "1763800000"
        signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
        data = {
            "event": "complained",
            "recipient": row.address,
            "timestamp": 1763800000.5,
            "id": "x",
            "user-variables": {"essor_recipient": str(row.pk)},
        }
        body = {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": data}
        path = "/anymail/mailgun/tracking/"
        return client.post(path, body, content_type="application/json", headers=login(SECRET)).status_code

    assert post("another-key") == 400
    assert Bounce.objects.count() == 0
    assert [post(KEY), post(KEY), post(KEY, "u" * 50)] == [200, 200, 200]
    assert Bounce.objects.values_list("category", flat=True).get() == "complaint"
    assert Suppression.objects.values_list("address", "reason").get() == (row.address, "complaint")
