"""What happened at the doors: logins, tokens of programs, changes to the set-up."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.access.models.people import User


class LoginHistory(models.Model):
    """One attempt to log in. An attempt with an unknown e-mail has no user."""

    class Status(models.TextChoices):
        """How it ended."""

        SUCCESS = "Success", _("Success")
        WRONG_PASSWORD = "InvalidPassword", _("Wrong password")
        UNKNOWN = "UnknownUser", _("Unknown e-mail")
        INACTIVE = "Inactive", _("Deactivated or frozen")
        LOCKED = "LockedOut", _("Too many attempts")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="logins", verbose_name=_("User")
    )
    login = models.CharField(_("Login"), max_length=254)
    login_time = models.DateTimeField(_("Time"), auto_now_add=True)
    source_ip = models.CharField(_("IP address"), max_length=45)
    login_type = models.CharField(_("Way in"), max_length=20)
    status = models.CharField(_("Status"), max_length=20, choices=Status.choices)
    browser = models.CharField(_("Browser"), max_length=40)
    platform = models.CharField(_("Platform"), max_length=40)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["login", "login_time"], name="access_login_who"),
            models.Index(fields=["source_ip", "login_time"], name="access_login_where"),
        ]

    def __str__(self) -> str:
        return f"{self.login} {self.login_time:%Y-%m-%d %H:%M} {self.status}"


class PersonalAccessToken(models.Model):
    """A secret with which a program acts as its user; only its hash is kept."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_date = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SetupAuditTrail(models.Model):
    """Who changed the set-up, when and how."""

    id = models.BigAutoField(primary_key=True)
    created_date = models.DateTimeField(_("Created on"), auto_now_add=True, db_index=True)
    created_by = models.ForeignKey(
        User,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("Created by"),
    )
    action = models.CharField(_("Action"), max_length=40)
    subject = models.CharField(_("Subject"), max_length=255)
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
