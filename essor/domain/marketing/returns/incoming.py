"""Mails to the bounce address: what each says about our recipients is written down."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from essor.domain.mailroom.takers import Letter, Taker, offer
from essor.domain.marketing.returns import reports
from essor.domain.marketing.returns.categories import category
from essor.domain.marketing.returns.models import Category
from essor.domain.marketing.returns.taking import Returned, take
from essor.domain.marketing.sending import addresses


@offer
class Bounces(Taker):
    """Takes mails for signed bounce addresses, and all that is in the mailboxes of bounces."""

    name = "returns"
    largest = 1_048_576  # the report stands at the beginning; some servers send the whole mail back

    def door(self) -> str:
        """Return where the company's mail server hands over the bounce domain."""
        return str(settings.BOUNCES)

    def place(self, address: str) -> int | None:
        """Know our bounce addresses and nobody else's."""
        return None if addresses.read_envelope(address) is None else 0

    def ready(self, letter: Letter) -> list[Returned]:
        """Return what a mail says."""
        return returned(letter.raw, letter.envelope_to)

    def take(self, letters: Sequence[Letter]) -> None:
        """Write it down, for all mails together."""
        take([one for letter in letters for one in letter.ready])


def returned(raw: bytes, envelope_to: str = "") -> list[Returned]:
    """Return what a mail says about our recipients: none for answers, notices of delay, and strangers' mails."""
    report = reports.understood(raw)
    if report.kind == "other":
        return []
    recipient = _recipient(report, envelope_to)
    if recipient is None:
        return []
    at = min(report.at or timezone.now(), timezone.now())
    found = []
    for outcome in report.outcomes:
        if report.kind == "complaint":
            found.append(Returned(recipient, Category.COMPLAINT, "", outcome.reason, at))
        elif outcome.action == "failed":
            found.append(
                Returned(
                    recipient, category(outcome.status, outcome.reason), outcome.status, outcome.reason, at
                )
            )
    return found[:1]  # our mails have one recipient each


def _recipient(report: reports.Report, envelope_to: str) -> int | None:
    """Return whom a report is about: by the address that it was sent to, else by the mail that it quotes."""
    for address in (envelope_to, *report.sent_to):
        if (found := addresses.read_envelope(address)) is not None:
            return found
    for message in report.message_ids:
        if (found := addresses.read_message_id(message)) is not None:
            return found
    return None
