"""What one can agree to, and the field of the individual that says how it stands."""

from __future__ import annotations

from typing import Literal

from essor.domain.marketing.consent.models import OPT_IN, OPT_OUT

Channel = Literal["email", "sms", "phone", "tracking_opens", "tracking_clicks", "visits"]
State = Literal["opt_in", "opt_out"]
FIELDS: dict[Channel, str] = {
    "email": "EmailConsent",
    "sms": "SmsConsent",
    "phone": "PhoneConsent",
    "tracking_opens": "OpensConsent",
    "tracking_clicks": "ClicksConsent",
    "visits": "VisitsConsent",
}
CHANNELS: dict[str, Channel] = {field: channel for channel, field in FIELDS.items()}
STATES: dict[State, str] = {"opt_in": OPT_IN, "opt_out": OPT_OUT}
