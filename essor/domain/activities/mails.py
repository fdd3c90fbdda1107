"""What follows from a mail: the account that it belongs to, the last activity of its record; who may read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from essor.access.actor import Actor
from essor.access.grants import By, CompileWhere, Grant, Verb, named_by, row_rule
from essor.catalog.definitions import ObjectDef
from essor.domain.activities.rules import accounts_of, bring_forward
from essor.kernel.clock import zone_named
from essor.records.batch import Batch
from essor.records.rules import after, before

ABOUT = "RelatedToId"


@row_rule("EmailMessage")
def correspondence(actor: Actor, obj: ObjectDef, verb: Verb, compile_where: CompileWhere) -> Iterator[Grant]:
    """Yield who has mails: whoever reads the record, or edits it when the verb changes anything; without one, the writer."""
    yield Grant(By.PART, condition=Q(related_to__isnull=True, created_by=actor.user_id))
    yield from named_by(actor, obj.field(ABOUT), "read" if verb == "read" else "edit", compile_where)


@before("EmailMessage", reads=(ABOUT, "AccountId"))
def account_of_mail(batch: Batch) -> None:
    """Set AccountId: that of the record."""
    rows = [row for row in batch if row.changes(ABOUT)]
    accounts = accounts_of(batch, {row.get(ABOUT) for row in rows if row.get(ABOUT)})
    for row in rows:
        row.set("AccountId", accounts.get(row.get(ABOUT)))


@after("EmailMessage", reads=(ABOUT, "AccountId", "MessageDate"))
def mail_is_activity(batch: Batch) -> None:
    """Let the day of the mail count as an activity of its record and the account."""
    zone = zone_named(batch.context.timezone)
    moved: dict[tuple[str, date], set[int]] = defaultdict(set)
    for row in batch:
        day = min((row.get("MessageDate") or batch.now).astimezone(zone).date(), batch.today)
        if link := row.get(ABOUT):
            moved[link[0], day].add(link[1])
        if row.get("AccountId"):
            moved["001", day].add(row.get("AccountId"))
    bring_forward(batch, moved)
