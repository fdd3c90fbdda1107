"""What providers report about our text messages, and what people answer to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from django.apps import apps
from django.utils import timezone

from essor.access import snapshot
from essor.domain.marketing.consent import write as consents
from essor.domain.marketing.consent.people import KINDS, Person
from essor.domain.marketing.scenarios.models import Gateway, SentText
from essor.domain.marketing.scenarios.texts.keeping import international
from essor.domain.marketing.scenarios.texts.port import PROVIDERS, first

# What people write who want no more, in the languages that we write in; providers' own word for it is “opt out”.
STOPS = {
    "stop",
    "stopsms",
    "arret",
    "arreter",
    "desabonner",
    "desabonnement",
    "unsubscribe",
    "end",
    "quit",
    "cancel",
}
SENDER = ("From", "from", "sender", "number", "msisdn", "to", "senderid", "phone")
TEXT = ("Body", "text", "message", "reply", "content")
LONGEST = 500


def receipt(row: Gateway, data: Mapping[str, str]) -> bool:
    """Take in one report; tell whether it is about a message of ours. What was settled once stays."""
    kind = PROVIDERS.get(row.provider)
    found = kind.receipt(data) if kind is not None else None
    if found is None:
        return False
    rows = SentText.objects.filter(reference=found.reference[:80], state=SentText.State.TAKEN)
    return bool(rows.update(state=found.state, words=found.words[:200], reported=timezone.now()))


def answer(row: Gateway, data: Mapping[str, str], *, is_answer: bool = True) -> int:
    """Take in what somebody answered; return how many people want no text messages any more because of it.

    An answer without a text is a provider's word that somebody opted out. What is no answer, but a report, may say so too,
    in the provider's own words: the text in it is ours.
    """
    text = first(data, *TEXT) if is_answer else ""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+", plain)
    kind = PROVIDERS.get(row.provider)
    stops = bool(set(words[:2]) & STOPS) or (kind is not None and kind.left(data))
    if not stops and (text or not is_answer):
        return 0
    number = _number(first(data, *SENDER))
    found = sorted(people(number)) if number else []
    if found:
        consents.record_many(
            found, "sms", "opt_out", source=f"SMS {number}", wording=text[:LONGEST] or "STOP"
        )
    return len(found)


def _number(text: str) -> str:
    """Return the number that a provider names, with its country: some leave the sign before it out."""
    region = snapshot.recent().company.phone_region
    return international(text, region) or international(f"+{text}", region)


def people(number: str) -> set[Person]:
    """Return whose mobile phone a number is, and whom we wrote to by it."""
    found = {
        Person(*row)
        for row in SentText.objects.filter(number=number).values_list("kind", "person_id").distinct()
    }
    for name, kind in KINDS.items():
        model = apps.get_model("sales", name)
        rows = model.objects.filter(mobile_phone_e164=number, is_deleted=False)
        found |= {Person(kind, key) for key in rows.values_list("pk", flat=True)}
    return found
