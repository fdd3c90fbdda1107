"""Who may see and change scenarios: whoever may make mailings. Others’ are for administrators: they act as others."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.automation.keepers import failures, keeper
from essor.domain.automation.models import Flow
from essor.domain.marketing.scenarios.models import Scenario
from essor.kernel.errors import Forbidden

MAILING = "ListEmail"


def may_see(actor: Actor) -> bool:
    """Tell whether somebody sees scenarios at all: their mailings would be seen too."""
    return catalog_for(actor).has(MAILING) and row_access.may(actor, MAILING, "read")


def may_make(actor: Actor) -> bool:
    """Tell whether somebody may make scenarios: they may make mailings, and are a person."""
    return not actor.system and may_see(actor) and row_access.may(actor, MAILING, "create")


def require_maker(actor: Actor) -> None:
    """Raise Forbidden unless somebody may make scenarios."""
    if not may_make(actor):
        raise Forbidden(_("You may not make scenarios."))


@keeper
def own_scenarios(actor: Actor, flow: Flow) -> bool:
    """Their own, which act with their own rights."""
    mine = flow.owner_id == actor.user_id and flow.acting == Flow.Acting.OWNER
    return mine and may_make(actor) and Scenario.objects.filter(pk=flow.pk).exists()


@failures
def people_failed(flow: Flow) -> str:
    """Those of a scenario stand on its own page."""
    return f"/scenarios/{flow.pk}/people?state=failed" if Scenario.objects.filter(pk=flow.pk).exists() else ""
