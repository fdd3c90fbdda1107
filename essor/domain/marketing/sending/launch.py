"""Launching a mailing: what is checked, who will get it, and freezing both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access.actor import Actor, system_actor
from essor.domain.marketing.audience import definition, keep
from essor.domain.marketing.audience.count import Counted, counted, listed
from essor.domain.marketing.audience.definition import Audience
from essor.domain.marketing.consent.people import CONTACT, OBJECTS, Person
from essor.domain.marketing.letters import checks as letter_checks
from essor.domain.marketing.letters import compile as letters
from essor.domain.marketing.letters import merge
from essor.domain.marketing.letters.compile import Letter
from essor.domain.marketing.letters.compiled import Compiled
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.sending import (
    contents,
    couriers,
    domains,
    freezing,
    pacing,
    people,
    planning,
    tagging,
)
from essor.domain.marketing.sending.contents import Variant
from essor.domain.marketing.sending.models import Content, Link, ListEmail, Recipient, Server
from essor.domain.marketing.sending.planning import Day
from essor.domain.marketing.sending.states import DRAFT, SCHEDULED, SENDING
from essor.kernel.clock import zone_named
from essor.kernel.errors import EssorError, FieldError, NotFound, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records.change import Change
from essor.records.save import save

STOPPING = frozenset({"subject", "compile"})  # checks of a letter without which it cannot go out at all


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `stops` the launch, is a `warning`, or is `good`; `lacks` says what to set up for it."""

    level: Literal["good", "warning", "stops"]
    text: str
    help: str = ""
    lacks: Literal["", "server", "domain"] = ""


@dataclass(frozen=True, slots=True)
class Made:
    """The letter of one variant: who sends it, as it was written, and ready for contacts and for leads."""

    values: dict[str, Any]
    letter: Letter
    ready: dict[str, Compiled]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the launch page shows. `counted` is None while the audience cannot be read.

    `subjects` are those of the variants as the first person gets them, none while there is no letter or nobody.
    """

    counted: Counted | None
    checks: tuple[Check, ...]
    days: tuple[Day, ...]
    subjects: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether nothing stops the launch."""
        return all(one.level != "stops" for one in self.checks)


def audience_of(mailing: ListEmail) -> Audience:
    """Return a mailing's audience: its own, else its campaign's; its topic rules in both."""
    own = definition.read(mailing.audience)
    if not own.include and mailing.campaign_id:
        own = keep.of_campaign(mailing.campaign_id)
    return replace(own, topic=mailing.topic_id) if mailing.topic_id else own


def summary(actor: Actor, mailing: ListEmail, start: datetime | None = None) -> Summary:
    """Count, check and plan; nothing is written."""
    found, checks, made = _looked_at(actor, mailing)
    total = found.mailable if found else 0
    if not total:
        return Summary(found, checks, ())
    server = pacing.server_of(mailing)
    limits, zone = pacing.limits_of(mailing, server), zone_named(system_actor().company.timezone)
    slow = _slow(actor, mailing, server)
    days = planning.planned(mailing, limits, total, start or timezone.now(), zone, slow)
    return Summary(found, checks, tuple(days), _subjects(actor, mailing, made))


def _looked_at(actor: Actor, mailing: ListEmail) -> tuple[Counted | None, tuple[Check, ...], list[Made]]:
    """Count and check; return the letters too that were made for it, none where they cannot be."""
    checks: list[Check] = []
    found: Counted | None = None
    try:
        found = counted(audience_of(mailing), actor)
    except EssorError as error:
        checks.append(Check("stops", str(error)))
    if found is not None and not found.mailable:
        checks.append(
            Check(
                "stops", _("Nobody would get it."), _("Choose an audience that has people who may be mailed.")
            )
        )
    made: list[Made] = []
    try:
        made = _made(actor, mailing)
        checks += _letter_checks(actor, mailing, made)
    except EssorError as error:
        checks.append(Check("stops", str(error)))
    checks += _sender_checks(mailing)
    return found, tuple(checks), made


def first_of(actor: Actor, mailing: ListEmail) -> Person:
    """Return the first person who would be mailed; nobody in particular for an empty audience."""
    try:
        found = listed(audience_of(mailing), actor, None, size=1)
    except EssorError:
        found = []
    return found[0][0] if found else Person(CONTACT, 0)


def _subjects(actor: Actor, mailing: ListEmail, made: list[Made]) -> tuple[str, ...]:
    """Return the subjects of the variants as the first person gets them, none where the actor may not see what is in them."""
    person = first_of(actor, mailing)
    found = []
    try:
        for one in made:
            ready = replace(one.ready[person.object_name], blocks=())
            shown, _blocks = people.values(ready, person.object_name, [person.id], actor)
            found.append(merge.join(ready.subject, shown.get(person.id, {})))
    except EssorError:
        return ()
    return tuple(found)


def _slow(actor: Actor, mailing: ListEmail, server: Server | None) -> list[tuple[int, int]]:
    """Return (mails an hour, people) of the domains that have a rate with a server."""
    rates = pacing.domain_rates(server)
    people = freezing.in_domains(audience_of(mailing), actor, rates) if rates else {}
    return [(rates[name], number) for name, number in people.items()]


def launch(actor: Actor, key: int, when: datetime | None = None) -> ListEmail:
    """Freeze who gets it and what it says, and start now or at `when`. Raises ValidationFailed, Forbidden, NotFound."""
    with transaction.atomic():
        mailing = ListEmail.objects.select_for_update().filter(pk=key, is_deleted=False).first()
        if mailing is None:
            raise NotFound(_("There is no such mailing."))
        if mailing.status != DRAFT:
            raise refused(_("The mailing has been launched already."))
        if when is not None and when <= timezone.now():
            raise refused(_("Choose a moment that is still to come."), "ScheduledDate")
        _counted, checks, made = _looked_at(actor, mailing)
        stops = [one.text for one in checks if one.level == "stops"]
        if stops:
            raise refused(" ".join(stops))
        mailing.audience, mailing.launched_by_id = audience_of(mailing).as_json(), actor.user_id
        mailing.scheduled_date = when
        mailing.save(update_fields=["audience", "launched_by", "scheduled_date"])
        freeze_letters(actor, mailing, made)
        if not mailing.is_dynamic:
            freezing.draw(mailing, actor, due=when)
        save(actor, Change("ListEmail", {"Status": SCHEDULED if when else SENDING}, id=key))
    mailing.refresh_from_db()
    return mailing


def forget(mailing: ListEmail) -> None:
    """Undo the freezing of a mailing of which nothing was sent."""
    Recipient.objects.of(mailing.pk).delete()
    Content.objects.filter(list_email=mailing).delete()
    Link.objects.filter(list_email=mailing).delete()
    freezing.count(mailing.pk)
    ListEmail.objects.filter(pk=mailing.pk).update(scheduled_date=None, held_until=None)


def freeze_letters(actor: Actor, mailing: ListEmail, made: list[Made] | None = None) -> None:
    """Keep the letters of all variants, made now where they are not; raises what compiling raises."""
    tagging.settle(mailing)
    contents.freeze(mailing, _variants(mailing, made or _made(actor, mailing)))


def variants_of(actor: Actor, mailing: ListEmail) -> list[Variant]:
    """Return the letters of a mailing, each for contacts and for leads; ValidationFailed names what is wrong."""
    return _variants(mailing, _made(actor, mailing))


def _variants(mailing: ListEmail, made: list[Made]) -> list[Variant]:
    tags = tagging.tags_of(mailing)
    return [
        Variant(
            number,
            name,
            one.values["from_name"] or "",
            one.values["from_address"] or "",
            tagging.tagged(ready, tags),
        )
        for number, one in enumerate(made)
        for name, ready in one.ready.items()
    ]


def _made(actor: Actor, mailing: ListEmail) -> list[Made]:
    """Return the letter of each variant; raises what compiling raises."""
    own: dict[str, Any] = {
        "subject": mailing.subject,
        "from_name": mailing.from_name,
        "from_address": mailing.from_address,
        "template": mailing.email_template_id,
    }
    found = []
    for other in [{}, *mailing.trial.get("variants", [])]:
        values = own | {name: value for name, value in other.items() if value}
        letter = letters.letter_of(template_of(actor, values["template"]))
        letter = replace(letter, subject=values["subject"] or letter.subject)
        ready = {name: letters.compiled(letter, name) for name in OBJECTS.values()}
        found.append(Made(values, letter, ready))
    return found


def template_of(actor: Actor, key: int | None) -> EmailTemplate:
    """Return a template that the actor may see; raises ValidationFailed."""
    query = Query(
        "EmailTemplate",
        columns=(Column(Path(("Id",))),),
        where=Compare(Path(("Id",)), "eq", (Constant(key or 0),)),
    )
    if not key or run.first(actor, query) is None:
        raise refused(_("Choose the e-mail to send."), "EmailTemplateId")
    return EmailTemplate.objects.get(pk=key)


def refused(message: str, field: str = "") -> ValidationFailed:
    """Return the error of one sentence."""
    return ValidationFailed([FieldError(field, "FIELD_CUSTOM_VALIDATION_EXCEPTION", message)])


def _letter_checks(actor: Actor, mailing: ListEmail, made: list[Made]) -> list[Check]:
    """Return what the letters room has to say about each variant; what it calls good needs no line of its own."""
    found = [
        Check("stops" if one.key in STOPPING and one.state == "bad" else "warning", one.title, _help(one))
        for variant in made
        for one in letter_checks.checked(actor, variant.letter, variant.ready.get(variant.letter.object_name))
        if one.state in ("bad", "warn")
    ]
    found = list(dict.fromkeys(found)) or [Check("good", _("The mail can be written."))]
    return [*found, *_tag_check(mailing, made)]


def _help(check: letter_checks.Check) -> str:
    """Return what to do about something that was found, and where it was found."""
    return " ".join((check.text, " · ".join(check.details))).strip()


def _tag_check(mailing: ListEmail, made: list[Made]) -> list[Check]:
    """Return what the links to our own sites say of the campaign."""
    tags = tagging.tags_of(mailing)
    links = {link for one in _variants(mailing, made) for link in one.compiled.links} if tags else set()
    number = tagging.own(links)
    if not number:
        return []
    words = ngettext(
        "%(num)d link to our own sites names the campaign.",
        "%(num)d links to our own sites name the campaign.",
        number,
    )
    told = ", ".join(f"{name}={value}" for name, value in tags.items())
    return [Check("good", words % {"num": number}, told)]


def _sender_checks(mailing: ListEmail) -> list[Check]:
    found: list[Check] = []
    try:
        validate_email(mailing.from_address or "")
    except ValidationError:
        return [Check("stops", _("The sender’s address is missing."), _("Edit the mailing and enter it."))]
    if mailing.server is None and not Server.objects.exists():
        words = _("An administrator can add one in Setup, under “Mail delivery”.")
        found.append(Check("stops", _("No mail server is set up."), words, "server"))
    domain = couriers.domain_of(mailing.from_address or "")
    if domain is None:
        words = _("Mails without signature often end in the junk folder, and bounces go to the sender.")
        name = (mailing.from_address or "").rpartition("@")[2]
        text = _("%(domain)s is not set up as a sending domain.") % {"domain": name}
        found.append(Check("warning", text, words, "domain"))
    else:
        wrong = [one.name for one in domains.records(domain) if not one.found]
        if wrong:
            words = _("Not found in DNS: %(names)s.") % {"names": ", ".join(wrong)}
            found.append(
                Check(
                    "warning",
                    _("The DNS records of %(domain)s are not complete.") % {"domain": domain.name},
                    words,
                )
            )
        else:
            found.append(
                Check(
                    "good", _("%(domain)s signs its mails and tells who may send.") % {"domain": domain.name}
                )
            )
    return found
