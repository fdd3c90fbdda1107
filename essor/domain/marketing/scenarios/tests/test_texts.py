"""Text messages over a real HTTP server on loopback: each provider's way, what it reports, and STOP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.automation import actions as flows
from essor.domain.automation import numbers, outgoing
from essor.domain.automation.jobs import look
from essor.domain.automation.models import FlowRun, FlowStep, Outgoing, RunState
from essor.domain.marketing.consent import write as consents
from essor.domain.marketing.consent.models import OPT_IN, OPT_OUT, Consent, Individual
from essor.domain.marketing.consent.people import CONTACT, Person
from essor.domain.marketing.scenarios import actions, troubles
from essor.domain.marketing.scenarios.figures import failed
from essor.domain.marketing.scenarios.models import Gateway, SentText
from essor.domain.marketing.scenarios.tests.conftest import STORY, MakeScenario, people, work
from essor.domain.marketing.scenarios.texts import brevo, keeping, ovh, twilio
from essor.domain.notifications.models import Notification
from essor.kernel.errors import EssorError, Forbidden, ValidationFailed

NUMBER = "+33612345678"
KEYS = {
    "provider": "ovh",
    "sender": "Vauban",
    "service": "sms-ab1-1",
    "application_key": "AK",
    "application_secret": "SECRET-OF-OVH",
    "consumer_key": "CK",
}


class Desk:
    """A provider: its address, what it got (path, headers, body), and how it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[str, dict[str, str], str]] = []
        self.status, self.reply = 200, {"ids": [871], "id": "own-7", "sid": "SM1", "messageId": 99}


@pytest.fixture
def desk(settings: Any) -> Iterator[Desk]:
    """A provider on loopback that takes everything."""
    settings.WEBHOOKS_TO_LOOPBACK = True
    found = Desk()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.got.append((self.path, dict(self.headers), body))
            answer = json.dumps(found.reply).encode()
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_text_messages_go_to_those_who_agreed_until_they_say_stop(
    admin: Actor, make_scenario: MakeScenario, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ovh, "BASE", desk.url)
    anna, bob = people("anna", "bob", mobile_phone="06 12 34 56 78")
    consents.record(Person(CONTACT, anna), "sms", "opt_in", source="test", wording="yes")
    step = {"kind": "sms", "settings": {"text": "Hello {{ FirstName }}"}}
    with pytest.raises(ValidationFailed, match="provider"):
        make_scenario(STORY, step)
    row = keeping.keep(admin, KEYS)
    make_scenario(STORY, step)
    work()
    ((path, headers, body),) = desk.got
    said = json.loads(body)
    assert path == "/sms/sms-ab1-1/jobs"
    assert (said["receivers"], said["message"], said["sender"]) == ([NUMBER], "Hello anna", "Vauban")
    signed = "+".join(("SECRET-OF-OVH", "CK", "POST", desk.url + path, body, headers["X-Ovh-Timestamp"]))
    assert headers["X-Ovh-Signature"] == "$1$" + hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 -- theirs
    assert dict(FlowStep.objects.values_list("run__record_id", "outcome"))[bob] == "skipped"
    assert not FlowRun.objects.filter(state__in=(RunState.HELD, RunState.WAITING, RunState.FAILED)).exists()

    stranger, receipt, answer = Client(), keeping.address(row, "receipt"), keeping.address(row, "answer")
    sent = SentText.objects.get()
    for query in ("?id=871&ptt=2", "?id=1&ptt=4", "?id=871&ptt=4&descriptionDlr=Success", "?id=871&ptt=5"):
        assert stranger.get(receipt + query).status_code == 204
    sent.refresh_from_db()
    assert (sent.number, sent.state, sent.words) == (NUMBER, "delivered", "Success")
    assert stranger.get(receipt.replace(row.token, "0" * 64)).status_code == 404

    assert stranger.get(receipt.replace(row.token, "é")).status_code == 404
    ours = {"id": "871", "ptt": "4", "to": NUMBER, "content": "Stop hesitating: 20 % off"}
    assert stranger.post(receipt, ours).status_code == 204
    assert set(Individual.objects.values_list("sms_consent", flat=True)) == {OPT_IN}, "the words are ours"
    assert stranger.post(answer, {"From": NUMBER, "Body": "Thank you, do not stop!"}).status_code == 204
    assert set(Individual.objects.values_list("sms_consent", flat=True)) == {OPT_IN}
    assert stranger.post(answer, {"from": NUMBER[1:], "text": "ARRÊT svp"}).status_code == 204
    assert set(Individual.objects.values_list("sms_consent", flat=True)) == {OPT_OUT}
    proof = Consent.objects.filter(channel="sms").latest("pk")
    assert (proof.wording, proof.source) == ("ARRÊT svp", f"SMS {NUMBER}")


@pytest.mark.django_db
def test_each_provider_is_told_its_own_way_and_its_refusals_are_words(
    admin: Actor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (brevo, twilio):
        monkeypatch.setattr(room, "BASE", desk.url)
    keeping.keep(admin, {"provider": "brevo", "sender": "Vauban", "api_key": "K"})
    assert keeping.attempt(admin, "06 12 34 56 78", "Hé") == "99"
    keeping.keep(
        admin, {"provider": "twilio", "sender": "+33700000000", "account": "AC" + "0" * 32, "token": "T"}
    )
    assert keeping.attempt(admin, NUMBER, "Hé & co") == "SM1"
    keeping.keep(
        admin,
        {
            "provider": "template",
            "sender": "Vauban",
            "url": f"{desk.url}/send?a=1",
            "headers": "Authorization: Bearer X",
            "body": '{"n": "{{ number }}", "t": "{{ text }}", "s": "{{from}}"}',
        },
    )
    assert keeping.attempt(admin, NUMBER, 'Say "hé"\n') == "own-7"
    keeping.keep(admin, {"provider": "webhook", "url": f"{desk.url}/own"})
    keeping.attempt(admin, NUMBER, "Hé")
    first, second, third, fourth = desk.got
    assert (first[0], first[1]["api-key"], json.loads(first[2])["recipient"]) == (
        "/transactionalSMS/sms",
        "K",
        NUMBER[1:],
    )
    assert parse_qs(second[2])["Body"] == ["Hé & co"]
    assert json.loads(third[2]) == {"n": NUMBER[1:], "t": 'Say "hé"\n', "s": "Vauban"}
    assert (third[0], third[1]["Authorization"]) == ("/send?a=1", "Bearer X")
    moment, signature = (part.partition("=")[2] for part in fourth[1][outgoing.SIGNATURE].split(","))
    assert outgoing.sign(Gateway.objects.get().secret, int(moment), fourth[2].encode()) == signature

    keeping.keep(admin, {"provider": "brevo", "sender": "Vauban", "api_key": "K"})
    desk.status, desk.reply = 400, {"message": "Sender is not valid"}
    with pytest.raises(EssorError, match="Sender is not valid"):
        keeping.attempt(admin, NUMBER, "x")
    assert "Sender is not valid" in Gateway.objects.get().problem


@pytest.mark.django_db(transaction=True)
def test_a_message_that_waits_is_held_by_a_pause_and_not_sent_to_whoever_says_no_or_is_taken_out(
    admin: Actor, make_scenario: MakeScenario, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brevo, "BASE", desk.url)
    anna, bob = people("anna", "bob", mobile_phone=NUMBER)
    for one in (anna, bob):
        consents.record(Person(CONTACT, one), "sms", "opt_in", source="test", wording="yes")
    keeping.keep(admin, {"provider": "brevo", "sender": "Vauban", "api_key": "K"})
    scenario = make_scenario(STORY, {"kind": "sms", "settings": {"text": "Hi"}})

    def try_again() -> None:
        Outgoing.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        look.enqueue()
        work()

    desk.status, desk.reply = 503, {"message": "Maintenance"}
    work()
    actions.pause(admin, scenario)
    desk.status, desk.reply = 200, {"messageId": 1}
    try_again()
    assert len(desk.got) == 2, "nothing leaves a paused scenario"
    consents.record(Person(CONTACT, anna), "sms", "opt_out", source="test", wording="no")
    flows.stop(admin, scenario.flow, scenario.flow.runs.filter(record_id=bob).values_list("pk", flat=True))
    actions.resume(admin, scenario)
    try_again()
    assert len(desk.got) == 2
    ended = dict(scenario.flow.runs.values_list("record_id", "state"))
    assert ended == {anna: RunState.DONE, bob: RunState.STOPPED}
    assert numbers.arrows(scenario.flow.active)["s1", "skipped"] == 1
    assert not Outgoing.objects.filter(due_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_a_refused_message_fails_where_the_scenario_is_looked_after(
    admin: Actor, make_scenario: MakeScenario, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brevo, "BASE", desk.url)
    (anna,) = people("anna", mobile_phone=NUMBER)
    consents.record(Person(CONTACT, anna), "sms", "opt_in", source="test", wording="yes")
    keeping.keep(admin, {"provider": "brevo", "sender": "Vauban", "api_key": "K"})
    scenario = make_scenario(STORY, {"kind": "sms", "settings": {"text": "Hi"}})
    desk.status, desk.reply = 503, {"message": "Maintenance"}
    work()
    (found,) = troubles.of_flow(scenario.flow)
    assert (found.what, found.step, found.why, found.waiting) == (
        "call",
        "Send a text message",
        "Maintenance",
        1,
    )
    desk.status, desk.reply = 400, {"message": "Sender is not valid"}
    Outgoing.objects.update(due_at=timezone.now())
    look.enqueue()
    work()
    run = scenario.flow.runs.get()
    assert (run.state, "Sender is not valid" in run.error, len(desk.got)) == (RunState.FAILED, True, 2)
    assert (troubles.of_flow(scenario.flow), failed([scenario.pk])) == ([], {scenario.pk: 1})
    assert Notification.objects.get(link__gt="").link == f"/scenarios/{scenario.flow_id}/people?state=failed"
    assert not SentText.objects.exists()


@pytest.mark.django_db
def test_keys_are_sealed_and_nothing_inside_the_house_is_called(
    admin: Actor, make_user: Any, settings: Any
) -> None:
    from essor.access.actor import actor_for

    with pytest.raises(Forbidden):
        keeping.keep(actor_for(make_user("Nobody")), KEYS)
    keeping.keep(admin, KEYS)
    row = Gateway.objects.get()
    assert row.options == {"service": "sms-ab1-1"}
    assert "SECRET-OF-OVH" not in row.sealed
    keeping.keep(
        admin, KEYS | {"application_key": "", "application_secret": "", "consumer_key": "", "sender": ""}
    )
    found = keeping.line()
    assert found is not None
    assert found.account.options["application_secret"] == "SECRET-OF-OVH"  # an empty box keeps what is there
    with pytest.raises(ValidationFailed) as refused:
        keeping.keep(
            admin,
            {"provider": "template", "url": "ftp://x", "body": "{", "headers": "no", "sender": "Ünser Büro"},
        )
    assert {one.field for one in refused.value.errors} == {"url", "body", "headers", "sender"}
    inside = {"provider": "template", "url": "http://127.0.0.1:1/", "body": '{"a": "{{ to }} {{ text }}"}'}
    settings.WEBHOOKS_TO_LOOPBACK = True
    keeping.keep(admin, inside)
    settings.WEBHOOKS_TO_LOOPBACK = False
    with pytest.raises(EssorError, match="inside a network"):
        keeping.attempt(admin, NUMBER, "x")
    for url in ("http://192.168.1.1/", "http://127.0.0.1:1/", "http://169.254.169.254/latest"):
        with pytest.raises(ValidationFailed, match="inside a network"):
            keeping.keep(admin, inside | {"url": url})
    settings.SECRET_KEY = "another"
    with pytest.raises(EssorError, match="Enter them again"):
        keeping.line()
