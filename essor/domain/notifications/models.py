"""What people were told, how they want to be told, and which records they follow."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailPace(models.TextChoices):
    """When a mail goes out about a notification."""

    OFF = "off", _("No e-mail")
    NOW = "now", _("E-mail immediately")
    DAILY = "daily", _("Daily summary")


class Notification(models.Model):
    """One thing that one person was told, in that person's language.

    It is about the record `prefix` + `record_id`, or about the page `link`; `mail` says which mail is still to be
    sent, "off" when none is. Rows with `shown` off exist for their mail only. One of a `topic` stands for `count` things
    that happened one after another (see `gathering`).
    """

    id = models.BigAutoField(primary_key=True)
    user_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=255)
    body = models.TextField(default="")
    prefix = models.CharField(max_length=3, default="")
    record_id = models.BigIntegerField(null=True)
    link = models.CharField(max_length=255, default="")
    by_id = models.BigIntegerField(null=True)
    shown = models.BooleanField(default=True)
    read = models.DateTimeField(null=True)
    mail = models.CharField(max_length=5, choices=MailPace, default=MailPace.OFF)
    topic = models.CharField(max_length=80, default="")
    count = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-id"], name="notification_of", condition=models.Q(shown=True)),
            models.Index(
                fields=["user_id"],
                name="notification_unread",
                condition=models.Q(shown=True, read__isnull=True),
            ),
            models.Index(
                fields=["mail", "user_id", "id"], name="notification_mail", condition=~models.Q(mail="off")
            ),
            models.Index(
                fields=["topic", "user_id"], name="notification_topic", condition=~models.Q(topic="")
            ),
        ]


class Preference(models.Model):
    """How one person wants to hear of one kind; without a row the kind's own default holds."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    in_app = models.BooleanField(default=True)
    mail = models.CharField(max_length=5, choices=MailPace, default=MailPace.OFF)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "kind"], name="preference_once")]


class Following(models.Model):
    """Somebody wants to hear when a record changes (Salesforce's EntitySubscription)."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.BigIntegerField()
    object_name = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object_name", "record_id", "user_id"], name="following_once")
        ]
        indexes = [models.Index(fields=["user_id", "-id"], name="following_of")]


class Mention(models.Model):
    """Somebody was named in a text of a record, and told so once."""

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    user_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object_name", "record_id", "user_id"], name="mention_once")
        ]
