"""Mailings for the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.definitions import Choice
from essor.catalog.standard import Spec, Standard, pick
from essor.domain.marketing.sending.states import CANCELLED, DRAFT, FAILED, PAUSED, SCHEDULED, SENDING, SENT

COUNT = Spec(readonly=True, history=False, options={"scale": 0})
READ = Spec(readonly=True, history=False)
LIMIT = Spec(options={"scale": 0}, help=_("Empty: as many as the server accepts."))
HOUR = Spec(options={"scale": 0}, help=_("An hour from 0 to 23, in the time zone of each person."))
STATUSES = (
    Choice(DRAFT, pgettext_lazy("mailing", "Draft"), default=True),  # type: ignore[arg-type]
    *pick(
        (SCHEDULED, pgettext_lazy("mailing", "Scheduled")),
        (SENDING, pgettext_lazy("mailing", "Being sent")),
        (PAUSED, pgettext_lazy("mailing", "Paused")),
        (FAILED, pgettext_lazy("mailing", "Stopped by a problem")),
    ),
    Choice(SENT, pgettext_lazy("mailing", "Sent"), facts={"closed": True}),  # type: ignore[arg-type]
    Choice(CANCELLED, pgettext_lazy("mailing", "Cancelled"), facts={"closed": True}),  # type: ignore[arg-type]
)

OBJECTS = (
    Standard(
        "sending.ListEmail",
        "0XB",
        _("Mailing"),
        _("Mailings"),
        icon="send",
        about=_("A mailing sends one e-mail to the audience of a campaign."),
        compact=("CampaignId", "Status", "TotalSent", "StartedDate"),
        fields={
            "name": Spec(required=True),
            "campaign": Spec(child_relationship="ListEmails"),
            "email_template": Spec(child_relationship="ListEmails"),
            "topic": Spec(help=_("People who opted out of it do not get this mailing.")),
            "status": Spec(kind="picklist", choices=STATUSES),
            "subject": Spec(help=_("Empty: the subject of the template.")),
            "scheduled_date": Spec(readonly=True),
            "is_dynamic": Spec(help=_("People who join the audience while it is being sent get it too.")),
            "hourly_rate": LIMIT,
            "daily_cap": LIMIT,
            "quiet_from": HOUR,
            "quiet_until": HOUR,
            "total_recipients": COUNT,
            "total_skipped": COUNT,
            "total_sent": COUNT,
            "total_refused": COUNT,
            "total_bounced": COUNT,
            "total_unsure": COUNT,
            "started_date": READ,
            "finished_date": READ,
            "problem": READ,
        },
        hidden=frozenset(
            {
                "audience",
                "trial",
                "server",
                "is_continuous",
                "follows",
                "held_until",
                "failures",
                "runner",
                "beat_at",
                "launched_by",
            }
        ),
        search=("Name", "Subject"),
    ),
)
