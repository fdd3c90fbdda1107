"""Tasks, events, notes and mails for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.definitions import Choice
from essor.catalog.standard import Spec, Standard, pick

TASK_STATUSES = (
    Choice("Not Started", _("Not started"), default=True),  # type: ignore[arg-type]
    Choice("In Progress", _("In progress")),  # type: ignore[arg-type]
    Choice("Completed", _("Completed"), facts={"closed": True}),  # type: ignore[arg-type]
    Choice("Waiting on someone else", _("Waiting on someone else")),  # type: ignore[arg-type]
    Choice("Deferred", _("Deferred")),  # type: ignore[arg-type]
)
PRIORITIES = (
    Choice("High", _("High"), facts={"high": True}),  # type: ignore[arg-type]
    Choice("Normal", _("Normal"), default=True),  # type: ignore[arg-type]
    Choice("Low", _("Low")),  # type: ignore[arg-type]
)
SUBTYPES = pick(("Task", _("Task")), ("Call", _("Call")), ("Email", _("E-mail")), ("LinkedIn", "LinkedIn"))
CALL_TYPES = pick(("Inbound", _("Inbound")), ("Outbound", _("Outbound")), ("Internal", _("Internal")))
RESULTS = pick(
    ("Interested", _("Interested")), ("Reached", pgettext_lazy("call", "Reached")), ("Left message", _("Left a message")),
    ("No answer", _("No answer")), ("Call back", _("Call back")), ("Not interested", _("Not interested")),
    ("Wrong number", _("Wrong number")),
)  # fmt: skip
SHOW_AS = pick(("Busy", _("Busy")), ("OutOfOffice", _("Out of office")), ("Free", _("Free")))
PEOPLE = ("Contact", "Lead")
THINGS = ("Account", "Opportunity")


def who(children: str) -> Spec:
    """Return the reference to a person, whose `children` are tasks or events."""
    return Spec(
        kind="lookup", name="WhoId", targets=PEOPLE, relationship="Who", child_relationship=children,
        options={"polymorphic": True},
    )  # fmt: skip


def what(children: str) -> Spec:
    """Return the reference to any other record; custom objects with activities join at run time."""
    return Spec(
        kind="lookup", name="WhatId", targets=THINGS, relationship="What", child_relationship=children,
        options={"polymorphic": True, "any_activity_object": True},
    )  # fmt: skip


AS_IT_CAME = Spec(updateable=False, history=False)
HIDDEN = frozenset({"who_type", "what_type", "last_activity_date", "reminded_for"})

OBJECTS = (
    Standard(
        "activities.Task", "00T", _("Task"), _("Tasks"), icon="checkbox", name_field="Subject",
        about=_("Tasks are what you have to do, each with a date: calls, e-mails, follow-ups."),
        compact=("ActivityDate", "Status", "WhoId", "WhatId", "Priority"),
        fields={
            "who": who("Tasks"), "what": what("Tasks"), "account": Spec(readonly=True, history=False),
            "status": Spec(kind="picklist", choices=TASK_STATUSES, required=True),
            "priority": Spec(kind="picklist", choices=PRIORITIES, required=True),
            "is_closed": Spec(readonly=True, history=False), "is_high_priority": Spec(readonly=True, history=False),
            "completed_date_time": Spec(readonly=True, history=False),
            "task_subtype": Spec(kind="picklist", choices=SUBTYPES),
            "call_type": Spec(kind="picklist", choices=CALL_TYPES),
            "call_disposition": Spec(kind="picklist", choices=RESULTS),
            "recurrence2_pattern_text": Spec(kind="recurrence"),
        },
        hidden=HIDDEN,
        search=("Subject",), path_field="Status",
        order=(
            "subject", "activity_date", "who", "what", "status", "priority", "is_reminder_set", "reminder_date_time",
            "recurrence2_pattern_text",
        ),
    ),
    Standard(
        "activities.Event", "00U", _("Event"), _("Events"), icon="calendar", name_field="Subject",
        about=_("Events are your meetings and appointments. They appear in the calendar."),
        compact=("StartDateTime", "Location", "WhoId", "WhatId"),
        fields={
            "who": who("Events"), "what": what("Events"), "account": Spec(readonly=True, history=False),
            "activity_date": Spec(readonly=True, history=False), "start_date_time": Spec(required=True),
            "show_as": Spec(kind="picklist", choices=SHOW_AS),
            "recurrence2_pattern_text": Spec(kind="recurrence"),
            "recurrence_activity": Spec(
                updateable=False, history=False, child_relationship="Occurrences", options={"apart": True}
            ),
        },
        hidden=HIDDEN,
        search=("Subject", "Location"),
        order=(
            "subject", "location", "start_date_time", "end_date_time", "who", "what", "is_all_day_event", "show_as",
            "is_reminder_set", "reminder_date_time", "recurrence2_pattern_text",
        ),
    ),
    Standard(
        "activities.Note", "002", _("Note"), _("Notes"), icon="notes", name_field="Title", tab=False,
        fields={
            "parent": Spec(
                kind="lookup", name="ParentId", targets=(*THINGS, *PEOPLE), relationship="Parent",
                child_relationship="Notes", required=True, updateable=False,
                options={"polymorphic": True, "any_activity_object": True},
            ),
            "body": Spec(required=True),
        },
        hidden=frozenset({"parent_type", "last_activity_date"}),
        search=("Title", "Body"),
    ),
    Standard(
        "activities.EmailMessage", "02s", _("E-mail"), _("E-mails"), icon="mail", name_field="Subject", tab=False,
        about=_("E-mails are what people wrote to you. They stand on the timeline of the record that they are about."),
        compact=("FromName", "FromAddress", "MessageDate", "RelatedToId"),
        fields={
            "subject": AS_IT_CAME,
            "related_to": Spec(
                kind="lookup", name="RelatedToId", targets=(*THINGS, *PEOPLE), relationship="RelatedTo",
                child_relationship="EmailMessages", options={"polymorphic": True, "any_activity_object": True},
            ),
            "account": Spec(readonly=True, history=False), "message_date": AS_IT_CAME, "incoming": AS_IT_CAME,
            "from_name": AS_IT_CAME, "from_address": Spec(kind="email", updateable=False, history=False),
            "to_address": AS_IT_CAME, "cc_address": AS_IT_CAME, "text_body": AS_IT_CAME,
            "html_body": Spec(kind="richtext", updateable=False, history=False, options={"apart": True}),
            "has_attachment": AS_IT_CAME,
            "message_identifier": Spec(updateable=False, history=False, options={"apart": True}),
            "reply_to_email_message": Spec(updateable=False, history=False, child_relationship="Replies"),
        },
        hidden=frozenset({"related_to_type"}),
        search=("Subject", "FromName", "FromAddress"),
        order=("subject", "from_name", "from_address", "message_date", "to_address", "cc_address", "related_to", "account"),
    ),
)  # fmt: skip
