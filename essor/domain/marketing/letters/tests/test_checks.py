"""What is missing before a letter is sent is named, the worst first."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.domain.marketing.letters import codec, dead_links, senders
from essor.domain.marketing.letters.checks import Check, checked
from essor.domain.marketing.letters.compile import HTML, Letter
from essor.domain.marketing.letters.ready import LANGUAGES, READY
from essor.domain.marketing.letters.starting import SOURCES

pytestmark = pytest.mark.django_db
STOP = {"kind": "text", "id": "stop", "html": '<p><a href="{{ unsubscribe }}">stop</a></p>'}


def found(actor: Actor, *blocks: dict[str, Any], **more: Any) -> dict[str, Check]:
    document = codec.document({"version": 1, "blocks": list(blocks)})
    return {one.key: one for one in checked(actor, Letter(document=document, **more))}


def states(checks: dict[str, Check]) -> dict[str, str]:
    return {key: one.state for key, one in checks.items() if one.state != "good"}


def test_a_good_letter_has_nothing_to_mend(admin: Actor) -> None:
    assert states(found(admin, STOP, subject="Hello {{ LastName }}")) == {}, "a last name is never empty"


def test_each_gap_is_named(admin: Actor) -> None:
    picture = {"kind": "picture", "id": "p", "src": "/pictures/a.png"}
    button = {"kind": "button", "id": "b", "label": "Go", "href": "https://"}
    part = {"kind": "dynamic", "id": "d", "blocks": []}
    checks = found(admin, picture, button, part, {"kind": "text", "id": "t", "html": "<p>{{ Title }}</p>"})
    assert states(checks) == {
        "subject": "bad",
        "unsubscribe": "bad",
        "nowhere": "bad",
        "fallback": "warn",
        "alt": "warn",
        "segment": "warn",
    }
    assert checks["fallback"].details == ("Title (Title)",)
    assert checks["nowhere"].details == ("Go",)
    decoration = {**picture, "decorative": True}
    assert "alt" not in states(found(admin, STOP, decoration, subject="x"))


def test_a_letter_of_more_than_100_kilobytes_is_too_large(admin: Actor) -> None:
    long = {"kind": "text", "id": "t", "html": "<p>" + "word " * 9_900 + "</p>"}
    checks = found(admin, STOP, long, {**long, "id": "t2"}, subject="x")
    assert states(checks)["size"] == "bad"


def test_sources_are_looked_at_too(admin: Actor) -> None:
    bad = checked(
        admin,
        Letter(
            "x", kind=HTML, source="<img src='https://a.example/x.png'>{% if Title %}{{ Title }}{% endif %}"
        ),
    )
    assert {one.key for one in bad if one.state != "good"} >= {"unsubscribe", "alt"}
    assert checked(admin, Letter("x", kind=HTML, source="<p>{{ Nothing__c }}</p>"))[0].key == "compile"
    fine = Letter("x", kind=HTML, source='{% if Title %}x{% endif %}<a href="{{ unsubscribe }}">stop</a>')
    assert "unsubscribe" not in {one.key for one in checked(admin, fine) if one.state != "good"}


@pytest.mark.parametrize("ready", READY, ids=lambda one: one.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_ready_made_letters_only_lack_where_their_buttons_lead(
    admin: Actor, ready: Any, language: str
) -> None:
    checks = checked(admin, ready.letter(language, site="https://www.vauban.example"))
    answered = ready.key == "invitation"  # its buttons lead to the answers of whoever is invited
    assert [one.key for one in checks if one.state in ("bad", "warn")] == ([] if answered else ["nowhere"])
    placed = checked(admin, ready.letter(language, leads="https://www.vauban.example/guide"))
    assert [one.title for one in placed if one.state in ("bad", "warn")] == []


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_what_an_expert_begins_with_has_a_place_to_fill(admin: Actor, kind: Any) -> None:
    checks = checked(admin, Letter("x", kind=kind, source=SOURCES[kind]))
    assert [one.key for one in checks if one.state in ("bad", "warn")] == ["nowhere"]


@pytest.fixture
def site(settings: Any) -> Iterator[str]:
    """Return the address of a site with a page, a way to it, and nothing else."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response({"/here": 200, "/moved": 302}.get(self.path, 404))
            if self.path == "/moved":
                self.send_header("Location", "/here")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.WEBHOOKS_TO_LOOPBACK = True
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_dead_links_are_found_and_machines_of_the_house_never_called(
    admin: Actor, site: str, settings: Any
) -> None:
    urls = [f"{site}/here", f"{site}/moved", f"{site}/gone"]
    ways = "".join(f'<a href="{url}">x</a>' for url in urls)
    text = {"kind": "text", "id": "t", "html": f"<p>{ways}</p>"}
    assert found(admin, STOP, text, subject="x")["links"].state == "open"
    dead_links.look.call(urls)
    links = found(admin, STOP, text, subject="x")["links"]
    assert (links.state, links.details) == ("bad", (f"{site}/gone — 404",))

    settings.WEBHOOKS_TO_LOOPBACK = False
    dead_links.look.call([f"{site}/inside"])
    inside = {"kind": "button", "id": "b", "label": "x", "href": f"{site}/inside"}
    assert found(admin, STOP, inside, subject="x")["links"].state == "warn"


def test_the_three_records_of_a_domain() -> None:
    zone = {
        "a.example": ["v=spf1 -all"],
        "_dmarc.a.example": ["v=DMARC1; p=none"],
        "essor._domainkey.a.example": ["v=DKIM1; k=rsa; p=MIIB"],
    }
    good = senders.look(senders.stranger("a.example"), lambda name: zone.get(name, []))
    assert [one.state for one in good] == ["good"] * 3
    bad = senders.look(senders.stranger("b.example"), lambda _name: [])
    assert [one.state for one in bad] == ["bad"] * 3
    ours = senders.Sender("a.example", "bounce.a.example", {"essor": "v=DKIM1; p=MIIC"})
    wrong = senders.look(ours, lambda name: zone.get(name, []))
    assert [(one.name, one.state) for one in wrong] == [("SPF", "bad"), ("DKIM", "bad"), ("DMARC", "good")]

    def nobody(name: str) -> list[str]:
        raise LookupError(name)

    assert {one.state for one in senders.look(senders.stranger("c.example"), nobody)} == {"open"}
    assert senders.domain_of("Essor <essor@localhost>") == ""
