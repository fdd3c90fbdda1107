"""Text messages: who hands them over, what they report, and who wants none any more."""

from essor.domain.marketing.scenarios.texts import brevo, ovh, own, twilio

__all__ = ["brevo", "ovh", "own", "twilio"]
