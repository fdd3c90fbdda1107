"""Writes down what came back: the bounce, the recipient's row, the person, and the address that is blocked from now on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.models import Suppression
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.returns.models import Bounce, Category
from essor.domain.marketing.sending import numbers
from essor.domain.marketing.sending import returned as returned_mails
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.sending.told import Whom, tell
from essor.records import unattended
from essor.records.change import Change, Source

SOURCE = Source(name="bounces")
LAST, OF_THEM = 5, 3  # a soft bounce blocks an address when so many of its last mails came back
BLOCKS = {Category.HARD: Suppression.Reason.HARD_BOUNCE, Category.COMPLAINT: Suppression.Reason.COMPLAINT}


@dataclass(frozen=True, slots=True)
class Returned:
    """One mail that came back."""

    recipient_id: int
    category: Category
    status: str
    reason: str
    at: datetime


def take(returned: Sequence[Returned]) -> int:
    """Write down mails that came back and return how many were news: all or nothing, a bounded number of queries."""
    with transaction.atomic():
        rows = {
            row.pk: row for row in Recipient.objects.filter(pk__in={one.recipient_id for one in returned})
        }
        news = _news([one for one in returned if one.recipient_id in rows])
        if not news:
            return 0
        Bounce.objects.bulk_create(_bounce(one, rows[one.recipient_id]) for one in news)
        _mark(news)
        _block(news, rows)
        _write_on_people(news, rows)
        _tell(news, rows)
    return len(news)


def _news(returned: Sequence[Returned]) -> list[Returned]:
    """Return each once, without what was written down before."""
    first: dict[tuple[int, str], Returned] = {}
    for one in returned:
        first.setdefault((one.recipient_id, one.category), one)
    known = set(
        Bounce.objects.filter(recipient_id__in={key for key, _ in first}).values_list(
            "recipient_id", "category"
        )
    )
    return [one for key, one in first.items() if key not in known]


def _bounce(one: Returned, row: Recipient) -> Bounce:
    return Bounce(
        recipient_id=row.pk,
        list_email_id=row.list_email_id,
        kind=row.kind,
        person_id=row.person_id,
        address=row.address,
        category=one.category,
        status=one.status[:16],
        reason=one.reason[:255],
        at=one.at,
    )


def _mark(news: Sequence[Returned]) -> None:
    """A mail that came back did not arrive; one that was complained of did."""
    by_code: dict[tuple[int, str], list[int]] = defaultdict(list)
    for one in news:
        if one.category != Category.COMPLAINT:
            by_code[_code(one.status), _words(one)[:200]].append(one.recipient_id)
    for (code, detail), keys in by_code.items():
        returned_mails.bounced(keys, code, detail)


def _words(one: Returned) -> str:
    """Return the reason with its status, which most servers have put into it already."""
    return one.reason if one.status in one.reason else f"{one.status} {one.reason}".strip()


def _code(status: str) -> int:
    return 550 if status.startswith("5") else 450


def _block(news: Sequence[Returned], rows: Mapping[int, Recipient]) -> None:
    for category, reason in BLOCKS.items():
        addresses = {rows[one.recipient_id].address: one.reason for one in news if one.category == category}
        for address, words in addresses.items():
            write.suppress([address], reason, "returns", words)
    tired = _often_back([rows[one.recipient_id] for one in news if one.category == Category.SOFT])
    if tired:
        write.suppress(tired, Suppression.Reason.HARD_BOUNCE, "returns", f"{OF_THEM}/{LAST}")


def _often_back(news: Collection[Recipient]) -> set[str]:
    """Return the addresses whose mails came back OF_THEM times among the LAST: one query, by the people who have them."""
    if not news:
        return set()
    addresses, people = {row.address for row in news}, {row.person_id for row in news}
    newest = Window(RowNumber(), partition_by=[F("address")], order_by=F("pk").desc())
    # What was refused because of us says nothing about the address.
    bounced = Bounce.objects.filter(recipient_id=OuterRef("pk"), category__in=(Category.SOFT, Category.HARD))
    rows = (
        Recipient.objects.filter(
            person_id__in=people, address__in=addresses, state__in=(State.SENT, State.BOUNCED, State.REFUSED)
        )
        .annotate(place=newest)
        .filter(place__lte=LAST)
        .annotate(back=Exists(bounced))
        .values_list("address", "back")
    )
    back: dict[str, int] = defaultdict(int)
    for address, came in rows:
        back[address] += came
    return {address for address, count in back.items() if count >= OF_THEM}


def _write_on_people(news: Iterable[Returned], rows: Mapping[int, Recipient]) -> None:
    """Write date and reason on contacts and leads, as somebody who mends addresses looks for them."""
    by_object: dict[str, dict[int, Change]] = defaultdict(dict)
    for one in news:
        row = rows[one.recipient_id]
        if one.category in (Category.HARD, Category.SOFT):
            name = OBJECTS[row.kind]
            words = _words(one)[:255]
            values = {"EmailBouncedDate": one.at, "EmailBouncedReason": words}
            by_object[name][row.person_id] = Change(name, values, id=row.person_id)
    for name, changes in by_object.items():
        unattended.write(name, list(changes.values()), source=SOURCE)


def _tell(news: Iterable[Returned], rows: Mapping[int, Recipient]) -> None:
    groups: dict[tuple[int, Category], list[Whom]] = defaultdict(list)
    for one in news:
        row = rows[one.recipient_id]
        groups[row.list_email_id, one.category].append(Whom(row.pk, row.kind, row.person_id))
    for (list_email, category), people in groups.items():
        topic = "mail.complained" if category == Category.COMPLAINT else "mail.bounced"
        tell(topic, list_email, people, category=category.value)
    for key in sorted({key for key, _category in groups}):
        numbers.publish(key)
