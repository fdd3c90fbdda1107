"""What people keep of their questions: list views, segments with their steps, and the view they pinned."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from essor.access.actor import Actor
from essor.access.models import User, UserRole
from essor.access.models.stamped import Stamped
from essor.kernel.db.written import Given

NAME_LENGTH = 120


class Visibility(models.TextChoices):
    """Who finds it in their menus; what they see through it stays a matter of their own rights."""

    PRIVATE = "private", _("Only me")
    SHARED = "shared", _("Everybody")
    ROLES = "roles", _("Some roles and those below them")


class Kept(Stamped):
    """A question about one object with a name, an owner and the people it is shared with."""

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80)
    name = models.CharField(max_length=NAME_LENGTH)
    owner: models.ForeignKey[User, User] = models.ForeignKey(
        User, models.CASCADE, related_name="+", db_constraint=False
    )
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE)
    roles: models.ManyToManyField[UserRole, UserRole] = models.ManyToManyField(UserRole, related_name="+")

    class Meta:
        abstract = True


class ListView(Kept):
    """A saved list: the rows (`query`, a tree as JSON), the columns (paths), the sort ([[path, descending], …]).

    `display` holds the words of its address that say how it is shown, such as {"as": "board", "by": "StageName"}.
    """

    developer_name = models.CharField(max_length=80)
    query = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    sort = models.JSONField(default=list)
    display = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["object_name", "name"], name="query_listview_menu")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["object_name", "developer_name"], name="query_listview_developer_name"
            )
        ]


class Segment(Kept):
    """Rows narrowed step by step: [{"name", "where", "adds", "count"}]; a step that `adds` widens instead."""

    steps = models.JSONField(default=list)
    counted = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["object_name", "name"], name="query_segment_menu")]


class Pin(models.Model):
    """The view with which an object's tab opens for one user: a built-in one by its key, or a list view by its id."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.BigIntegerField()
    object_name = models.CharField(max_length=80)
    view = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user_id", "object_name"], name="query_pin_once")
        ]


class Asked(models.Model):
    """How often people ask in one way (see `usage.Shape`); fades with time, so that old habits lose their indexes."""

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80)
    equal = models.TextField(blank=True, default="")
    compared = models.TextField(blank=True, default="")
    sorts = models.TextField(blank=True, default="")
    times = models.FloatField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["object_name"], name="query_asked_object")]


def shared_with(actor: Actor, model: type[Kept]) -> Q:
    """Return the condition for what `actor` owns, everybody has, or the actor's role or one above it was given."""
    return kept_for(actor.user_id, roles_up(actor), model)


def kept_for(owner: int | Given, roles: Collection[int], model: type[Kept]) -> Q:
    """Return the same condition for somebody whose roles are known."""
    condition = Q(owner_id=owner) | Q(visibility=Visibility.SHARED)
    if roles:
        table: Any = model.roles.through
        given = table.objects.filter(userrole_id__in=roles)
        condition |= Q(visibility=Visibility.ROLES, pk__in=given.values(f"{model._meta.model_name}_id"))
    return condition


def roles_up(actor: Actor) -> set[int]:
    """Return the actor's role and those above it: a view given to a role is also for the people below."""
    found: set[int] = set()
    role = actor.role_id
    while role is not None and role not in found:
        found.add(role)
        role = actor.snapshot.parents.get(role)
    return found
