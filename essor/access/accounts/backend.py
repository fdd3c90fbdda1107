"""Who may be logged in: asked at the login and again at every request of a session."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, QuerySet, Subquery

from essor.access.models import AccessVersion, User
from essor.kernel.db.written import Given, Written


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Deactivated and frozen people, and the automated user, are nobody: their sessions end with the next request."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Tell whether `user` may be here at all."""
        return isinstance(user, User) and user.may_enter

    def get_user(self, user_id: int) -> User | None:
        """Return whose session it is, None when it is nobody's any more: asked at every request."""
        found = _BY_KEY.objects(key=user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


def _by_key() -> QuerySet[User]:
    """Return the user with the stamp of the rights, which every request asks too; see `actor_for`."""
    stamp = Subquery(AccessVersion.objects.order_by("pk").values("stamp")[:1])
    return User.objects.filter(pk=Given("key", BigIntegerField())).annotate(rights_stamp=stamp)


_BY_KEY: Written[User] = Written(_by_key)
