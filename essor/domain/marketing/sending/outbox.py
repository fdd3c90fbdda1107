"""The outbox: rows are taken in batches, and marked once the server has answered. There is no cursor to lose.

A row that is CLAIMED belongs to the runner of its mailing. Whoever takes the mailing over from a dead one finds what it
had claimed and makes it UNSURE: perhaps mailed, perhaps not, and for a person to decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.results import LONGEST, Outcome, Result
from essor.domain.marketing.sending.states import FAILED, PAUSED, SENDING, State
from essor.domain.marketing.sending.told import Whom, tell

LEASE = timedelta(seconds=60)  # without a sign of life for so long, a runner counts as dead
PAUSES = (300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600)  # seconds before a recipient is tried again
PAID = 1  # the code of a waiting row whose token of its domain's rate is taken already
LAPSES = timedelta(seconds=60)  # a token not used in time is worth nothing: else all go at once after a pause
AT_ONCE = 900  # keys of one statement
STATE_OF = {
    Outcome.SENT: State.SENT,
    Outcome.REFUSED: State.REFUSED,
    Outcome.UNSURE: State.UNSURE,
    Outcome.RETRY: State.WAITING,
    Outcome.UNTOUCHED: State.WAITING,
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """One recipient that a batch has taken."""

    id: int
    variant: int
    kind: int
    person_id: int
    address: str
    domain: str
    attempts: int
    code: int


def take_over(list_email_id: int, *, lease: timedelta = LEASE) -> str:
    """Become the runner of a mailing that is being sent; return the runner's name, "" when another one is alive.

    What a dead runner had claimed becomes unsure, and the mailing says so.
    """
    now, name = timezone.now(), str(uuid4())
    free = Q(runner="") | Q(beat_at__lt=now - lease) | Q(beat_at=None)
    with transaction.atomic():
        mine = ListEmail.objects.filter(free, pk=list_email_id, status=SENDING, is_deleted=False)
        if not mine.update(runner=name, beat_at=now):
            return ""
        _doubt(list_email_id)
    return name


def bury(*, lease: timedelta = LEASE) -> list[int]:
    """Make unsure what dead runners had claimed of mailings that nobody sends any more; return those mailings."""
    dead = ListEmail.objects.filter(beat_at__lt=timezone.now() - lease).exclude(status=SENDING)
    found = []
    for key in dead.exclude(runner="").values_list("pk", flat=True):
        with transaction.atomic():
            if dead.filter(pk=key).update(runner="", beat_at=None):
                _doubt(key)
                found.append(key)
    return found


def _doubt(list_email_id: int) -> None:
    """Make those unsure whom a runner had claimed that is dead, and count them."""
    words = _("The program stopped while this mail was on its way.")
    claimed = Recipient.objects.of(list_email_id, State.CLAIMED)
    if unsure := claimed.update(state=State.UNSURE, detail=words[:LONGEST]):
        ListEmail.objects.filter(pk=list_email_id).update(total_unsure=F("total_unsure") + unsure)


def let_go(list_email_id: int, runner: str) -> None:
    """Stop being the runner."""
    ListEmail.objects.filter(pk=list_email_id, runner=runner).update(runner="", beat_at=None)


def claim(list_email_id: int, runner: str, count: int) -> list[Claimed] | None:
    """Take the next due recipients, longest due first; None when the mailing is no longer ours to send."""
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    now = timezone.now()
    with transaction.atomic():
        if not alive(list_email_id, runner, now):
            return None
        adapted, lapsed = (connection.ops.adapt_datetimefield_value(one) for one in (now, now - LAPSES))
        with connection.cursor() as cursor:
            cursor.execute(
                _CLAIM.format(waiting=int(State.WAITING), skip=skip),
                [list_email_id, adapted, count, State.CLAIMED, adapted, PAID, lapsed],
            )
            found = cursor.fetchall()
    return [Claimed(*row) for row in sorted(found)]


_CLAIM = """
WITH picked AS MATERIALIZED (
  SELECT id FROM sending_recipient WHERE list_email_id = %s AND state = {waiting} AND due_at <= %s
  ORDER BY due_at, id LIMIT %s {skip}
)
UPDATE sending_recipient SET state = %s, claimed_at = %s WHERE id IN (SELECT id FROM picked)
RETURNING id, variant, kind, person_id, address, domain, attempts,
  CASE WHEN code = %s AND due_at < %s THEN 0 ELSE code END"""


def alive(list_email_id: int, runner: str, now: datetime | None = None) -> bool:
    """Say that the runner lives; tell whether it may go on: nobody paused, cancelled or took over."""
    mine = ListEmail.objects.filter(pk=list_email_id, runner=runner, status=SENDING, is_deleted=False)
    return bool(mine.update(beat_at=now or timezone.now()))


def mark(list_email_id: int, results: Sequence[Result], batch: dict[int, Claimed]) -> None:
    """Write down what became of recipients, count it, and tell the outbox of events; one transaction.

    A late answer is written over "unsure" too: it is the truth.
    """
    if not results:
        return
    now = timezone.now()
    results = [_final(one, batch[one.recipient_id]) for one in results]
    changed: Counter[str] = Counter()
    with transaction.atomic():
        for outcome in Outcome:
            some = [one for one in results if one.outcome is outcome]
            if some:
                changed.update(_write(some, outcome, now, batch))
        added: dict[str, Any] = {
            f"total_{name}": F(f"total_{name}") + number for name, number in changed.items()
        }
        ListEmail.objects.filter(pk=list_email_id).update(beat_at=now, **added)
        for topic, outcome in (("mail.sent", Outcome.SENT), ("mail.refused", Outcome.REFUSED)):
            whom = [batch[one.recipient_id] for one in results if one.outcome is outcome]
            tell(topic, list_email_id, [Whom(one.id, one.kind, one.person_id) for one in whom])


def _final(result: Result, row: Claimed) -> Result:
    """Return a result; "not now" becomes "refused" after the last of so many attempts."""
    given_up = result.outcome is Outcome.RETRY and row.attempts >= len(PAUSES)
    return replace(result, outcome=Outcome.REFUSED) if given_up else result


def _write(
    results: Sequence[Result], outcome: Outcome, now: datetime, batch: dict[int, Claimed]
) -> Counter[str]:
    """Write one outcome; return {counter: how many more}."""
    keys = [one.recipient_id for one in results]
    if outcome in (Outcome.SENT, Outcome.UNTOUCHED):
        values: dict[str, Any] = {"state": STATE_OF[outcome], "claimed_at": None}
        if outcome is Outcome.SENT:
            values |= {"sent_at": now, "code": results[0].code, "detail": ""}
        counts = [_turn(keys[at : at + AT_ONCE], values) for at in range(0, len(keys), AT_ONCE)]
        number, late = (sum(one) for one in zip(*counts, strict=True))
        return Counter({"sent": number, "unsure": -late} if outcome is Outcome.SENT else {"unsure": -late})
    number = late = 0
    for one in results:
        values = {"state": STATE_OF[outcome], "code": one.code, "detail": one.detail[:LONGEST]}
        if outcome is Outcome.RETRY:
            attempts = batch[one.recipient_id].attempts
            values |= {"attempts": attempts + 1, "due_at": now + timedelta(seconds=PAUSES[attempts])}
        turned, were_unsure = _turn([one.recipient_id], values)
        number, late = number + turned, late + were_unsure
    if outcome is Outcome.RETRY:
        return Counter(unsure=-late)
    if outcome is Outcome.UNSURE:
        return Counter(unsure=number - late)
    return Counter(refused=number, unsure=-late)


def _turn(keys: Sequence[int], values: dict[str, Any]) -> tuple[int, int]:
    """Change recipients that are on their way, or unsure; return how many, and how many of them were unsure."""
    number = Recipient.objects.filter(pk__in=keys, state=State.CLAIMED).update(**values)
    if number == len(keys):
        return number, 0
    late = Recipient.objects.filter(pk__in=keys, state=State.UNSURE).update(**values)
    return number + late, late


def put_off(keys: dict[int, datetime], *, code: int = 0) -> None:
    """Let claimed recipients wait until their time, which is the row's own from then on; `code` remembers why."""
    by_time: dict[datetime, list[int]] = {}
    for key, due in keys.items():
        by_time.setdefault(due, []).append(key)
    with transaction.atomic():
        for due, some in by_time.items():
            Recipient.objects.filter(pk__in=some, state=State.CLAIMED).update(
                state=State.WAITING, claimed_at=None, due_at=due, code=code
            )


def release(keys: Sequence[int]) -> None:
    """Give back claimed recipients that were certainly not handed over."""
    for at in range(0, len(keys), AT_ONCE):
        some = keys[at : at + AT_ONCE]
        Recipient.objects.filter(pk__in=some, state=State.CLAIMED).update(
            state=State.WAITING, claimed_at=None
        )


def skip(list_email_id: int, reasons: dict[int, int]) -> None:
    """Leave claimed recipients out, each with its reason."""
    by_reason: dict[int, list[int]] = {}
    for key, reason in reasons.items():
        by_reason.setdefault(reason, []).append(key)
    with transaction.atomic():
        number = 0
        for reason, some in by_reason.items():
            number += Recipient.objects.filter(pk__in=some, state=State.CLAIMED).update(
                state=State.SKIPPED, claimed_at=None, code=reason
            )
        ListEmail.objects.filter(pk=list_email_id).update(total_skipped=F("total_skipped") + number)


def step_aside(list_email_id: int) -> dict[str, int]:
    """Let nobody wait for a domain's turn any more; return the tokens that are free again, {domain: how many}."""
    now = timezone.now()
    rows = Recipient.objects.of(list_email_id, State.WAITING).filter(code=PAID)
    free = dict(rows.filter(due_at__gt=now).values_list("domain").annotate(Count("id")).order_by())
    rows.update(code=0, due_at=now)
    return free


def next_due(list_email_id: int) -> datetime | None:
    """Return when the next waiting recipient is due, None when nobody waits for a time."""
    waiting = Recipient.objects.of(list_email_id, State.WAITING).filter(due_at__isnull=False)
    return waiting.aggregate(first=Min("due_at"))["first"]


def is_due(list_email_id: int) -> bool:
    """Tell whether a recipient could be claimed now."""
    waiting = Recipient.objects.of(list_email_id, State.WAITING)
    return waiting.filter(due_at__lte=timezone.now()).exists()


def look_again(*list_email_ids: int) -> None:
    """Let mailings that wait, all of them where none is named, ask again at once: what they wait for was changed."""
    held = ListEmail.objects.filter(status=SENDING, held_until__isnull=False)
    if list_email_ids:
        held = held.filter(pk__in=list_email_ids)
    held.update(held_until=None, problem=None)


def awaken(list_email_ids: Sequence[int]) -> None:
    """Let people whom quiet hours put off be looked at again: the hours are others now."""
    launched = ListEmail.objects.filter(pk__in=list_email_ids, status__in=(SENDING, PAUSED, FAILED))
    for key in launched.values_list("pk", flat=True):
        asleep = Recipient.objects.of(key, State.WAITING).filter(attempts=0, due_at__gt=timezone.now())
        asleep.exclude(code=PAID).update(due_at=timezone.now())


def undecided(list_email_id: int) -> bool:
    """Tell whether recipients wait for the winner of a trial."""
    return Recipient.objects.of(list_email_id, State.WAITING).filter(due_at__isnull=True).exists()
