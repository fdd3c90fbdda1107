"""The mailings through which steps write: made when a version is put in force, joined by people as they come by.

A mailing of a step is an ordinary one of the sending room that does not end by itself, so pacing, quiet servers, bounces,
clicks and the page of its figures are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction

from essor.access.actor import Actor
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Site
from essor.domain.automation.models import Flow, FlowVersion
from essor.domain.marketing.audience import select
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.letters import compile as letters
from essor.domain.marketing.letters.compile import Letter
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.scenarios import once
from essor.domain.marketing.scenarios.models import Scenario, StepMail
from essor.domain.marketing.sending import freezing, launch
from essor.domain.marketing.sending.jobs import send
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import CANCELLED, SENDING, SENT
from essor.records.change import Change, Source
from essor.records.save import save

SOURCE = Source(name="scenario")
LONGEST_NAME = 255


def scenario_of(flow: Flow | None) -> Scenario:
    """Return what a flow knows as a scenario; one of plain rules for a flow that is none."""
    found = Scenario.objects.filter(pk=flow.pk).first() if flow is not None and flow.pk else None
    return found or Scenario(flow=flow)


@dataclass(frozen=True, slots=True)
class Words:
    """What a step sends: its own settings, and those of the scenario where it has none."""

    template: int
    subject: str
    from_name: str
    from_address: str
    reply_to_address: str
    topic: int | None
    capped: bool
    tracked: bool
    campaign: int | None


def words(step: Step, scenario: Scenario) -> Words:
    """Return what a step sends."""
    own = step.settings
    return Words(
        template=_whole(own.get("template")) or 0,
        subject=str(own.get("subject") or ""),
        from_name=str(own.get("from_name") or scenario.from_name),
        from_address=str(own.get("from_address") or scenario.from_address),
        reply_to_address=str(own.get("reply_to_address") or scenario.reply_to_address),
        topic=_whole(own.get("topic")) or scenario.topic_id,
        capped=bool(own.get("capped", scenario.is_capped)),
        tracked=scenario.is_tracked,
        campaign=scenario.campaign_id,
    )


def letter_of(actor: Actor, said: Words) -> tuple[Letter, int]:
    """Return the letter as it stands now, and its revision; ValidationFailed when the actor sees no such template."""
    template = launch.template_of(actor, said.template)
    return letters.letter_of(template), template.revision


def prepare(version: FlowVersion, step: Step, site: Site) -> None:
    """Make the step's mailing, or take that of an earlier version which says the same."""
    said = words(step, scenario_of(version.flow))
    _letter, revision = letter_of(site.actor, said)
    digest = hashlib.sha256(orjson.dumps([*_plain(said), revision])).hexdigest()
    rows = StepMail.objects.filter(version=version, node=step.id, round=1)
    if rows.exists():
        return
    known = StepMail.objects.filter(version__flow=version.flow_id, node=step.id, round=1, digest=digest)
    earlier = known.exclude(list_email__status=CANCELLED).order_by("-pk").first()
    if earlier is not None:
        mailing = earlier.list_email
        _go_on(site.actor, mailing)
    else:
        mailing = _made(site.actor, _named(version.flow, step, said, 1), said)
    StepMail.objects.create(version=version, node=step.id, digest=digest, list_email=mailing)


def add(version: FlowVersion, step: Step, site: Site, people: Collection[int]) -> dict[int, int]:
    """Let people into the step's mailing, in the caller's transaction; return {person: reason, 0 when it is sent}.

    Who had it before, on an earlier way through the scenario, gets that of the next round. Of two people with one address
    the first is mailed, whichever batches or versions they come by in.
    """
    said = words(step, scenario_of(version.flow))
    kind = KINDS[site.obj.name]
    left, done, number = set(people), dict[int, int](), 0
    while left:
        number += 1
        mailing = _of_round(version, step, site, said, number)
        rows = Recipient.objects.filter(list_email=mailing, kind=kind, person_id__in=left)
        again = set(rows.values_list("person_id", flat=True))
        fresh = left - again
        if fresh:
            part = Part("people", object=site.obj.name, people=tuple(sorted(fresh)))
            sql, params = select.recipients(Audience((part,), (), said.topic, said.capped), site.actor)
            done |= freezing.add(mailing, sql, params)
            mailed = {person for person in fresh if done.get(person) == 0}
            second = once.claim(version.flow, step.id, number, mailing, mailed)
            freezing.withhold(mailing, second, Reason.DUPLICATE)
            done |= dict.fromkeys(second, int(Reason.DUPLICATE))
            transaction.on_commit(lambda key=mailing.pk: send.enqueue(key))  # type: ignore[misc]
        left = again
    return done


def judged(step: Step, site: Site, people: Iterable[int]) -> dict[int, int]:
    """Return {person: reason, 0 when it would be sent} without letting anybody in, for test runs."""
    said = words(step, scenario_of(site.flow))
    part = Part("people", object=site.obj.name, people=tuple(sorted(people)))
    sql, params = select.recipients(Audience((part,), (), said.topic, said.capped), site.actor)
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(f"SELECT person_id, address, reason FROM ({sql}) AS found", params)  # noqa: S608 -- our own SQL
        rows = cursor.fetchall()
    found = {person: int(reason or 0) for person, _address, reason in rows}
    if site.flow is not None:
        mailed = {person: address for person, address, reason in rows if reason is None}
        found |= dict.fromkeys(once.late(site.flow, step.id, mailed), int(Reason.DUPLICATE))
    return found


def of_step(flow_id: int, node: str) -> list[ListEmail]:
    """Return all mailings that a step of a flow has written through, in any version and round."""
    keys = StepMail.objects.filter(version__flow=flow_id, node=node).values("list_email")
    return list(ListEmail.objects.filter(pk__in=keys).order_by("pk"))


def of_flow(flow_id: int) -> list[int]:
    """Return the keys of all mailings of a flow."""
    return list(
        StepMail.objects.filter(version__flow=flow_id).values_list("list_email", flat=True).distinct()
    )


def finish(flow_id: int) -> None:
    """Let the mailings of a flow end once everybody in them is written to."""
    ListEmail.objects.filter(pk__in=of_flow(flow_id)).update(is_continuous=False, held_until=None)


def _of_round(version: FlowVersion, step: Step, site: Site, said: Words, number: int) -> ListEmail:
    found = StepMail.objects.select_related("list_email").filter(version=version, node=step.id, round=number)
    row = found.first()
    if row is not None:
        return row.list_email
    if number == 1:
        prepare(version, step, site)
        return found.get().list_email
    mailing = _made(site.actor, _named(version.flow, step, said, number), said)
    StepMail.objects.create(version=version, node=step.id, round=number, digest="", list_email=mailing)
    return mailing


def _named(flow: Flow, step: Step, said: Words, number: int) -> str:
    title = step.title or EmailTemplate.objects.values_list("name", flat=True).get(pk=said.template)
    name = f"{flow.name} – {title}"
    return (f"{name} ({number})" if number > 1 else name)[:LONGEST_NAME]


def _made(actor: Actor, name: str, said: Words) -> ListEmail:
    """Make a mailing with its letter frozen, and let its runner begin."""
    values: dict[str, Any] = {
        "Name": name,
        "CampaignId": said.campaign,
        "EmailTemplateId": said.template,
        "TopicId": said.topic,
        "Subject": said.subject or None,
        "FromName": said.from_name or None,
        "FromAddress": said.from_address,
        "ReplyToAddress": said.reply_to_address or None,
        "IsTracked": said.tracked,
    }
    key = save(actor, Change("ListEmail", values), source=SOURCE).id
    ListEmail.objects.filter(pk=key).update(is_continuous=True, launched_by=actor.user_id or None)
    mailing = ListEmail.objects.get(pk=key)
    launch.freeze_letters(actor, mailing)
    save(actor, Change("ListEmail", {"Status": SENDING}, id=key), source=SOURCE)
    mailing.refresh_from_db()
    return mailing


def _go_on(actor: Actor, mailing: ListEmail) -> None:
    """Let a mailing that ended with an earlier stop take people again."""
    ListEmail.objects.filter(pk=mailing.pk).update(is_continuous=True)
    if mailing.status == SENT:
        save(actor, Change("ListEmail", {"Status": SENDING}, id=mailing.pk), source=SOURCE)


def _plain(said: Words) -> list[Any]:
    return [getattr(said, name) for name in Words.__slots__]


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
