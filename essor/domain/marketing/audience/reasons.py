"""Why somebody of an audience is not mailed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.IntegerChoices):
    """One reason a person; the first that holds in the order of `PRECEDENCE`."""

    NO_ADDRESS = 1, _("No e-mail address")
    INVALID = 2, _("The address is not valid")
    SUPPRESSED = 3, _("The address is blocked: it bounced, complained or was blocked by hand")
    OPTED_OUT = 4, _("Wants no e-mails")
    NO_CONSENT = 5, _("Has not agreed to e-mail")
    TOPIC = 6, _("Has unsubscribed from this topic")
    DUPLICATE = 7, _("Same address as somebody else in the audience")
    CAPPED = 8, _("Has reached the mail limit")
    EXCLUDED = 9, _("Excluded")
    CONVERTED = 10, _("A converted lead: its contact is written to instead")


PRECEDENCE = (
    Reason.EXCLUDED,
    Reason.CONVERTED,
    Reason.NO_ADDRESS,
    Reason.INVALID,
    Reason.SUPPRESSED,
    Reason.OPTED_OUT,
    Reason.TOPIC,
    Reason.NO_CONSENT,
    Reason.CAPPED,
    Reason.DUPLICATE,
)
