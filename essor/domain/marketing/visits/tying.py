"""Who a browser's reader is: known only by their own word, and forgotten by it."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from essor.domain.marketing.consent import ask, write
from essor.domain.marketing.consent.people import Person
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.visits import naming, whom
from essor.domain.marketing.visits.models import Visitor

CHANNEL: Final = "visits"


def agree(site: str, wording: str, *, browser: str = "", link: str = "") -> str:
    """Take the yes of a browser's reader and return the token that it keeps.

    `browser` is the token that it had, `link` the one by which a mail led here; both may be forged, old or empty. Who
    it is becomes known by the link alone, and only while that person agrees to it; the words are kept as proof.
    """
    with transaction.atomic():
        row = Visitor.objects.filter(pk=naming.visitor_of(browser) or 0).first()
        if row is None:
            row = Visitor.objects.create(site=site, wording=wording)
        person = _mailed(naming.recipient_of(link))
        if person is not None and _tied(row, person):
            write.record(person, CHANNEL, "opt_in", source=site, wording=wording)
    return naming.of_browser(row.pk)


def refuse(site: str, wording: str, browser: str) -> None:
    """Take the no: the browser is forgotten, and the person behind it has refused, with all that follows from it."""
    with transaction.atomic():
        row = Visitor.objects.filter(pk=naming.visitor_of(browser) or 0).first()
        if row is None:
            return
        people = whom.of_individuals([row.individual_id] if row.individual_id is not None else [])
        row.delete()
        for person in people.values():
            write.record(person, CHANNEL, "opt_out", source=site, wording=wording)


def known_by_form(person: Person, browser: str) -> bool:
    """Let the browser that a form was sent from be this person's, if they agree to be known; tell whether it is."""
    row = Visitor.objects.filter(pk=naming.visitor_of(browser) or 0).first()
    return row is not None and (_tied(row, person) or row.individual_id == whom.individual_of(person))


def link_names(recipient_id: int) -> bool:
    """Tell whether a link of a mail may bring its recipient's token to the site."""
    person = _mailed(recipient_id)
    return person is not None and _follows(whom.individual_of(person))


def _tied(row: Visitor, person: Person) -> bool:
    """Tie a browser to somebody who agrees to it; tell whether that was news."""
    individual = whom.individual_of(person)
    if not _follows(individual) or row.individual_id == individual:
        return False
    row.individual_id, row.agreed_at = individual, timezone.now()
    row.save(update_fields=["individual", "agreed_at"])
    return True


def _follows(individual: int | None) -> bool:
    return bool(ask.may_track([individual], CHANNEL))


def _mailed(recipient_id: int | None) -> Person | None:
    row = Recipient.objects.filter(pk=recipient_id or 0).values_list("kind", "person_id").first()
    return Person(*row) if row else None
