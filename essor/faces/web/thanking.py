"""What a stranger reads who sent a form: the first sentence of the thanks is their heading, so that nobody is thanked twice."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

FIRST = re.compile(
    r"\s*(?P<heading>\S[^\n]{3,80}?(?:[!?…]|\.(?!\w)|(?=\n)|$))(?=\s|$)\s*(?P<text>.*)", re.DOTALL
)


def thanked(own: str | None) -> dict[str, str]:
    """Return {"heading", "text"} of what somebody wrote to say thanks, or of our words where they wrote nothing."""
    words = own or _("Thank you. We have received your message and will get back to you.")
    found = FIRST.match(words)
    if found is None:  # a first sentence too long for a heading
        return {"heading": _("Thank you"), "text": words.strip()}
    return {"heading": found["heading"].removesuffix(".").strip(), "text": found["text"].strip()}
