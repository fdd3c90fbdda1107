"""What allauth asks of us: nobody signs up, every attempt is remembered, mail speaks the receiver's language."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from essor.access.accounts import history
from essor.access.models import User

Status = history.Status
PASSWORD, PASSKEY, SINGLE_SIGN_ON = "Password", "Passkey", "SingleSignOn"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by administrators; here people only come in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        """Tell that nobody makes an account for themselves."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse who has tried too often before a password is even looked at."""
        login = _login(credentials)
        if history.is_locked(login, self.get_client_ip(request)):
            self._write(request, login, Status.LOCKED)
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Remember a wrong password or an unknown address."""
        login = _login(credentials)
        user = User.objects.filter(username=login.strip().lower()).first()
        self._write(request, login, Status.WRONG_PASSWORD if user else Status.UNKNOWN, user=user)

    def pre_login(self, request: HttpRequest, user: User, **flow: Any) -> HttpResponse | None:
        """Turn back who is deactivated or frozen, though the password was right."""
        if not user.may_enter:
            self._write(request, user.email, Status.INACTIVE, user=user, way=_way(request, user))
            user.is_active = False  # in memory: all that allauth looks at
        return cast("HttpResponse | None", super().pre_login(request, user, **flow))

    def post_login(self, request: HttpRequest, user: User, **flow: Any) -> HttpResponse:
        """Remember who came in and how, once all factors were shown."""
        self._write(request, user.email, Status.SUCCESS, user=user, way=_way(request, user))
        return cast("HttpResponse", super().post_login(request, user, **flow))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the receiver's language, whatever the language of the page that asked for the mail."""
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language()
        with translation.override(language):
            super().send_mail(template_prefix, email, context)

    def _write(
        self, request: HttpRequest, login: str, status: str, *, user: User | None = None, way: str = PASSWORD
    ) -> None:
        history.write(
            login,
            address=self.get_client_ip(request),
            agent=request.headers.get("User-Agent", ""),
            way=way,
            status=status,
            user=user,
        )


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Single sign-on opens the account that has the address the company's identity provider vouches for."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """Tell that single sign-on makes no account either."""
        return False


def _login(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "")


def _way(request: HttpRequest, user: User) -> str:
    """Return by what the person was known: the first thing that was shown."""
    records = get_authentication_records(request, user)
    first = records[0] if records else {}
    if first.get("method") == "socialaccount":
        return SINGLE_SIGN_ON
    return PASSKEY if first.get("method") == "mfa" else PASSWORD
