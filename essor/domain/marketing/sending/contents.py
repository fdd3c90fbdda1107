"""The letters of a mailing as they were at launch, one for each variant and kind of person; links numbered through all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from essor.access.actor import Actor, actor_for, system_actor
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.letters import merge, places
from essor.domain.marketing.letters.compiled import Compiled, Replacements, Slot, Text, with_slots
from essor.domain.marketing.sending import addresses, frozen
from essor.domain.marketing.sending.models import Content, Link, ListEmail, Recipient
from essor.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Variant:
    """One letter to be frozen: for whom, from whom, and what it says."""

    number: int
    object_name: str
    from_name: str
    from_address: str
    compiled: Compiled


def freeze(mailing: ListEmail, variants: Sequence[Variant]) -> None:
    """Keep the letters, in place of those kept before. A link keeps its number when it is frozen again."""
    known = {one.url: one.number for one in Link.objects.filter(list_email=mailing, personal=False)}
    numbers: dict[Text, int] = {}
    taken = set(known.values()) | set(
        Link.objects.filter(list_email=mailing, personal=True).values_list("number", flat=True)
    )
    for one in variants:
        for link in one.compiled.links:
            if link not in numbers:
                number = known.get(_plain(link)) if not _personal(link) else None
                numbers[link] = number if number is not None else max(taken, default=-1) + 1
                taken.add(numbers[link])
    every: list[Text] = [("",)] * (max(taken, default=-1) + 1)
    for link, number in numbers.items():
        every[number] = link
    rows = [
        Content(
            list_email=mailing,
            variant=one.number,
            object_name=one.object_name,
            subject=_plain(one.compiled.subject)[:255],
            from_name=one.from_name,
            from_address=one.from_address,
            body=frozen.dumped(_renumbered(one.compiled, numbers, tuple(every))),
        )
        for one in variants
    ]
    with transaction.atomic():
        Content.objects.filter(list_email=mailing).delete()
        Content.objects.bulk_create(rows)
        fresh = [
            Link(list_email=mailing, number=number, url=_plain(link), personal=_personal(link))
            for link, number in numbers.items()
            if _personal(link) or _plain(link) not in known
        ]
        Link.objects.bulk_create(fresh, ignore_conflicts=True)


def compiled_of(list_email_id: int, variant: int, object_name: str) -> Compiled:
    """Return a frozen letter; raises NotFound."""
    row = Content.objects.filter(
        list_email_id=list_email_id, variant=max(0, variant), object_name=object_name
    ).first()
    if row is None:
        raise NotFound(object_name)
    return frozen.loaded(row.body)


def destination(recipient: Recipient, number: int) -> str:
    """Return where a link leads a recipient, "" when there is no such link (any more)."""
    link = Link.objects.filter(list_email_id=recipient.list_email_id, number=number).first()
    if link is None or not link.personal:
        return places.address(link.url) if link else ""
    object_name = OBJECTS[recipient.kind]
    compiled = compiled_of(recipient.list_email_id, recipient.variant, object_name)
    shown = merge.values(compiled, object_name, [recipient.person_id], reader_of(recipient.list_email_id))
    row = shown.get(recipient.person_id)
    values = dict(zip(compiled.paths, row, strict=True)) if row is not None else {}
    return merge.links(compiled, values)[number]


def shown(recipient: Recipient) -> merge.Mail:
    """Return a mail as its recipient got it, for the browser; its links are the author's. Raises NotFound."""
    object_name, reader = OBJECTS[recipient.kind], reader_of(recipient.list_email_id)
    compiled = compiled_of(recipient.list_email_id, recipient.variant, object_name)
    keys = [recipient.person_id]
    row = merge.values(compiled, object_name, keys, reader).get(recipient.person_id)
    if row is None:
        raise NotFound(object_name)
    own = Replacements(
        unsubscribe=addresses.opt_out(recipient.pk),
        preferences=addresses.preferences(recipient.pk),
        browser=addresses.browser(recipient.pk),
        accept=addresses.accept(recipient.pk),
        decline=addresses.decline(recipient.pk),
        blocks=merge.members(compiled, object_name, keys, reader)[recipient.person_id],
    )
    return merge.mail(compiled, row, own)


def reader_of(list_email_id: int) -> Actor:
    """Return with whose rights fields are merged: those of who launched the mailing."""
    mailing = ListEmail.objects.select_related("launched_by").get(pk=list_email_id)
    return actor_for(mailing.launched_by) if mailing.launched_by is not None else system_actor()


def _renumbered(compiled: Compiled, numbers: dict[Text, int], every: tuple[Text, ...]) -> Compiled:
    """Return the letter with the mailing's numbers of links."""
    own = [numbers[link] for link in compiled.links]

    def numbered(slot: Slot) -> Slot:
        return replace(slot, value=str(own[int(slot.value)])) if slot.kind == "link" else slot

    return replace(with_slots(compiled, numbered), links=every)


def _plain(text: Text) -> str:
    return "".join(part if isinstance(part, str) else part.fallback for part in text)


def _personal(text: Text) -> bool:
    return any(isinstance(part, Slot) for part in text)
