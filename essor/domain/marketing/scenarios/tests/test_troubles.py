"""What is in the way of a scenario stands on its page, reaches its owner, and loses nobody."""

from __future__ import annotations

from collections.abc import Callable

from essor.access.actor import Actor
from essor.access.models import User
from essor.domain.automation import actions as flows
from essor.domain.automation import entering
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.scenarios import actions, troubles
from essor.domain.marketing.scenarios.figures import failed
from essor.domain.marketing.scenarios.tests.conftest import STORY, MakeScenario, people, work
from essor.domain.marketing.sending import control
from essor.domain.marketing.sending.models import ListEmail, Server
from essor.domain.marketing.sending.tests.sink import Sink
from essor.domain.notifications.models import Notification


def test_a_letter_that_stops_is_told_and_goes_on_when_it_is_mended(
    admin: Actor, server: Sink, letter: Callable[[str], int], make_scenario: MakeScenario
) -> None:
    people("anna", "bob")
    Server.objects.update(security="starttls")  # which the sink does not offer
    scenario = make_scenario(STORY, {"kind": "send", "title": "Guide", "settings": {"template": letter("A")}})
    work()
    (found,) = troubles.of_flow(scenario.flow)
    assert (found.what, found.step, found.waiting) == ("stopped", "Guide", 2)
    assert "STARTTLS" in found.why
    assert troubles.troubled([scenario.pk]) == {scenario.pk}
    told = Notification.objects.get(kind="mailing_stopped")
    assert (told.user_id, told.record_id) == (admin.user_id, found.mailing)

    Server.objects.update(security="none")
    assert actions.send_on(admin, scenario) == 1
    work()
    assert (sorted(server.mailed), troubles.of_flow(scenario.flow)) == (
        ["anna@dest.example", "bob@dest.example"],
        [],
    )

    control.pause(admin, found.mailing)
    assert [one.what for one in troubles.of_flow(scenario.flow)] == ["paused"]
    actions.pause(admin, scenario)
    assert troubles.of_flow(scenario.flow) == [], "the whole scenario is paused: nobody wonders"
    control.cancel(admin, found.mailing)
    assert [one.what for one in troubles.of_flow(scenario.flow)] == ["cancelled"]
    flow = scenario.flow
    flows.activate(admin, flow, flows.draft_of(admin, flow))
    assert ListEmail.objects.count() == 2, "a cancelled mailing takes nobody any more"


def test_a_letter_that_is_gone_fails_in_its_owners_language_and_goes_out_once_it_is_back(
    admin: Actor, server: Sink, letter: Callable[[str], int], make_scenario: MakeScenario
) -> None:
    keys = people("anna")
    User.objects.update(language="fr")
    send = {"kind": "send", "settings": {"template": letter("A")}}
    scenario = make_scenario({"on": "manual", "again": "always"}, send)
    assert actions.let_in(admin, scenario, keys) == 1
    work()
    EmailTemplate.objects.update(is_deleted=True)
    assert actions.let_in(admin, scenario, keys) == 1
    work()
    assert failed([scenario.pk]) == {scenario.pk: 1}
    told = Notification.objects.get(kind="flow_failed")
    assert "Envoyer un e-mail de la bibliothèque" in told.title

    EmailTemplate.objects.update(is_deleted=False)
    assert flows.retry(admin, scenario.flow) == 1
    work()
    assert (server.mailed, failed([scenario.pk])) == (["anna@dest.example"] * 2, {})


def test_an_entry_that_fails_is_told_until_somebody_comes_in(make_scenario: MakeScenario, db: None) -> None:
    wait = {"kind": "wait", "settings": {"for": "time", "amount": 1, "unit": "days"}}
    flow = make_scenario({"on": "manual", "again": "always"}, wait).flow
    entering.note_failure(flow.active, "The segment is gone.")
    (found,) = troubles.of_flow(flow)
    assert (found.what, found.why) == ("entry", "The segment is gone.")
    entering.enter_some(flow, people("anna"))
    assert troubles.of_flow(flow) == []
