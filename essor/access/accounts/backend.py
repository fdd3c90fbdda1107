"""Who may be logged in: asked at the login and again at every request of a session."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from essor.access.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Deactivated and frozen people, and the automated user, are nobody: their sessions end with the next request."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Tell whether `user` may be here at all."""
        return isinstance(user, User) and user.may_enter
