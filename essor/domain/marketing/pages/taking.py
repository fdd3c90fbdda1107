"""Takes what somebody sent from a landing page: person, answers, consents, response to the campaign, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import system_actor
from essor.catalog import current
from essor.catalog.definitions import Field
from essor.catalog.standard import outside
from essor.domain.feed import attach
from essor.domain.feed.attach import Attached
from essor.domain.marketing import tokens
from essor.domain.marketing.campaigns import members, statuses
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.campaigns.objects import MEMBER
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.channels import FIELDS, Channel
from essor.domain.marketing.consent.models import OPT_OUT
from essor.domain.marketing.consent.people import Person
from essor.domain.marketing.pages import forms, whom
from essor.domain.marketing.pages.models import FormSubmission, LandingPage, PageAttempt
from essor.domain.marketing.pages.objects import PAGE, SUBMISSION, UTM
from essor.domain.marketing.pages.whom import Sender
from essor.domain.marketing.visits import arriving, tying
from essor.domain.marketing.visits.naming import BROWSER_NAME
from essor.domain.public_forms import strangers
from essor.domain.public_forms.strangers import Sent
from essor.kernel import events
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records.change import Change, Source
from essor.records.save import save

logger = logging.getLogger(__name__)

TOPIC = "form.submitted"
SOURCE = Source(name="landing_page")
FILE, FILE_KEPT = "landing file", timedelta(days=30)
BOX = "agree_"
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody came to the page: by whose mail, in which browser (tokens, may be forged), from which campaign."""

    token: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    referrer: str = ""
    browser: str = ""


def arrival(data: Mapping[str, Sequence[str]], name: str, referrer: str = "") -> Arrival:
    """Return how somebody came from the parameters of an address or of a form; `name` is the token's."""

    def one(key: str) -> str:
        return (data.get(key) or ("",))[-1].replace("\x00", "").strip()[:LONGEST]

    return Arrival(
        one(name), {key: one(key) for key in UTM if one(key)}, arriving.host(referrer), one(BROWSER_NAME)
    )


def take(page: LandingPage, data: Sent, came: Arrival, *, address: str, size: int) -> int:
    """Write down what somebody sent and return the submission's key; raises what `strangers.through` does."""

    def work() -> int:
        values = strangers.answers(forms.asked(page), forms.required(page), data)
        with transaction.atomic():
            sender = whom.sender(page, values, came.token)
            key = _kept(page, values, data, came, sender)
            _agree(page, data, sender)
            if came.browser and (sender.recipient is not None or "visits" in dict(ticked(page, data))):
                tying.known_by_form(sender.person, came.browser)
            _respond(page, sender.person)
            _tell(page, key, sender)
        return key

    return strangers.through(
        PageAttempt, {"page": page}, page.url_key or "", data, work, address=address, size=size
    )


def ticked(page: LandingPage, data: Sent) -> list[tuple[Channel, str]]:
    """Return the consents whose boxes were ticked."""
    return [(channel, wording) for channel, wording in forms.boxes(page) if any(data.get(BOX + channel, ()))]


def _kept(page: LandingPage, values: Mapping[str, Any], data: Sent, came: Arrival, who: Sender) -> int:
    words = {
        "LandingPageId": page.pk,
        members.LINKS[who.person.object_name]: who.person.id,
        "ListEmailId": who.recipient.list_email_id if who.recipient else None,
        "Email": values["Email"],
        "Proven": who.recipient is not None,
        "Referrer": came.referrer or None,
        "Answers": _answers(forms.asked(page), values),
        "Agreed": "\n".join(wording for _channel, wording in ticked(page, data)) or None,
        **{outside(name): text for name, text in came.utm.items()},
    }
    return save(system_actor(), Change(SUBMISSION, words), source=SOURCE).id


def _answers(fields: Sequence[Field], values: Mapping[str, Any]) -> str:
    """Return what was answered, a line each, as it was typed."""
    lines = []
    for one in fields:
        value = values.get(one.name)
        if value in (None, "", [], False):
            continue
        shown = ", ".join(value) if isinstance(value, list) else _("Yes") if value is True else value
        lines.append(_("%(label)s: %(value)s") % {"label": one.label, "value": shown})
    return "\n".join(lines)


def _agree(page: LandingPage, data: Sent, who: Sender) -> None:
    """Write down the consents with their wording. Who typed an address has not shown that it is theirs: no opt-out ends by it."""
    some = ticked(page, data)
    refused = _refused(who.person) if some and who.recipient is None else set()
    for channel, wording in some:
        if channel in refused:
            continue
        about = (None, page.topic) if channel == "email" and page.topic is not None else (None,)
        for topic in about:
            write.record(
                who.person, channel, "opt_in", topic=topic, source=forms.address(page), wording=wording
            )


def _refused(person: Person) -> set[Channel]:
    columns = tuple(Column(Path(("Individual", name)), channel) for channel, name in FIELDS.items())
    where = Compare(Path(("Id",)), "eq", (Constant(person.id),))
    rows = run.rows(system_actor(), Query(person.object_name, columns=columns, where=where))
    return {channel for channel in FIELDS for row in rows if row[channel] == OPT_OUT}


def _respond(page: LandingPage, person: Person) -> None:
    """Let the person have responded to the campaign; who has already keeps the status that they have."""
    if page.campaign_id is None:
        return
    link = members.LINKS[person.object_name]
    attr = current.get().object(MEMBER).field(link).attr
    mine = CampaignMember.objects.filter(campaign_id=page.campaign_id, is_deleted=False, **{attr: person.id})
    if mine.filter(has_responded=True).exists():
        return
    some = statuses.of_campaigns([page.campaign_id]).get(page.campaign_id, ())
    label = statuses.labelled(some, "registered") or next((one.label for one in some if one.responded), "")
    outcome = members.add(
        system_actor(),
        page.campaign_id,
        person.object_name,
        [person.id],
        status=label,
        override=True,
        source=SOURCE,
    )
    if outcome.refused:
        logger.warning(
            "page %d: the response of a %s was refused: %s", page.pk, person.object_name, outcome.refused
        )


def _tell(page: LandingPage, key: int, who: Sender) -> None:
    recipient = who.recipient.pk if who.recipient else None
    payload = {
        "page": page.pk,
        "campaign": page.campaign_id,
        "submission": key,
        "list_email_id": who.recipient.list_email_id if who.recipient else None,
        "people": [[recipient, who.person.object_name, who.person.id]],
    }
    events.emit(TOPIC, PAGE, [page.pk], payload)


def receipt(submission: int) -> str:
    """Return the token that shows thanks and hands out the file to whoever sent a form."""
    return tokens.make(FILE, submission)


def by_receipt(page: LandingPage, token: str) -> FormSubmission | None:
    """Return the submission of a token of the last month, None for any other text."""
    key = (tokens.read(FILE, token) or (0,))[0]
    since = timezone.now() - FILE_KEPT
    return FormSubmission.objects.filter(
        pk=key, landing_page=page, is_deleted=False, created_date__gte=since
    ).first()


def gated(page: LandingPage) -> Attached | None:
    """Return the file that a page gives in return, None without one."""
    if page.content_document_id is None:
        return None
    obj = current.get().object("ContentDocument")
    try:
        return attach.one(obj, page.content_document_id, page.content_document_id)
    except NotFound:
        return None
