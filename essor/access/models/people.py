"""Everyone who can own a record or be given one: users, public groups, queues and the groups behind roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from essor.access.models.stamped import Stamped

if TYPE_CHECKING:
    from essor.access.models.rights import Profile


class Principal(Stamped):
    """One integer space for all owners and all receivers of a share."""

    class Type(models.TextChoices):
        """What the principal is; all but users are groups, under Salesforce's names."""

        USER = "User", _("User")
        REGULAR = "Regular", _("Public group")
        QUEUE = "Queue", _("Queue")
        ROLE = "Role", _("Role")
        ROLE_AND_BELOW = "RoleAndSubordinates", _("Role and subordinates")
        EVERYONE = "Organization", _("All users")

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("Name"), max_length=255)
    type = models.CharField(_("Type"), max_length=20, choices=Type.choices)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["type", "name"], name="access_principal_type_name")]

    def __str__(self) -> str:
        return self.name


class UserRole(Stamped):
    """A place in the role tree; people see what people below them own."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("Name"), max_length=80, unique=True)
    developer_name = models.CharField(_("API name"), max_length=80, unique=True)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("Role above"),
    )

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """What django.contrib.auth asks of a user model: find by login, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user whose login is `username`."""
        return self.get(username=(username or "").lower())


class User(Principal, AbstractBaseUser):
    """A person with a login, or the automated process that acts when no person does."""

    class Kind(models.TextChoices):
        """Salesforce's UserType."""

        STANDARD = "Standard", _("Standard")
        AUTOMATED = "AutomatedProcess", _("Automated process")

    first_name = models.CharField(_("First name"), max_length=40, null=True, blank=True)
    last_name = models.CharField(_("Last name"), max_length=80)
    email = models.EmailField(_("E-mail"))
    # The login, however the address is written; the database keeps it.
    username = models.GeneratedField(
        expression=Lower("email"),
        output_field=models.CharField(max_length=254),
        db_persist=True,
        verbose_name=_("Login"),
    )
    title = models.CharField(_("Title"), max_length=80, null=True, blank=True)
    department = models.CharField(_("Department"), max_length=80, null=True, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, null=True, blank=True)
    phone_e164 = models.CharField(max_length=16, null=True, blank=True)
    language = models.CharField(_("Language"), max_length=5, default="fr")
    timezone = models.CharField(_("Time zone"), max_length=64, default="Europe/Paris")
    locale = models.CharField(_("Locale"), max_length=12, default="fr_FR")
    is_active = models.BooleanField(_("Active"), default=True)
    is_frozen = models.BooleanField(_("Frozen"), default=False)
    user_type = models.CharField(_("User type"), max_length=20, choices=Kind.choices, default=Kind.STANDARD)
    profile: models.ForeignKey[Profile, Profile] = models.ForeignKey(
        "access.Profile", on_delete=models.PROTECT, related_name="users", verbose_name=_("Profile")
    )
    license = models.ForeignKey(
        "access.UserLicense",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
        verbose_name=_("Licence"),
    )
    role = models.ForeignKey(
        UserRole,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
        verbose_name=_("Role"),
    )
    manager = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
        verbose_name=_("Manager"),
    )
    delegated_approver = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("Delegated approver"),
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["username"], name="access_user_login_unique")
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name as libraries ask for it."""
        return self.name

    @property
    def may_enter(self) -> bool:
        """Tell whether the user may log in at all."""
        return self.is_active and not self.is_frozen and self.user_type == self.Kind.STANDARD


class Group(Principal):
    """A public group, a queue, a role's people, or everybody.

    The two groups of each role and the one of all users are made with them and have no member rows:
    who is inside follows from the role tree.
    """

    developer_name = models.CharField(_("API name"), max_length=80, null=True, blank=True)
    role = models.ForeignKey(
        UserRole,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="groups",
        verbose_name=_("Role"),
    )
    email = models.EmailField(_("E-mail"), null=True, blank=True)
    include_bosses = models.BooleanField(_("Also for people above in the role tree"), default=True)
    supported_objects = models.JSONField(default=list, blank=True)


class GroupMember(models.Model):
    """A user or another group (a role's group too) inside a public group or queue."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, related_name="members", verbose_name=_("Group")
    )
    member = models.ForeignKey(
        Principal, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("Member")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "member"], name="access_groupmember_once")
        ]

    def __str__(self) -> str:
        return f"{self.member} → {self.group}"
