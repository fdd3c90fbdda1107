"""Where a mailing and each of its recipients stand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

DRAFT, SCHEDULED, SENDING, PAUSED = "Draft", "Scheduled", "Sending", "Paused"
SENT, CANCELLED, FAILED = "Sent", "Cancelled", "Failed"
"""Launched and not at its end: FAILED waits for somebody who mends what is wrong, then goes on."""


class State(models.IntegerChoices):
    """Where one recipient stands."""

    WAITING = 0, _("Waiting")
    # Taken by a batch that is on its way. Whoever finds one whose batch is dead makes it UNSURE.
    CLAIMED = 1, _("On its way")
    SENT = 2, _("Sent")
    # Handed over, perhaps: the process or the connection died before the server's answer was written down.
    UNSURE = 3, _("Unsure")
    REFUSED = 4, _("Refused by the server")
    BOUNCED = 5, _("Bounced")
    SKIPPED = 6, _("Not mailed")
