"""Tells guests by mail that a place has become free for them: in the name of whoever invited them.

A campaign that invited by a mailing gets a second one, which guests join as they move up; it is an ordinary one, so limits,
refusals and figures are the same. Where a flow listens for people who move up, it speaks to them instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from html import escape

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from essor.access.actor import Actor, actor_for, system_actor
from essor.domain.automation.events import listening
from essor.domain.marketing.audience import select
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.campaigns.places import MOVED_UP
from essor.domain.marketing.consent.people import KINDS, OBJECTS
from essor.domain.marketing.letters import compile as letters
from essor.domain.marketing.letters.blocks import Document
from essor.domain.marketing.letters.compile import Letter
from essor.domain.marketing.letters.ready.parts import button, footer, text
from essor.domain.marketing.sending import contents, freezing
from essor.domain.marketing.sending.contents import Variant
from essor.domain.marketing.sending.jobs import send
from essor.domain.marketing.sending.models import Content, ListEmail, Recipient
from essor.domain.marketing.sending.states import CANCELLED, SENDING
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import task
from essor.kernel import formats
from essor.kernel.clock import zone_named
from essor.kernel.events import Event, consumer
from essor.records.change import Change, Source
from essor.records.save import save

SOURCE = Source(name="waiting list")
OVER = timedelta(days=1)


@consumer("mailings.moved_up", topics=(MOVED_UP,), batch=50)
def tell(events: Sequence[Event]) -> None:
    """Let those who moved up into the mailing that says so."""
    for event in events:
        campaign = Campaign.objects.filter(pk=event.payload["campaign"], is_deleted=False).first()
        invitation = (
            invitation_of(campaign) if campaign is not None and not _spoken_for(campaign.pk) else None
        )
        if campaign is None or invitation is None:
            continue
        for kind, name in OBJECTS.items():
            people = {key for one, key in event.payload["people"] if one == kind}
            if people:
                _add(campaign, invitation, name, people)


def invitation_of(campaign: Campaign) -> ListEmail | None:
    """Return the mailing that invited to an event, the newest of several; None when nobody was invited by mail."""
    rows = ListEmail.objects.filter(campaign=campaign, is_deleted=False, is_continuous=False, follows=None)
    rows = rows.filter(started_date__isnull=False).exclude(status=CANCELLED)
    return rows.filter(contents__isnull=False).order_by("-started_date", "-pk").first()


def _spoken_for(campaign: int) -> bool:
    """Tell whether a flow in force listens for those who move up here."""
    found = (one.definition["trigger"].get("settings") or {} for one in listening(MOVED_UP))
    return any(settings.get("campaign") in (None, 0, campaign) for settings in found)


def _add(campaign: Campaign, invitation: ListEmail, name: str, people: set[int]) -> None:
    """Add people to the mailing; who was told once before, and moved up again, gets that of the next round."""
    mailings = ListEmail.objects.filter(follows=invitation, is_deleted=False).exclude(status=CANCELLED)
    rounds = list(mailings.order_by("pk"))
    while people:
        mailing = rounds.pop(0) if rounds else _made(campaign, invitation)
        rows = Recipient.objects.filter(list_email=mailing, kind=KINDS[name], person_id__in=people)
        again = set(rows.values_list("person_id", flat=True))
        part = Part("people", object=name, people=tuple(sorted(people - again)))
        freezing.add(mailing, *select.recipients(Audience((part,), capped=False), system_actor()))
        transaction.on_commit(lambda key=mailing.pk: send.enqueue(key))  # type: ignore[misc]
        people = again


def _made(campaign: Campaign, invitation: ListEmail) -> ListEmail:
    """Make the mailing, in the language and from the sender of the invitation, and let its runner begin."""
    first = Content.objects.filter(list_email=invitation).order_by("variant", "pk")[0]
    language = contents.compiled_of(invitation.pk, first.variant, first.object_name).language
    by = actor_for(invitation.launched_by) if invitation.launched_by is not None else system_actor()
    with override(language):
        letter = _letter(campaign, language, by)
        values = {
            "Name": _("%(campaign)s: a place has become free") % {"campaign": campaign.name[:200]},
            "CampaignId": campaign.pk,
            "OwnerId": invitation.owner_id,
            "Subject": letter.subject,
            "FromName": first.from_name or None,
            "FromAddress": first.from_address,
            "ReplyToAddress": invitation.reply_to_address,
            "IsTracked": False,
        }
    system = system_actor()
    key = save(system, Change("ListEmail", values), source=SOURCE).id
    unlisted = {
        "is_continuous": True,
        "launched_by": invitation.launched_by_id,
        "server": invitation.server_id,
    }
    ListEmail.objects.filter(pk=key).update(follows=invitation, **unlisted)
    mailing = ListEmail.objects.get(pk=key)
    variants = [
        Variant(0, name, first.from_name, first.from_address, letters.compiled(letter, name))
        for name in OBJECTS.values()
    ]
    contents.freeze(mailing, variants)
    save(system, Change("ListEmail", {"Status": SENDING}, id=key), source=SOURCE)
    mailing.refresh_from_db()
    return mailing


def _letter(campaign: Campaign, language: str, by: Actor) -> Letter:
    """Return what it says: that there is a place, when and where, and both answers."""
    event = _plain(campaign.name)
    with timezone.override(zone_named(system_actor().company.timezone)):
        when = formats.moment(campaign.event_date, by.locale) if campaign.event_date else ""
    facts = "<br>".join(escape(one) for one in (when, _plain(campaign.location or "")) if one)
    hello = _("A place has become free for you: you are expected.")
    cannot = _("I cannot come after all")
    blocks = (
        text("head", f"<h1>{escape(event)}</h1><p>{escape(hello)}</p>{f'<p>{facts}</p>' if facts else ''}"),
        button("go", _("See my ticket"), "{{ accept }}"),
        text("no", f'<p><a href="{{{{ decline }}}}">{escape(cannot)}</a></p>', align="center"),
        *footer(language),
    )
    subject = _("A place has become free: %(event)s") % {"event": event[:200]}
    return Letter(subject, document=Document(blocks=blocks), language=language)


def _plain(words: str) -> str:
    """Return words in which nothing is a merge field."""
    return words.replace("{{", "{ {").replace("}}", "} }")


@task()
def finish() -> None:
    """Let the mailings end whose event is over: nobody moves up any more."""
    past = Campaign.objects.filter(event_date__lt=timezone.now() - OVER).values("pk")
    rows = ListEmail.objects.filter(follows__isnull=False, is_continuous=True, campaign__in=past)
    rows.update(is_continuous=False, held_until=None)


SCHEDULE.add("mailings to waiting lists", finish, daily(time(4, 10)))
