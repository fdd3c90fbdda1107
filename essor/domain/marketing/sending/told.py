"""What other rooms hear of mailings: `mail.sent`, `mail.refused`, `mail.bounced`, `mail.clicked` and so on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from essor.domain.marketing.consent.people import OBJECTS
from essor.kernel import events


class Whom(NamedTuple):
    """One recipient and who it is: kind 1 a contact, 2 a lead."""

    recipient_id: int
    kind: int
    person_id: int


def tell(topic: str, list_email_id: int, people: Iterable[tuple[int, int, int]], **more: Any) -> None:
    """Emit one event about many people (`Whom`): `payload["people"]` holds [recipient, object, person] for each."""
    named = [(recipient, OBJECTS[kind], person) for recipient, kind, person in people]
    if named:
        payload = {"list_email_id": list_email_id, "people": named, **more}
        events.emit(topic, "ListEmail", [list_email_id], payload)
