"""A letter that is written for a step of a scenario comes back to the step, which sends it from then on."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse

from essor.domain.automation.definition import Step, changed
from essor.domain.automation.kinds import name_of
from essor.domain.marketing.scenarios.steps.send import SEND
from essor.faces.web.automation.reading import Shown
from essor.faces.web.letters import wanted
from essor.faces.web.records.reading import actor_of
from essor.faces.web.scenarios.reading import found
from essor.faces.web.shapes import Action
from essor.kernel.whole import whole
from essor.records.change import Change
from essor.records.save import save

WORD = "scenario"


def new_letter(shown: Shown, step: Step) -> str:
    """Return the address at which a letter for a step is begun."""
    return reverse("web:new_letter") + leading_back(shown, step)


def leading_back(shown: Shown, step: Step) -> str:
    """Return what an address ends with so that whoever goes there for a step comes back to it."""
    return f"?{wanted.PARAMETER}={WORD}:{shown.flow.pk}.{step.id}"


def _find(request: HttpRequest, rest: str) -> wanted.Place | None:
    key, _dot, node = rest.partition(".")
    flow = whole(key)
    if flow is None:
        return None
    shown = found(request, flow)
    step = shown.definition.step(node)
    if step is None or step.kind != SEND or not shown.desk.may_edit:
        return None

    def give(letter: int) -> None:
        actor = actor_of(request)
        save(actor, Change("EmailTemplate", {"RelatedEntityType": shown.site.obj.name}, id=letter))
        new = replace(step, settings={**step.settings, "template": letter})
        shown.desk.save(actor, shown.flow, changed(shown.definition, new), seen=shown.version)

    label = f"{shown.flow.name} – {name_of(step)}"
    return wanted.Place(give, Action(label, f"{shown.desk.base}?step={node}#panel"))


wanted.finder(WORD, _find)
