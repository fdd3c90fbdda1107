"""Who acts: a user, or the system itself, with everything that rights depend on, for one request or job."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.db.models import Q
from django.utils.translation import gettext as _

from essor.access import snapshot
from essor.access.models import User
from essor.access.rights import Permission, Rights
from essor.access.snapshot import Company, Snapshot
from essor.kernel.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting user at one version of the rights; make one per request or job, never keep one longer."""

    user_id: int
    name: str
    email: str
    profile_id: int | None
    role_id: int | None
    language: str
    timezone: str
    locale: str
    rights: Rights = field(repr=False)
    snapshot: Snapshot = field(repr=False, compare=False)
    system: bool = False
    # Shares by hand do not change the version: what was found of them holds for this request or job.
    given: dict[tuple[str, int], Q] = field(default_factory=dict, repr=False, compare=False)

    def can(self, permission: Permission) -> bool:
        """Tell whether the actor has a permission over the set-up."""
        return permission in self.rights.permissions

    @property
    def is_admin(self) -> bool:
        """Tell whether the actor may change the set-up."""
        return self.can(Permission.CUSTOMIZE)

    @property
    def version(self) -> int:
        """Return the stamp of the rights that the actor was made with."""
        return self.snapshot.stamp

    @property
    def company(self) -> Company:
        """Return what the organization sets: currency, fiscal year, phone region."""
        return self.snapshot.company

    @property
    def groups(self) -> frozenset[int]:
        """Return the ids of the groups and queues that the actor is in."""
        return self.snapshot.groups_of(self.user_id)

    @property
    def team(self) -> frozenset[int]:
        """Return the ids of the actor and of everybody below in the role tree ("my team")."""
        return self.snapshot.below(self.user_id) | {self.user_id}


def actor_for(user: User, stamp: int | None = None) -> Actor:
    """Return the actor of `user`: one query, plus a dozen when rights have changed since the last call.

    Whoever has just read the `stamp` of the rights spares the query.
    """
    state = snapshot.current(stamp)
    return Actor(
        user_id=user.pk,
        name=user.name,
        email=user.email,
        profile_id=user.profile_id,
        role_id=user.role_id,
        language=user.language,
        timezone=user.timezone,
        locale=user.locale,
        rights=state.rights_of(user.pk),
        snapshot=state,
    )


def system_actor() -> Actor:
    """Return the actor of what happens by itself: it may everything, under the automated user's name."""
    state = snapshot.current()
    return Actor(
        user_id=state.automated or 0,  # 0 only before the first set-up, when there is nothing to own
        name="Essor",
        email="",
        profile_id=None,
        role_id=None,
        language=state.company.language,
        timezone=state.company.timezone,
        locale=state.company.locale,
        rights=Rights((), everything=True),
        snapshot=state,
        system=True,
    )


def in_house(actor: Actor) -> Actor:
    """Return somebody with every right, under the actor's name: moving the tasks of a lead that is converted, say."""
    return replace(actor, rights=Rights((), everything=True), system=True, given={})


def administrator() -> Actor:
    """Return the first active administrator, for commands run at the console; NotFound when there is none."""
    state = snapshot.current()
    people = User.objects.filter(is_active=True, is_frozen=False, user_type=User.Kind.STANDARD)
    for user in people.order_by("pk").iterator():
        if Permission.CUSTOMIZE in state.rights_of(user.pk).permissions:
            return actor_for(user)
    raise NotFound(_("There is no active administrator."))


def actor_named(email: str) -> Actor:
    """Return the actor whose login is `email`; NotFound when there is none, Forbidden when it is not active."""
    user = User.objects.filter(username=email.strip().lower()).first()
    if user is None:
        raise NotFound(_("There is no user “%(email)s”.") % {"email": email})
    if not user.may_enter:
        raise Forbidden(_("The user “%(email)s” is not active.") % {"email": email})
    return actor_for(user)


def require(actor: Actor, permission: Permission) -> None:
    """Raise Forbidden unless the actor has the permission."""
    if not actor.can(permission):
        raise Forbidden(_("Only an administrator may do this."))
