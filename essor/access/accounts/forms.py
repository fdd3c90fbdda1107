"""Forms of the account pages whose words we say better."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class SignIn(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """Signing in by e-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the fields as the other pages do."""
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["remember"].label = _("Remember me")


class AddPasskey(AddWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    """Adding a passkey or a security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the fields in the words of the page."""
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["passwordless"].label = _("Sign in with this key alone, without a password")
        self.fields["passwordless"].help_text = _(
            "The device asks for a fingerprint, a face or a PIN each time."
        )
