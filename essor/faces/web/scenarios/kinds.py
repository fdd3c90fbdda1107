"""The panels of the steps that scenarios bring: letter, text message, lot, what people did, membership, task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from essor.access import rows as row_access
from essor.access.rights import Permission
from essor.domain.automation.definition import Step, Way
from essor.domain.automation.durations import UNITS
from essor.domain.automation.kinds import STEPS
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.domain.marketing.campaigns.statuses import of_campaigns
from essor.domain.marketing.letters import compile as letters
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.letters.pictures import may_write
from essor.domain.marketing.scenarios import figures, mails
from essor.domain.marketing.scenarios.models import Scenario
from essor.domain.marketing.scenarios.steps import engaged, split
from essor.domain.marketing.sending.models import Server
from essor.faces.web import addresses
from essor.faces.web.automation import options
from essor.faces.web.automation.desks import KindForm, kind_form
from essor.faces.web.automation.reading import Shown
from essor.faces.web.automation.sent import number
from essor.faces.web.scenarios import choosing
from essor.faces.web.scenarios.letters import leading_back, new_letter
from essor.kernel import ids
from essor.kernel.errors import EssorError
from essor.kernel.whole import whole
from essor.query import run
from essor.query.tree import All, Column, Compare, Condition, Constant, Path, Query

TEMPLATE = "EmailTemplate"
LONGEST = {"subject": 255, "from_name": 120, "from_address": 254, "reply_to_address": 254}
MOST_WEIGHT, MOST_WAYS = 1_000, 5
MOST_WAIT = 100_000


def _is(name: str, value: Any) -> Condition:
    return Compare(Path((name,)), "eq", (Constant(value),))


# ---- send a letter ------------------------------------------------------------------------------


def _letters(shown: Shown, step: Step) -> choosing.Options:
    """Return the letters that are ready to be sent to these people, the last changed first."""
    keep = step.settings.get("template")
    where = All((_is("IsActive", value=True), _is("RelatedEntityType", shown.site.obj.name)))
    return choosing.newest(
        shown.site.actor,
        TEMPLATE,
        keep=keep if isinstance(keep, int) else None,
        where=where,
        by="LastModifiedDate",
    )


def _send_more(shown: Shown, step: Step) -> dict[str, Any]:
    some = _letters(shown, step)
    scenario = mails.scenario_of(shown.flow)
    topics = choosing.topics(shown.site.actor)
    ids_of = {key: ids.encode("00X", int(key)) for key, _name in some}
    return {
        "letters": some,
        "topics": topics,
        "scenario": scenario,
        "editors": {key: reverse("web:letter", args=[one]) for key, one in ids_of.items()},
        "previews": {key: reverse("web:letter_shown", args=[one]) for key, one in ids_of.items()},
        "writing": new_letter(shown, step) if may_write(shown.site.actor) else "",
        **_servers(shown, step),
    }


def _servers(shown: Shown, step: Step) -> dict[str, Any]:
    """Return whether a mail server is missing, and where this reader may set one up, to come back to the step then."""
    missing = not Server.objects.exists()
    may = missing and shown.site.actor.can(Permission.CUSTOMIZE)
    way = reverse("web:setup_add_server") + leading_back(shown, step)
    return {"serverless": missing, "server": way if may else ""}


def _send_flat(step: Step) -> Mapping[str, Any]:
    return {**step.settings, "capped": step.settings.get("capped", True)}


def _send_read(shown: Shown, step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    template = data.get("template", "")
    if template in dict(_letters(shown, step)):
        found["template"] = int(template)
    for name, limit in LONGEST.items():
        text = " ".join(data.get(name, "").split())[:limit]
        if text:
            found[name] = text
    topic = whole(data.get("topic", ""))
    if topic:
        found["topic"] = topic
    if "1" not in data.getlist("capped"):
        found["capped"] = False
    return found


# ---- text message -------------------------------------------------------------------------------


def _sms_more(shown: Shown, step: Step) -> dict[str, Any]:
    return {"inserts": options.merge_fields(shown.site), "texts": figures.texts_of(shown.flow.pk, step.id)}


def _sms_read(_shown: Shown, _step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    return {"text": data.get("text", "").strip()}


# ---- by lot -------------------------------------------------------------------------------------


def _split_flat(step: Step) -> Mapping[str, Any]:
    return {f"weight.{way}": weight for way, weight in split.weights(step).items()}


def _split_read(_shown: Shown, step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    return {"weights": {way.id: number(data, f"weight.{way.id}", 0, MOST_WEIGHT, 1) for way in step.paths}}


def _split_ways(step: Step, data: QueryDict) -> tuple[Way, ...]:
    drop = data.get("drop", "") if len(step.paths) > 2 else ""  # noqa: PLR2004 -- a fork has two prongs
    found = [_renamed(way, data) for way in step.paths if way.id != drop]
    if data.get("more") and len(found) < MOST_WAYS:
        key = next(letter for letter in "abcdefgh" if step.path(letter) is None)
        found.append(Way(key, key.upper()))
    return tuple(found)


# ---- what they did ------------------------------------------------------------------------------


def _engaged_more(shown: Shown, step: Step) -> dict[str, Any]:
    sent = []
    for key in engaged.before(shown.definition, step.id):
        one = shown.definition.step(key)
        if one is not None:
            kind = STEPS[one.kind]
            sent.append((key, one.title or kind.told(one, shown.site) or str(kind.label)))
    chosen = shown.definition.step(str(step.settings.get("mail", "")))
    return {"mails": sent, "links": _links(shown, chosen), "deeds": _deeds()}


def _deeds() -> list[tuple[str, str]]:
    labels = {
        engaged.CLICKED: pgettext("deed", "Clicked"),
        engaged.OPENED: pgettext("deed", "Opened"),
        engaged.BOUNCED: pgettext("deed", "The mail came back"),
    }
    return list(labels.items())


def _links(shown: Shown, sent: Step | None) -> choosing.Options:
    """Return the addresses in the letter of a step, as far as the reader sees the letter."""
    key = sent.settings.get("template") if sent is not None else None
    seen = Query(TEMPLATE, columns=(Column(Path(("Id",))),), where=_is("Id", key))
    if not isinstance(key, int) or not run.rows(shown.site.actor, seen):
        return []
    try:
        letter = letters.letter_of(EmailTemplate.objects.get(pk=key))
        links = letters.compiled(letter, shown.site.obj.name).links
    except EssorError:
        return []
    # An address with a merge field in it is another one for each person.
    plain = ["".join(map(str, text)) for text in links if all(isinstance(part, str) for part in text)]
    return [(link, link) for link in dict.fromkeys(plain)]


def _engaged_flat(step: Step) -> Mapping[str, Any]:
    return {**step.settings, "deeds": [way.id for way in step.paths if way.id != engaged.NOTHING]}


def _engaged_read(_shown: Shown, _step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    unit = data.get("unit", "days")
    found = {
        "mail": data.get("mail", ""),
        "amount": number(data, "amount", 1, MOST_WAIT, 3),
        "unit": unit if unit in UNITS else "days",
    }
    link = data.get("link", "").strip()[:2000]
    return {**found, "link": link} if link else found


def _engaged_ways(step: Step, data: QueryDict) -> tuple[Way, ...]:
    """Return a path for each deed that is ticked, the stronger first, and one for nothing."""
    wanted = set(data.getlist("deeds"))
    labels = dict(_deeds())
    found = [
        _renamed(step.path(one) or Way(one, labels[one]), data)
        for one in engaged.WAYS
        if one in wanted and one in labels
    ]
    nothing = step.path(engaged.NOTHING) or Way(engaged.NOTHING, _("Nothing"))
    return (*found, _renamed(nothing, data))


# ---- membership ---------------------------------------------------------------------------------


def _member_more(shown: Shown, step: Step) -> dict[str, Any]:
    own = step.settings.get("campaign")
    scenario = Scenario.objects.filter(pk=shown.flow.pk).first()
    campaign = own if isinstance(own, int) and own else (scenario.campaign_id if scenario else None)
    statuses = of_campaigns([campaign]).get(campaign, ()) if campaign else ()
    return {
        "campaigns": choosing.campaigns(shown.site.actor, own if isinstance(own, int) else None),
        "statuses": [(one.label, one.label) for one in statuses],
        "own": scenario and scenario.campaign_id,
        "new": addresses.new_record(CAMPAIGN) if row_access.may(shown.site.actor, CAMPAIGN, "create") else "",
    }


def _member_read(shown: Shown, step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    key = whole(data.get("campaign", ""))
    known = dict(choosing.campaigns(shown.site.actor, step.settings.get("campaign")))
    return {
        "campaign": key if key and str(key) in known else 0,
        "status": data.get("status", "").strip()[:120],
    }


def _renamed(way: Way, data: QueryDict) -> Way:
    label = data.get(f"label.{way.id}", way.label).strip()[:120]
    return Way(way.id, label or way.label, way.where, way.steps)


PANELS = "scenarios/panels/{}.html.jinja"
kind_form("send", KindForm(PANELS.format("send"), _send_read, _send_more, flat=_send_flat))
kind_form("sms", KindForm(PANELS.format("sms"), _sms_read, _sms_more))
kind_form("split", KindForm(PANELS.format("split"), _split_read, ways=_split_ways, flat=_split_flat))
kind_form(
    "engaged",
    KindForm(
        PANELS.format("engaged"),
        _engaged_read,
        _engaged_more,
        {"amount": 3, "unit": "days"},
        _engaged_ways,
        _engaged_flat,
    ),
)
kind_form("member", KindForm(PANELS.format("member"), _member_read, _member_more))
