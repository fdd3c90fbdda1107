"""What people do with records: tasks (calls among them), events, notes and mails."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.record import LIVE, Detail, Record


class Activity(Record):
    """The columns that tasks and events share; `who` is a person, `what` any other record."""

    subject = models.CharField(_("Subject"), max_length=255, null=True, blank=True)
    who = models.BigIntegerField(_("Person"), null=True, blank=True)
    who_type = models.CharField(max_length=3, null=True, blank=True)
    what = models.BigIntegerField(_("Related to"), null=True, blank=True)
    what_type = models.CharField(max_length=3, null=True, blank=True)
    account = models.ForeignKey(
        "sales.Account", models.DO_NOTHING, null=True, blank=True, related_name="+", verbose_name=_("Account")
    )
    activity_date = models.DateField(_("Date"), null=True, blank=True)
    description = models.TextField(_("Comments"), null=True, blank=True)
    is_reminder_set = models.BooleanField(_("Reminder"), default=False, db_default=models.Value(value=False))
    reminder_date_time = models.DateTimeField(_("Remind on"), null=True, blank=True)
    # The reminder that went out last; another time than `reminder_date_time` is still to come.
    reminded_for = models.DateTimeField(null=True, blank=True)
    recurrence2_pattern_text = models.CharField(_("Recurrence"), max_length=512, null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["who_type", "who", "activity_date"], name="%(class)s_who", condition=LIVE),
            models.Index(
                fields=["what_type", "what", "activity_date"], name="%(class)s_what", condition=LIVE
            ),
            models.Index(fields=["account", "activity_date"], name="%(class)s_account", condition=LIVE),
            models.Index(
                fields=["reminder_date_time"],
                name="%(class)s_reminder",
                condition=models.Q(is_deleted=False, is_reminder_set=True),
            ),
        ]


class Task(Activity):
    """Something to do, or done: a call, a mail, a visit."""

    status = models.CharField(_("Status"), max_length=255, default="Not Started")
    priority = models.CharField(_("Priority"), max_length=255, default="Normal")
    is_closed = models.BooleanField(_("Closed"), default=False)
    is_high_priority = models.BooleanField(_("High priority"), default=False)
    completed_date_time = models.DateTimeField(_("Completed on"), null=True, blank=True)
    task_subtype = models.CharField(_("Task subtype"), max_length=255, default="Task")
    call_type = models.CharField(_("Call type"), max_length=40, null=True, blank=True)
    call_duration_in_seconds = models.FloatField(_("Call duration (s)"), null=True, blank=True)
    call_disposition = models.CharField(_("Call result"), max_length=255, null=True, blank=True)

    class Meta(Activity.Meta):
        indexes = [
            *Activity.Meta.indexes,
            models.Index(fields=["owner", "is_closed", "activity_date"], name="task_mine", condition=LIVE),
        ]


class Event(Activity):
    """A meeting or any other span of time."""

    start_date_time = models.DateTimeField(_("Start"))
    end_date_time = models.DateTimeField(_("End"), null=True, blank=True)
    is_all_day_event = models.BooleanField(_("All day"), default=False)
    location = models.CharField(_("Location"), max_length=255, null=True, blank=True)
    show_as = models.CharField(_("Show as"), max_length=40, default="Busy")
    recurrence_activity = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, blank=True, related_name="occurrences", verbose_name=_("Series")
    )

    class Meta(Activity.Meta):
        indexes = [
            *Activity.Meta.indexes,
            models.Index(fields=["owner", "start_date_time"], name="event_mine", condition=LIVE),
        ]


class Note(Record):
    """A text at a record of any object."""

    parent = models.BigIntegerField(_("Related to"))
    parent_type = models.CharField(max_length=3)
    title = models.CharField(pgettext_lazy("document", "Title"), max_length=80, null=True, blank=True)
    body = models.TextField(_("Note"))

    class Meta:
        indexes = [
            models.Index(fields=["parent_type", "parent", "-id"], name="note_of_record", condition=LIVE)
        ]


class EmailMessage(Detail):
    """A mail that came in or went out, at the record that it is about; `text_body` is what was written, without formats."""

    subject = models.CharField(_("Subject"), max_length=255, null=True, blank=True)
    related_to = models.BigIntegerField(_("Related to"), null=True, blank=True)
    related_to_type = models.CharField(max_length=3, null=True, blank=True)
    account = models.ForeignKey(
        "sales.Account", models.DO_NOTHING, null=True, blank=True, related_name="+", verbose_name=_("Account")
    )
    message_date = models.DateTimeField(_("Date"), null=True, blank=True)
    incoming = models.BooleanField(_("Incoming"), default=False, db_default=models.Value(value=False))
    from_name = models.CharField(pgettext_lazy("mail", "From"), max_length=255, null=True, blank=True)
    from_address = models.CharField(_("From address"), max_length=254, null=True, blank=True)
    to_address = models.CharField(pgettext_lazy("mail", "To"), max_length=4000, null=True, blank=True)
    cc_address = models.CharField(pgettext_lazy("mail", "Copy to"), max_length=4000, null=True, blank=True)
    text_body = models.TextField(_("Message"), null=True, blank=True)
    html_body = models.TextField(_("Message with formats"), null=True, blank=True)
    has_attachment = models.BooleanField(
        _("Has attachments"), default=False, db_default=models.Value(value=False)
    )
    message_identifier = models.CharField(_("Message-ID"), max_length=255, null=True, blank=True)
    reply_to_email_message = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, blank=True, related_name="replies", verbose_name=_("Answer to")
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["related_to_type", "related_to", "message_date"],
                name="mail_of_record",
                condition=LIVE,
            ),
            models.Index(fields=["account", "message_date"], name="mail_of_account", condition=LIVE),
            models.Index(fields=["message_identifier"], name="mail_identifier", condition=LIVE),
        ]
