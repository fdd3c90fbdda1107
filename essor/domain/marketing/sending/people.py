"""What a batch must know of its people just before it is sent: one query a question, never one a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.marketing.consent import ask
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.letters import merge
from essor.domain.marketing.letters.compiled import Block, Compiled
from essor.domain.marketing.sending import zones
from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.outbox import Claimed
from essor.domain.marketing.sending.since import GONE, NO_CONSENT, OPTED_OUT, SUPPRESSED, TOPIC
from essor.kernel.clock import zone_named
from essor.query import run
from essor.query.folding import fold
from essor.query.tree import Column, Compare, Constant, Path, Query

Facts = dict[tuple[int, int], dict[str, Any]]
COUNTRIES = {"Contact": "MailingCountry", "Lead": "Country"}


@dataclass(frozen=True, slots=True)
class Known:
    """What was asked of one batch. `skipped` are {recipient: reason}, `asleep` {recipient: when quiet hours end}."""

    skipped: dict[int, int]
    asleep: dict[int, datetime]
    clicks: set[int]
    opens: set[int]


def known(system: Actor, mailing: ListEmail, batch: Sequence[Claimed]) -> Known:
    """Ask again who may be mailed and followed: much may have happened since the mailing was frozen."""
    facts = _facts(system, batch)
    skipped = _refused(mailing, batch, facts)
    left = [one for one in batch if one.id not in skipped]
    clicks = _followed(facts, left, "clicks") if mailing.is_tracked else set()
    opens = _followed(facts, left, "opens") if mailing.is_tracked else set()
    return Known(skipped, _asleep(system, mailing, left, facts), clicks, opens)


def _refused(mailing: ListEmail, batch: Sequence[Claimed], facts: Facts) -> dict[int, int]:
    """Return {recipient: reason} of those who may not be mailed any more."""
    blocked = ask.suppressed(one.address for one in batch)
    said = ask.refusals((row.get("IndividualId") for row in facts.values()), mailing.topic_id)
    found: dict[int, int] = {}
    for one in batch:
        row = facts.get((one.kind, one.person_id))
        if row is None:
            found[one.id] = GONE
            continue
        individual = row.get("IndividualId")
        reasons = (
            (fold(one.address) in blocked, SUPPRESSED),
            (row.get("HasOptedOutOfEmail") or individual in said.every, OPTED_OUT),
            (individual in said.topic, TOPIC),
            (said.agreed is not None and individual not in said.agreed, NO_CONSENT),
        )
        if reason := next((number for holds, number in reasons if holds), None):
            found[one.id] = reason
    return found


def values(
    compiled: Compiled, object_name: str, ids: Iterable[int], actor: Actor
) -> tuple[dict[int, dict[str, str]], dict[int, tuple[Block | None, ...]]]:
    """Return {person: {path: value as shown}} and {person: blocks}."""
    keys = list(ids)
    shown = merge.values(compiled, object_name, keys, actor) if compiled.paths else dict.fromkeys(keys, ())
    by_path = {key: dict(zip(compiled.paths, row, strict=True)) for key, row in shown.items()}
    return by_path, merge.members(compiled, object_name, keys, actor)


def _facts(system: Actor, batch: Sequence[Claimed]) -> Facts:
    """Return what records say of the people, those in the bin left out."""
    found: Facts = {}
    for kind in sorted({one.kind for one in batch}):
        name = OBJECTS[kind]
        obj = current.get().object(name)
        fields = [one for one in ("HasOptedOutOfEmail", "IndividualId", COUNTRIES[name]) if obj.has(one)]
        keys = tuple(Constant(one.person_id) for one in batch if one.kind == kind)
        query = Query(
            name,
            columns=tuple(Column(Path((one,))) for one in ("Id", *fields)),
            where=Compare(Path(("Id",)), "in", keys),
        )
        for row in run.rows(system, query):
            found[kind, row["Id"]] = {**row, "country": row.get(COUNTRIES[name])}
    return found


def _followed(facts: Facts, batch: Sequence[Claimed], what: Any) -> set[int]:
    """Return the recipients whose clicks or opens may bear their name."""
    of = {one.id: facts[one.kind, one.person_id].get("IndividualId") for one in batch}
    allowed = ask.may_track(of.values(), what)
    unasked = not ask.needs_consent(what)
    return {
        key for key, individual in of.items() if individual in allowed or (individual is None and unasked)
    }


def _asleep(system: Actor, mailing: ListEmail, batch: Sequence[Claimed], facts: Facts) -> dict[int, datetime]:
    if mailing.quiet_from is None or mailing.quiet_until is None or mailing.quiet_from == mailing.quiet_until:
        return {}
    now, company = timezone.now(), zone_named(system.company.timezone)
    found: dict[int, datetime] = {}
    for one in batch:
        zone = zones.zone_of(facts[one.kind, one.person_id]["country"], company)
        until = zones.wakes(now, zone, mailing.quiet_from, mailing.quiet_until)
        if until is not None:
            found[one.id] = until
    return found
