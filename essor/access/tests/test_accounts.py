"""The doors: who gets in, who is kept out, what is remembered, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login as complete_login
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from essor.access import actions
from essor.access.accounts import history
from essor.access.actor import Actor, actor_for
from essor.access.models import LoginHistory, User
from essor.access.tests.samples import MakeUser

PASSWORD = "correct horse battery"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


@pytest.fixture
def user(make_user: MakeUser) -> User:
    return make_user("Ana", language="fr")


def log_in(client: Client, email: str = "ana@example.fr", password: str = PASSWORD, **more: Any) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


def is_inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


def statuses() -> list[str]:
    return list(LoginHistory.objects.order_by("pk").values_list("status", flat=True))


def test_a_person_comes_in_and_it_is_remembered(client: Client, user: User) -> None:
    response = log_in(client, " ANA@example.fr ", HTTP_USER_AGENT=CHROME)
    assert response.status_code == 302
    assert is_inside(client)
    row = LoginHistory.objects.get()
    assert (row.user, row.login, row.status, row.login_type) == (
        user,
        "ana@example.fr",
        "Success",
        "Password",
    )
    assert (row.source_ip, row.browser, row.platform) == ("127.0.0.1", "Chrome 126", "Windows")
    user.refresh_from_db()
    assert user.last_login is not None


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client, user: User) -> None:
    wrong = log_in(client, password="not it at all")
    unknown = log_in(client, email="nobody@example.fr")
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", wrong.content.decode()) == strip.sub("", unknown.content.decode())
    assert statuses() == ["InvalidPassword", "UnknownUser"]
    assert LoginHistory.objects.filter(user=user).count() == 1


def test_who_tries_too_often_is_locked_out_even_with_the_right_password(client: Client, user: User) -> None:
    for _attempt in range(history.PER_ACCOUNT_AND_ADDRESS):
        log_in(client, password="wrong")
    log_in(client)
    assert not is_inside(client)
    assert statuses()[-1] == "LockedOut"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    log_in(elsewhere)
    assert is_inside(elsewhere)
    LoginHistory.objects.update(login_time=timezone.now() - history.WINDOW - timedelta(seconds=1))
    log_in(client)
    assert is_inside(client)


def test_one_account_is_locked_however_many_addresses_try(user: User) -> None:
    for number in range(history.PER_ACCOUNT):
        history.write(
            user.email,
            address=f"203.0.113.{number}",
            agent="",
            way="Password",
            status="InvalidPassword",
            user=user,
        )
    assert history.is_locked(user.email, "198.51.100.1")
    assert not history.is_locked("other@example.fr", "198.51.100.1")
    refused = LoginHistory(login=user.email, source_ip="198.51.100.1", status=history.Status.LOCKED)
    LoginHistory.objects.bulk_create([refused] * (2 * history.PER_ACCOUNT))
    assert history.is_locked(user.email, "198.51.100.1"), "being refused often opens no account"


def test_one_address_is_locked_however_many_accounts_it_tries(db: None) -> None:
    for number in range(history.PER_ADDRESS):
        history.write(
            f"p{number}@example.fr", address="203.0.113.9", agent="", way="Password", status="UnknownUser"
        )
    assert history.is_locked("ana@example.fr", "203.0.113.9")
    assert not history.is_locked("ana@example.fr", "203.0.113.10")


def test_a_success_clears_the_count_of_its_own_address_only(user: User) -> None:
    for address in ("203.0.113.1", "203.0.113.2"):
        for status in ("InvalidPassword",) * 4:
            history.write(user.email, address=address, agent="", way="Password", status=status, user=user)
    history.write(user.email, address="203.0.113.1", agent="", way="Password", status="Success", user=user)
    for address in ("203.0.113.1", "203.0.113.2"):
        history.write(
            user.email, address=address, agent="", way="Password", status="InvalidPassword", user=user
        )
    assert not history.is_locked(user.email, "203.0.113.1")
    assert history.is_locked(user.email, "203.0.113.2")


@pytest.mark.parametrize("keep_out", [actions.deactivate_user, actions.freeze_user])
def test_who_is_kept_out_stays_out_and_goes_at_once(
    client: Client, user: User, admin: Actor, keep_out: Any
) -> None:
    inside = Client()
    log_in(inside)
    assert inside.get(reverse("account_change_password")).status_code == 200
    keep_out(admin, user)
    assert inside.get(reverse("account_change_password")).status_code == 302
    response = log_in(client)
    assert response["Location"] == reverse("account_inactive")
    assert not is_inside(client)
    assert statuses()[-1] == "Inactive"


def test_the_automated_user_has_no_door(client: Client, organization: None) -> None:
    automated = User.objects.get(user_type="AutomatedProcess")
    automated.set_password(PASSWORD)
    automated.save()
    log_in(client, automated.email)
    assert not is_inside(client)


def test_nobody_makes_an_account_or_changes_the_login(client: Client, user: User) -> None:
    assert client.get(reverse("account_signup")).status_code == 404
    assert client.post(reverse("account_signup"), {"email": "x@example.fr"}).status_code == 404
    log_in(client)
    assert (
        client.post(reverse("account_email"), {"email": "x@example.fr", "action_add": ""}).status_code == 404
    )
    assert EmailAddress.objects.count() == 1
    assert User.objects.count() == 2


@pytest.mark.parametrize(("language", "words"), [("en", "Sign in with a passkey"), ("fr", "Mot de passe")])
def test_the_login_page_speaks_both_languages(client: Client, user: User, language: str, words: str) -> None:
    page = client.get(reverse("account_login"), headers={"Accept-Language": language}).content.decode()
    assert f'<html lang="{language}"' in page
    assert words in page
    assert 'value="fr" lang="fr"' in page
    assert 'value="en" lang="en"' in page
    assert "sign up" not in page.lower()


def test_the_language_is_chosen_before_coming_in(client: Client, user: User) -> None:
    response = client.post(reverse("web:preferences"), {"language": "fr", "next": reverse("account_login")})
    assert response.status_code == 302
    page = client.get(reverse("account_login"), headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="fr"' in page


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_inactive",
        "account_reset_password_from_key_done",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_at_the_entrance_is_drawn_as_ours(
    client: Client, user: User, name: str, language: str
) -> None:
    check_page(client.get(reverse(name), headers={"Accept-Language": language}))


@pytest.mark.parametrize(
    "name",
    [
        "account_change_password",
        "account_logout",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "usersessions_list",
        "socialaccount_connections",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_of_ones_own_security_is_drawn_as_ours(
    client: Client, user: User, name: str, language: str
) -> None:
    log_in(client)
    check_page(client.get(reverse("account_reauthenticate"), headers={"Accept-Language": language}))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    check_page(client.get(reverse(name), headers={"Accept-Language": language}))


def check_page(response: Any) -> None:
    page = response.content.decode()
    assert response.status_code in (200, 401)
    assert 'class="center-card' in page
    assert "Menu:" not in page
    assert not re.search(
        r"<(title|h1|h2)>[^<]*[a-z][ -][A-Z](?!ssor)", page
    )  # sentence case, in both languages
    for script in re.findall(r"<script[^>]*>", page):
        assert "src=" in script or 'type="application/json"' in script
    assert not re.search(r"\son\w+=", page)


def test_a_forgotten_password_is_replaced_by_mail_in_the_persons_language(client: Client, user: User) -> None:
    client.post(reverse("account_reset_password"), {"email": user.email}, headers={"Accept-Language": "en"})
    (message,) = mail.outbox
    assert message.to == [user.email]
    assert "mot de passe" in message.body
    link = re.search(r"http://testserver(\S+)", str(message.body))
    assert link
    form = client.get(link[1], follow=True)
    action = form.request["PATH_INFO"]
    client.post(action, {"password1": "a quite different one", "password2": "a quite different one"})
    user.refresh_from_db()
    assert user.check_password("a quite different one")


def test_a_stranger_gets_no_mail_and_learns_nothing(client: Client, user: User) -> None:
    known = client.post(reverse("account_reset_password"), {"email": user.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.fr"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert len(mail.outbox) == 1


def test_a_second_factor_is_asked_and_the_login_counts_only_then(client: Client, user: User) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    response = log_in(client)
    assert response["Location"] == reverse("mfa_authenticate")
    check_page(client.get(reverse("mfa_authenticate")))
    assert statuses() == []
    code = totp.format_hotp_value(totp.hotp_value(secret, totp.yield_hotp_counters_from_time().__next__()))
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_inside(client)
    assert statuses() == ["Success"]


def test_an_administrator_takes_a_lost_second_factor_away(client: Client, user: User, admin: Actor) -> None:
    totp.TOTP.activate(user, totp.generate_totp_secret())
    actions.reset_second_factor(admin, user)
    assert not Authenticator.objects.exists()
    log_in(client)
    assert is_inside(client)


def test_a_password_set_by_the_administrator_ends_other_sessions(
    client: Client, user: User, admin: Actor
) -> None:
    log_in(client)
    actions.set_password(admin, user, "another long password")
    assert client.get(reverse("account_change_password")).status_code == 302


def test_open_sessions_are_listed_and_ended(client: Client, user: User) -> None:
    elsewhere = Client()
    log_in(elsewhere)
    log_in(client)
    client.post(reverse("usersessions_list"))
    assert elsewhere.get(reverse("account_change_password")).status_code == 302
    assert client.get(reverse("account_change_password")).status_code == 200


def test_a_session_without_remembering_ends_with_the_browser(client: Client, user: User) -> None:
    log_in(client)
    assert client.session.get_expire_at_browser_close()
    remembered = Client()
    remembered.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, "remember": "on"})
    assert not remembered.session.get_expire_at_browser_close()


def test_cookies_are_out_of_reach_of_scripts(client: Client, user: User) -> None:
    response = log_in(client)
    cookie = response.cookies["essor_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome 126"),
        (CHROME + " Edg/125.0.0.0", "Edge 125"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox 127"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari 17",
        ),
        ("curl/8.5.0", ""),
    ],
)
def test_browsers_are_told_apart(agent: str, name: str) -> None:
    assert history.browser(agent) == name


def test_an_actor_is_made_of_whoever_is_inside(client: Client, user: User) -> None:
    log_in(client)
    assert actor_for(User.objects.get(pk=client.session["_auth_user_id"])).email == user.email


@pytest.fixture
def single_sign_on(settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": "Acme SSO",
                    "client_id": "essor",
                    "secret": "x",
                    "settings": {"server_url": "https://id.example.fr"},
                }
            ]
        }
    }


def come_back(client: Client, **claims: Any) -> tuple[Any, Any]:
    """Return what happens when the identity provider sends somebody back with `claims`."""
    request = RequestFactory().get("/session/oidc/sso/login/callback/")
    request.session = client.session
    request.user = AnonymousUser()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    with context.request_context(request):
        provider = get_adapter().get_provider(request, "sso")
        login = provider.sociallogin_from_response(
            request, {"userinfo": {"sub": "42", **claims}, "id_token": {}}
        )
        return complete_login(request, login), request.session


def test_single_sign_on_opens_the_account_of_a_verified_address(
    client: Client, user: User, single_sign_on: None
) -> None:
    assert "Acme SSO" in client.get(reverse("account_login")).content.decode()
    _response, session = come_back(client, email="Ana@example.fr", email_verified=True)
    assert session["_auth_user_id"] == str(user.pk)
    assert LoginHistory.objects.get().login_type == "SingleSignOn"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ana@example.fr", "email_verified": False},
        {"email": "ana@example.fr"},
        {"email": "stranger@example.fr", "email_verified": True},
        {},
    ],
)
def test_single_sign_on_opens_nothing_else(
    client: Client, user: User, single_sign_on: None, claims: dict[str, Any]
) -> None:
    _response, session = come_back(client, **claims)
    assert "_auth_user_id" not in session
    assert User.objects.count() == 2


def test_single_sign_on_does_not_let_in_who_is_kept_out(
    client: Client, user: User, admin: Actor, single_sign_on: None
) -> None:
    actions.freeze_user(admin, user)
    _response, session = come_back(client, email=user.email, email_verified=True)
    assert "_auth_user_id" not in session
