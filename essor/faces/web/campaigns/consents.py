"""What a person agreed to and refused, with its proof, and how somebody writes down what the person said."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.access import principals
from essor.domain.marketing.consent import ask, write
from essor.domain.marketing.consent.channels import FIELDS, STATES
from essor.domain.marketing.consent.models import Consent, Individual, Suppression, Topic, TopicChoice
from essor.domain.marketing.consent.people import KINDS, Person
from essor.faces.web import addresses, offers
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.toasts import toast
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed

SHOWN, LONGEST = 10, 2_000
OBJECT, EMAIL = "Individual", "email"


@offers.record_panel("Contact", "Lead")
def consent_panel(record: Loaded) -> offers.Panel | None:
    """Offer what the person agreed to."""
    if not record.catalog.has(OBJECT) or not record.object.has("IndividualId"):
        return None
    return offers.Panel("consent", addresses.record(record.id, "consent"), "side", fresh=False)


@require_http_methods(["GET", "POST"])
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the consents of a person, or write down what the person said."""
    record = load(actor_of(request), record_id, of=tuple(KINDS))
    if not record.catalog.has(OBJECT):
        raise NotFound(_("There is no such record."))
    problem = ""
    if request.method == "POST":
        try:
            _record(request, record)
            record = load(record.actor, record_id)
        except ValidationFailed as refused:
            problem = str(refused)
    response = render(
        request, "campaigns/consent.html.jinja", _context(record, problem), status=422 if problem else 200
    )
    if request.method == "POST" and not problem:
        toast(response, _("Saved."))
    return response


def _record(request: HttpRequest, record: Loaded) -> None:
    if not may_edit(record):
        raise Forbidden(_("You may read this record but not change it."))
    name, _colon, about = request.POST.get("channel", "").partition(":")
    channel = next((one for one in FIELDS if one == name), None)
    topic = next((one for one in topics() if str(one.pk) == about), None)
    state = next((one for one in STATES if one == request.POST.get("state")), None)
    wording = request.POST.get("wording", "").strip()
    if channel is None or state is None or (about and (topic is None or channel != EMAIL)):
        raise ValidationFailed(
            [FieldError("", "REQUIRED_FIELD_MISSING", _("Choose what, and whether the person agrees."))]
        )
    if not wording:
        text = _("Note what the person said or signed, and where: this is the proof.")
        raise ValidationFailed([FieldError("wording", "REQUIRED_FIELD_MISSING", text)])
    write.record(
        Person(KINDS[record.object.name], record.key),
        channel,
        state,
        topic=topic,
        source=_("Recorded by %(name)s") % {"name": record.actor.name},
        wording=wording[:LONGEST],
        user_id=record.actor.user_id,
    )


def topics() -> list[Topic]:
    """Return what mails may be about, for which people say yes or no apart from e-mail at large."""
    return list(Topic.objects.filter(is_active=True, is_deleted=False).order_by("name", "pk"))


def _context(record: Loaded, problem: str) -> dict[str, object]:
    key = record.values.get("IndividualId")
    one = Individual.objects.filter(pk=key or 0, is_deleted=False).first()
    obj = record.catalog.object(OBJECT)
    fields = [(channel, obj.field(name)) for channel, name in FIELDS.items() if obj.has(name)]
    rows = list(
        Consent.objects.filter(individual_id=key or 0).select_related("topic").order_by("-at", "-pk")[:SHOWN]
    )
    mail = str(record.values.get("Email") or "")
    blocked = Suppression.objects.filter(address__in=ask.suppressed([mail])).first() if mail else None
    chosen = dict(TopicChoice.objects.filter(individual_id=key or 0).values_list("topic_id", "state"))
    names = principals.names(row.user_id for row in rows)
    return {
        "record": record,
        "problem": problem,
        "may": may_edit(record),
        "blocked": blocked,
        "proof": rows,
        "names": names,
        "topics": [(one, chosen.get(one.pk)) for one in topics()],
        "email": EMAIL,
        "states": [
            (channel, field.label, getattr(one, field.attr) if one else None) for channel, field in fields
        ],
        "labels": {channel: field.label for channel, field in fields},
    }
