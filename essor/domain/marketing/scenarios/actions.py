"""What people do with scenarios beyond what they do with flows: make them, set them up, pause, stop, let people in by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.automation import actions as flows
from essor.domain.automation import entering, moving
from essor.domain.automation.definition import Definition, Trigger
from essor.domain.automation.keepers import require_keeper
from essor.domain.automation.kinds import site_of
from essor.domain.automation.loading import meeting
from essor.domain.automation.models import Flow
from essor.domain.marketing.campaigns import members
from essor.domain.marketing.consent.models import Topic
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.scenarios import mails, rights, troubles
from essor.domain.marketing.scenarios.models import Scenario
from essor.domain.marketing.sending import control
from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.states import PAUSED, SENDING
from essor.kernel.errors import FieldError, ValidationFailed
from essor.query.tree import Compare, Constant, Path

SETTINGS = (
    "campaign_id",
    "topic_id",
    "from_name",
    "from_address",
    "reply_to_address",
    "is_capped",
    "is_tracked",
)
OPTED_OUT = Compare(Path(("HasOptedOutOfEmail",)), "eq", (Constant(value=True),))


def create(
    actor: Actor,
    *,
    name: str,
    object_name: str,
    definition: Definition | None = None,
    description: str = "",
    **settings: Any,
) -> Scenario:
    """Make a scenario of contacts or leads that is off, with a first draft: who opts out of mail leaves it.

    `settings` are those of `save_settings`. Raises Forbidden, ValidationFailed.
    """
    rights.require_maker(actor)
    if object_name not in KINDS:
        raise _refused("object", _("Scenarios are made for contacts or leads."))
    with transaction.atomic():
        start = definition or Definition(Trigger(on="segment", every="once", again="never"), drop=OPTED_OUT)
        flow = flows.new_flow(
            actor, name=name, object_name=object_name, definition=start, description=description
        )
        scenario = Scenario.objects.create(flow=flow, from_name=actor.name, from_address=actor.email)
        if settings:
            save_settings(actor, scenario, **settings)
    return scenario


def save_settings(actor: Actor, scenario: Scenario, **settings: Any) -> None:
    """Set some of SETTINGS. Steps that are in force go on as they were until a new version is put in force."""
    require_keeper(actor, scenario.flow)
    unknown = set(settings) - set(SETTINGS)
    if unknown:
        raise TypeError(", ".join(sorted(unknown)))
    for name in ("from_address", "reply_to_address"):
        _check_address(name, str(settings.get(name) or ""))
    if settings.get("campaign_id"):
        members.checked(actor, settings["campaign_id"])
    topic = settings.get("topic_id")
    if topic and not Topic.objects.filter(pk=topic, is_active=True, is_deleted=False).exists():
        raise _refused("topic_id", _("Choose a topic of the list."))
    for name, value in settings.items():
        setattr(scenario, name, value)
    scenario.save(update_fields=list(settings))


def pause(actor: Actor, scenario: Scenario) -> None:
    """Let nobody move, and hold the mails that have not left yet."""
    with transaction.atomic():
        moving.pause(actor, scenario.flow)
        _turn(actor, scenario.flow, SENDING)


def resume(actor: Actor, scenario: Scenario) -> None:
    """Go on."""
    with transaction.atomic():
        moving.resume(actor, scenario.flow)
        _turn(actor, scenario.flow, PAUSED)


def send_on(actor: Actor, scenario: Scenario) -> int:
    """Let letters go on that a problem had stopped, made anew; return how many. Raises what is still wrong with one."""
    require_keeper(actor, scenario.flow)
    keys = troubles.stopped(scenario.flow_id)
    with transaction.atomic():
        for key in keys:
            control.resume(actor, key)
    return len(keys)


def stop(actor: Actor, scenario: Scenario, *, people: bool = True) -> int:
    """Turn it off; with `people`, whoever is inside leaves where they stand. Mails that are written already go out.

    Return how many left.
    """
    with transaction.atomic():
        number = flows.deactivate(actor, scenario.flow, stop_runs=people)
        if scenario.flow.paused:
            resume(actor, scenario)
        if people:
            mails.finish(scenario.flow_id)
    return number


def delete(actor: Actor, scenario: Scenario) -> None:
    """Remove a scenario that is off; its mailings and their figures stay."""
    with transaction.atomic():
        mails.finish(scenario.flow_id)
        flows.delete_flow(actor, scenario.flow)


def let_in(actor: Actor, scenario: Scenario, keys: Iterable[int]) -> int:
    """Let some people in by hand whom the scenario may see and who may come in (again); return how many came."""
    require_keeper(actor, scenario.flow)
    flow = scenario.flow
    site = site_of(actor, flow.object_name)
    begun = len(entering.enter_some(flow, sorted(meeting(site, set(keys), None))))
    if begun:
        entering.go_on()
    return begun


def _turn(actor: Actor, flow: Flow, status: str) -> None:
    turn = control.pause if status == SENDING else control.resume
    for key in ListEmail.objects.filter(pk__in=mails.of_flow(flow.pk), status=status).values_list(
        "pk", flat=True
    ):
        turn(actor, key)


def _check_address(name: str, address: str) -> None:
    try:
        if address:
            validate_email(address)
    except ValidationError:
        raise _refused(name, _("“%(value)s” is no address.") % {"value": address[:80]}) from None


def _refused(field: str, message: str) -> ValidationFailed:
    return ValidationFailed([FieldError(field, "FIELD_INTEGRITY_EXCEPTION", message)])
