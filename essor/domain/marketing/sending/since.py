"""Why somebody is left out who could be mailed when the mailing was frozen; numbers beside those of `audience.reasons`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

GONE, SUPPRESSED, OPTED_OUT, TOPIC, NO_CONSENT, UNSEEN = 101, 102, 103, 104, 105, 106
WORDS = {
    GONE: _("Deleted since the launch"),
    SUPPRESSED: _("Address blocked since the launch"),
    OPTED_OUT: _("Opted out since the launch"),
    TOPIC: _("Unsubscribed from this topic since the launch"),
    NO_CONSENT: _("Consent withdrawn since the launch"),
    UNSEEN: _("No longer visible to whoever launched it"),
}
