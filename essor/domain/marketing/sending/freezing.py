"""Who gets a mailing: drawn from its audience by one INSERT … SELECT, at launch, or again and again while it is sent.

People who may not be mailed come in as SKIPPED with the reason, so that they are counted and shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.marketing.audience import caps, select
from essor.domain.marketing.audience.definition import Audience
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.sending import trial
from essor.domain.marketing.sending.models import UNDECIDED, ListEmail, Recipient
from essor.domain.marketing.sending.states import DRAFT, State
from essor.domain.marketing.sending.trial import Trial

_DOMAIN = {
    "sqlite": "LOWER(SUBSTR(address, INSTR(address, '@') + 1))",
    "postgresql": "LOWER(SUBSTRING(address FROM POSITION('@' IN address) + 1))",
}
# As good as drawn, the same for a person whenever the mailing asks; squared, as people's keys follow one another.
_STEP = "((person_id * 48271 + kind * 7919 + {seed}) %% 2147483647)"
_LOT = f"({_STEP} * {_STEP} %% 2147483647), kind, person_id"
# The sample of a trial: the first by lot, as many as its share of all who came in by now says, handed out in turns. So no
# variant has more than one above another's, however many times people are drawn.
_LOTS = """(
SELECT drawn.*, ROW_NUMBER() OVER (ORDER BY CASE WHEN reason IS NULL THEN 0 ELSE 1 END, {lot}) - 1 AS place,
  ROUND((COUNT(CASE WHEN reason IS NULL THEN 1 END) OVER () + {before}) * {share} / 100.0) - {tried} AS sample
FROM (SELECT * FROM ({people}) drawn {where}) drawn
)"""
_INSERT = """
INSERT INTO sending_recipient
  (list_email_id, variant, kind, person_id, address, domain, state, attempts, due_at, code, detail)
SELECT {key}, {variant}, kind, person_id, COALESCE(address, ''), COALESCE({domain}, ''),
  CASE WHEN reason IS NULL THEN {waiting} ELSE {skipped} END, 0, {due}, COALESCE(CAST(reason AS INTEGER), 0), ''
FROM {people} drawn {where}
{twice}"""
# Whoever draws for a draft holds its row and finds nobody in it; later several may draw at once. For PostgreSQL each row is
# dearer by a half where another one might be in its place.
_TWICE = "ON CONFLICT DO NOTHING"


def insert(mailing: ListEmail, people: str, params: Sequence[Any], due: datetime, *, most: int = 0) -> int:
    """Draw the recipients out of a SELECT of (kind, person_id, address, reason); return how many came in.

    `most`: at most so many who are not in yet and may be mailed, for audiences that are drawn while they are sent.
    """
    statement, values = _drawing(mailing, people, due, most)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [*values, *params])
        number = cursor.rowcount
        if number:
            count(mailing.pk)
    return number


def add(mailing: ListEmail, people: str, params: Sequence[Any]) -> dict[int, int]:
    """Let people into a mailing under way, counted; return {person: reason, 0 for those who are mailed}.

    In the caller's transaction: what it does besides and the mail happen both or neither. Who is in already stays out.
    """
    statement, values = _drawing(mailing, people, timezone.now(), 0)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING person_id, code", [*values, *params])
        found = dict(cursor.fetchall())
    skipped = sum(code != 0 for code in found.values())
    # The row is locked from here on: its runner does not fall asleep over people whom it cannot see yet.
    ListEmail.objects.filter(pk=mailing.pk).update(
        total_recipients=F("total_recipients") + len(found),
        total_skipped=F("total_skipped") + skipped,
        held_until=None,
    )
    return found


def withhold(mailing: ListEmail, people: Collection[int], reason: Reason) -> None:
    """Mark some who have just been let in by `add` as not mailed, counted; in the same transaction."""
    if not people:
        return
    rows = Recipient.objects.filter(list_email=mailing, person_id__in=people, state=State.WAITING)
    number = rows.update(state=State.SKIPPED, code=reason)
    ListEmail.objects.filter(pk=mailing.pk).update(total_skipped=F("total_skipped") + number)


def _drawing(mailing: ListEmail, people: str, due: datetime, most: int) -> tuple[str, list[Any]]:
    """Return the INSERT … SELECT and its own parameters, which stand before those of `people`."""
    moment = connection.ops.adapt_datetimefield_value(due)
    stamp = "%s" if connection.vendor == "sqlite" else "%s::timestamptz"
    tried, winner = trial.of(mailing), mailing.trial.get("winner")
    if tried is None or winner is not None:
        variant, when, rows = str(int(winner or 0)), stamp, f"({people})"
        where = _fresh(mailing, most) if most else "WHERE 1 = 1"
    else:
        rows, in_sample, turn = _by_lot(mailing, people, tried, most)
        variant = f"CASE WHEN {in_sample} THEN {turn} ELSE {UNDECIDED} END"
        when, where = f"CASE WHEN {in_sample} THEN {stamp} END", "WHERE 1 = 1"
    return _INSERT.format(
        key=int(mailing.pk),
        variant=variant,
        domain=_DOMAIN[connection.vendor],
        waiting=int(State.WAITING),
        skipped=int(State.SKIPPED),
        due=when,
        people=rows,
        where=where,
        twice="" if mailing.status == DRAFT else _TWICE,
    ), [moment]


def _by_lot(mailing: ListEmail, people: str, tried: Trial, most: int) -> tuple[str, str, str]:
    """Return the people in the order of their lots; whether one belongs to the sample; and which variant's turn it is."""
    known = Recipient.objects.of(mailing.pk).aggregate(
        mailable=Count("id", filter=~Q(state=State.SKIPPED) | Q(variant__gte=0)),
        tried=Count("id", filter=Q(variant__gte=0)),
    )
    rows = _LOTS.format(
        lot=_LOT.format(seed=int(mailing.pk) * 104729),
        before=known["mailable"],
        share=tried.share,
        tried=known["tried"],
        people=people,
        where=_fresh(mailing, most),
    )
    return rows, "reason IS NULL AND place < sample", f"(place + {known['tried']}) %% {tried.variants}"


def draw(mailing: ListEmail, actor: Actor, most: int = 0, due: datetime | None = None) -> int:
    """Draw a mailing's recipients from its audience, in the actor's eyes; return how many came in."""
    people, params = select.recipients(mailing.audience, actor)
    return insert(mailing, people, params, due or timezone.now(), most=most)


def in_domains(audience: Audience, actor: Actor, domains: Collection[str]) -> dict[str, int]:
    """Return how many people of an audience would be mailed in each of some domains; those with nobody are left out."""
    people, params = select.recipients(audience, actor)
    domain, marks = _DOMAIN[connection.vendor], ", ".join(["%s"] * len(domains))
    statement = (
        f"SELECT domain, COUNT(*) FROM (SELECT {domain} AS domain FROM ({people}) drawn WHERE reason IS NULL) found "  # noqa: S608 -- our own pieces
        f"WHERE domain IN ({marks}) GROUP BY domain"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *domains])
        return dict(cursor.fetchall())


def count(list_email_id: int) -> None:
    """Count all rows of a mailing by state: at launch, and whenever totals must be certain."""
    states = {
        "skipped": (State.SKIPPED,),
        "sent": (State.SENT, State.BOUNCED),
        "refused": (State.REFUSED,),
        "bounced": (State.BOUNCED,),
        "unsure": (State.UNSURE,),
    }
    rows = Recipient.objects.of(list_email_id, *(set(State) - {State.WAITING})).order_by()
    by = dict(rows.values_list("state").annotate(Count("id")))
    waiting = Recipient.objects.of(list_email_id, State.WAITING).count()
    ListEmail.objects.filter(pk=list_email_id).update(
        total_recipients=waiting + sum(by.values()),
        **{f"total_{name}": sum(by.get(one, 0) for one in some) for name, some in states.items()},
    )


def _fresh(mailing: ListEmail, most: int) -> str:
    """Return the condition of those who are not in yet; `most`: at most so many, all of whom may be mailed."""
    outside = (
        "NOT EXISTS (SELECT 1 FROM sending_recipient r WHERE r.person_id = drawn.person_id "  # noqa: S608 -- our own keys
        f"AND r.kind = drawn.kind AND r.list_email_id = {int(mailing.pk)})"
    )
    return f"WHERE reason IS NULL AND {outside} LIMIT {int(most)}" if most else f"WHERE {outside}"


@caps.mails
def sent_since(moment: datetime, among: str) -> caps.Statement:
    """Return the SELECT of (kind, person_id) of every mail sent since a moment, for the cap on mails a person."""
    # The mails of the few are found by the index. SQLite would join them by a filter that it makes of all mails there are.
    sqlite = connection.vendor == "sqlite"
    few = f"{among} k CROSS JOIN " if among and not sqlite else ""
    theirs = "r.person_id = k.id AND r.kind = k.kind AND " if few else ""
    if among and sqlite:
        theirs = f"(r.person_id, r.kind) IN (SELECT id, kind FROM {among}) AND "  # noqa: S608 -- our own table
    mailed = f"NOT (r.state = {State.WAITING:d}) AND r.state IN ({State.SENT:d}, {State.BOUNCED:d})"
    statement = (
        f"SELECT r.kind, r.person_id FROM {few}sending_recipient r WHERE {theirs}{mailed} AND r.sent_at >= %s "  # noqa: S608 -- our own pieces
        "AND r.list_email_id IN (SELECT id FROM sending_listemail WHERE finished_date IS NULL OR finished_date >= %s)"
    )
    since = connection.ops.adapt_datetimefield_value(moment)
    return statement, (since, since)
