"""Administrators say where bounces come in; what is wrong is said beside its field, and no password is shown again."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from essor.domain.mailroom.models import Mailbox
from essor.kernel.sealed import unseal

pytestmark = pytest.mark.django_db
TYPED = {
    "host": "imap.example.com",
    "port": "993",
    "security": "tls",
    "username": "bounces",
    "password": "sesame",
    "folder": "",
}


def test_a_mailbox_is_kept_with_its_password_sealed(admin: Client) -> None:
    assert admin.post("/setup/returns/mailbox", TYPED).status_code in (204, 302)
    row = Mailbox.objects.get()
    assert (row.folder, unseal(row.password)) == ("INBOX", "sesame")
    assert "sesame" not in row.password
    shown = admin.get(f"/setup/returns/mailbox/{row.pk}").content.decode()
    assert "imap.example.com" in shown
    assert "sesame" not in shown
    admin.post(f"/setup/returns/mailbox/{row.pk}", TYPED | {"password": "", "folder": "Bounces"})
    row.refresh_from_db()
    assert (row.folder, unseal(row.password)) == ("Bounces", "sesame")
    Mailbox.objects.update(host="127.0.0.1", port=1, security="none")  # nobody listens there
    assert admin.post(f"/setup/returns/mailbox/{row.pk}/try").status_code == 302
    row.refresh_from_db()
    assert row.problem
    assert row.problem in unescape(admin.get(f"/setup/returns/mailbox/{row.pk}").content.decode())
    Mailbox.objects.update(host="imap.example.com")
    assert "bounces@imap.example.com" in admin.get("/setup/returns/").content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [("host", "no host"), ("port", "99999"), ("security", "none"), ("password", ""), ("username", "")],
)
def test_a_wrong_mailbox_is_refused_and_nothing_typed_is_lost(admin: Client, name: str, value: str) -> None:
    page = admin.post("/setup/returns/mailbox", TYPED | {name: value})
    assert page.status_code == 422
    assert not Mailbox.objects.exists()
    assert "aria-invalid" in page.content.decode()


def test_nobody_else_gets_in(seller: Client) -> None:
    assert seller.get("/setup/returns/").status_code in (302, 403, 404)
    assert seller.post("/setup/returns/mailbox", TYPED).status_code in (302, 403, 404)
    assert not Mailbox.objects.exists()
