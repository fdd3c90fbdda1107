"""Components give well-formed, labelled, escaped HTML for every kind of field, and keep what was typed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation
from markupsafe import Markup

from essor.access import testing
from essor.access.actor import actor_for
from essor.access.defaults import ADMINISTRATOR
from essor.access.models import User
from essor.catalog.definitions import Field
from essor.domain.marketing.scenarios.texts import port
from essor.faces.web import addresses, errors
from essor.faces.web.cells import Cells
from essor.faces.web.controls import typed
from essor.faces.web.display import shown
from essor.faces.web.formatting import Reader, reading_as
from essor.faces.web.styleguide import field, sample_fields, sample_table, sample_values
from essor.faces.web.toasts import toast

# Their stored values cannot be such text; rich text has a test of its own.
NEVER_TEXT = {"richtext", "geolocation", "number", "percent", "money", "formula", "date", "datetime", "time"}
VOID = {"input", "wbr", "img", "meta", "link", "br", "hr", "use", "progress"}
IMPORTS = "".join(
    f'{{% import "components/{name}.html.jinja" as {name} %}}'
    for name in ("ui", "control", "display", "table", "timeline", "results")
)


class Outline(HTMLParser):
    """Collects ids and label targets; fails on tags that are closed in the wrong order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID - {"use", "progress"}:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label" and given.get("for"):
            self.targets.add(str(given["for"]))
        if tag in {"input", "select", "textarea"}:
            self.inputs.append({**given, "tag": tag})

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def render(source: str, **context: Any) -> str:
    return str(engines["jinja2"].from_string(IMPORTS + source).render(context)).strip()


def outline(html: str) -> Outline:
    parsed = Outline()
    parsed.feed(html)
    assert not parsed.open
    assert len(parsed.ids) == len(set(parsed.ids)), "an id occurs twice"
    assert parsed.targets <= set(parsed.ids), "a label points nowhere"
    return parsed


def control(one: Any, values: dict[str, Any], errors: dict[str, list[str]] | None = None) -> str:
    return render(
        "{{ control.field_control(one, values, errors) }}", one=one, values=values, errors=errors or {}
    )


@pytest.mark.parametrize("one", sample_fields(), ids=lambda one: one.kind.name + one.name)
@pytest.mark.parametrize("values", [sample_values(), {}], ids=["filled", "empty"])
def test_every_kind_has_a_well_formed_control_and_display(one: Field, values: dict[str, Any]) -> None:
    outline(control(one, values))
    outline(render("{{ display.field_row(one, values, '/edit') }}", one=one, values=values))


def test_errors_stand_beside_their_control() -> None:
    one = field("Amount", "money", "Amount")
    html = control(one, {"Amount": "12 apples"}, {"Amount": ["“12 apples” is not a number."]})
    assert 'value="12 apples"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="f-Amount-error "' in html
    assert "is not a number" in html


def test_values_are_escaped() -> None:
    evil = "<script>alert(1)</script>"
    for one in sample_fields():
        values = dict.fromkeys(sample_values(), evil)
        if one.kind.name in {
            "richtext",
            "geolocation",
            "number",
            "percent",
            "money",
            "formula",
            "date",
            "datetime",
            "time",
        }:
            continue  # never hold such text; rich text is tested below
        assert evil not in control(one, values)
        assert evil not in render("{{ display.display(one, values) }}", one=one, values=values)


def test_rich_text_is_cleaned_when_it_is_shown() -> None:
    one = field("Story", "richtext", "Story")
    html = render(
        "{{ display.display(one, values) }}",
        one=one,
        values={"Story": "<b>hi</b><img src=x onerror=alert(1)>"},
    )
    assert "<b>hi</b>" in html
    assert "onerror" not in html


@pytest.mark.parametrize(("value", "sent"), [(True, "true"), (False, "false"), (None, ""), ("true", "true")])
def test_the_slider_has_three_positions_and_marks_the_stored_one(value: object, sent: str) -> None:
    parsed = outline(control(field("Visited", "slider", "Visited"), {"Visited": value}))
    assert [one["value"] for one in parsed.inputs] == ["false", "", "true"]
    assert [one["value"] for one in parsed.inputs if "checked" in one] == [sent]


def test_the_joker_brings_its_comment_and_its_error() -> None:
    reasons = next(one for one in sample_fields() if one.name == "Reasons")
    html = control(reasons, {"Reasons": ["Other"], "ReasonsOther": ""}, {"ReasonsOther": ["Say which."]})
    parsed = outline(html)
    assert any("data-joker" in one and "checked" in one for one in parsed.inputs)
    assert any(one.get("name") == "ReasonsOther" for one in parsed.inputs)
    assert "Say which." in html


def test_a_picklist_offers_only_active_choices_and_the_one_the_record_has() -> None:
    city = next(one for one in sample_fields() if one.name == "City")
    html = control(city, {"City": "Atlantis"})
    assert "data-searchable" in html  # more than eight choices
    assert '<option value="Atlantis" selected>' in html


def test_controls_start_with_the_stored_value_in_the_reader_s_notation() -> None:
    by_name = {one.name: one for one in sample_fields()}
    with reading_as(Reader("fr_FR")):
        assert typed(by_name["Amount"], 12_345_678) == "123456,78"
        assert typed(by_name["Amount"], -500) == "-5"
        assert typed(by_name["Probability"], 62.5) == "62,5"
    assert typed(by_name["CloseDate"], sample_values()["CloseDate"]) == "2026-12-24"
    assert typed(by_name["AccountId"], 42).startswith("001")


def test_values_become_the_links_people_expect() -> None:
    links = {one.name: shown(one, sample_values()).href for one in sample_fields()}
    assert links["Email"] == "mailto:lea.martin@example.fr"
    assert links["Phone"] == "tel:+33612345678"
    assert links["AccountId"].startswith("/r/001")
    assert links["LinkedInUrl"].startswith("https://www.linkedin.com/")
    assert shown(field("U", "url", "U"), {"U": "https://notlinkedin.com/x"}).shape == "link"


def test_an_address_breaks_at_its_joints_and_nowhere_else() -> None:
    cells = Cells(lambda _name: Markup())
    address = shown(field("U", "url", "U"), {"U": "https://formation.example/a?b=<i>"})
    assert cells.value(address).count("<wbr>") == 4
    assert ">formation.<wbr>example/<wbr>a?<wbr>b=<wbr>&lt;i&gt;</a>" in cells.value(address)
    assert "<wbr>" not in cells.value(address, full=False)


def test_a_formula_of_money_counts_in_major_units() -> None:
    expected = next(one for one in sample_fields() if one.name == "Expected")
    with reading_as(Reader("en_US")):
        assert shown(expected, {"Expected": 77_160.49}).text == "€77,160.49"


def test_links_of_a_formula_are_links_wherever_the_value_stands() -> None:
    one = field("Map", "formula", "Map", options={"returns": "text"})
    text = "<See> _HL_ENCODED_https://maps.example/?q=1&z=2_HL_map <b>_HL__HL_, _HL_ENCODED_/r/1_HL_here_HL__self_HL_"
    evil = "_HL_ENCODED_javascript:alert(1)_HL_label_HL__HL_"
    cells = Cells(lambda _name: Markup())
    for full in (True, False):
        assert cells.value(shown(one, {"Map": text}), full=full) == (
            '&lt;See&gt; <a href="https://maps.example/?q=1&amp;z=2" target="_blank" rel="noopener noreferrer">map &lt;b&gt;</a>'
            ', <a href="/r/1">here</a>'
        )
        assert cells.value(shown(one, {"Map": evil}), full=full) == "label"
    assert one.kind.display(text, one, "en") == "<See> map <b>, here"


def test_a_parent_s_value_is_found_by_its_path() -> None:
    with reading_as(Reader("en_US")):
        values = {"Account.AnnualRevenue": 100_00, "Account.CurrencyIsoCode": "GBP"}
        found = shown(field("AnnualRevenue", "money", "Revenue"), values, path="Account.AnnualRevenue")
    assert found.text == "£100"


def test_the_table_tells_its_order_and_names_its_rows() -> None:
    html = render("{{ table.table(view) }}", view=sample_table())
    outline(html)
    assert 'aria-sort="descending"' in html
    assert html.count("data-select ") == len(sample_table().rows)
    assert 'data-edit-pattern="/r/{id}/cell/{field}"' in html


def test_every_icon_that_components_draw_is_in_the_sprite() -> None:
    sprite = Path(addresses.__file__).with_name("static") / "vendor" / "icons.svg"
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite.read_text(encoding="utf-8")))
    folder = Path(addresses.__file__).with_name("templates")
    pages = "".join(page.read_text(encoding="utf-8") for page in folder.rglob("*.jinja"))
    assert set(re.findall(r'\bicon\("([\w-]+)"', pages)) <= known


def test_toasts_travel_in_an_ascii_header() -> None:
    response = HttpResponse()
    toast(response, "Fiche supprimée 🎉", undo="/undo/1")
    header = response.headers["HX-Trigger-After-Swap"]
    assert header.isascii()
    assert orjson.loads(header)["es:toast"] == {
        "message": "Fiche supprimée 🎉",
        "undo": "/undo/1",
        "tone": "success",
    }


def request_for(path: str, data: dict[str, Any], **headers: str) -> HttpRequest:
    request = RequestFactory().post(path, data, headers=headers)
    request.user = AnonymousUser()
    request.actor = None  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def test_a_form_sent_after_the_session_ended_comes_back_without_its_passwords() -> None:
    kept_sealed = {one.name for kind in port.offered() for one in kind.options if one.secret}
    secret = ("password", "oldpassword", "Password", *kept_sealed)
    request = request_for(
        "/o/Lead/new?x=1",
        {
            "LastName": "Müller <b>",
            "Tags": ["a", "b"],
            "HotProspect__c": "very",
            **dict.fromkeys(secret, "hunter2"),
        },
    )
    response = errors.session_ended(request)
    html = response.content.decode()
    assert response.status_code == 401
    assert "Müller &lt;b&gt;" in html
    assert html.count('<textarea hidden name="Tags">') == 2
    assert 'action="/o/Lead/new?x=1"' in html
    assert '<textarea hidden name="HotProspect__c">' in html
    assert "hunter2" not in html


def test_an_htmx_form_keeps_its_page_when_the_session_ended() -> None:
    response = errors.session_ended(request_for("/o/Lead/new", {}, **{"HX-Request": "true"}))
    assert (response.status_code, response.headers["X-Session"], response.content) == (401, "ended", b"")


def test_too_much_is_called_too_much() -> None:
    much = errors.bad_request(request_for("/", {}), RequestDataTooBig())
    assert (much.status_code, "Too large" in much.content.decode()) == (413, True)
    assert errors.bad_request(request_for("/", {})).status_code == 400


def test_errors_are_pages_for_people_and_sentences_for_toasts() -> None:
    page = errors.not_found(request_for("/r/x/", {}))
    part = errors.not_found(request_for("/r/x/", {}, **{"HX-Request": "true"}))
    assert page.status_code == part.status_code == 404
    assert b'id="page"' in page.content
    assert part.headers["Content-Type"].startswith("text/plain")


def test_the_last_error_page_needs_nothing() -> None:
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"Something broke" in response.content


@pytest.fixture
def people(db: None) -> dict[str, User]:
    people = (("Admin", ADMINISTRATOR), ("Sales", "Sales"))
    return {name: testing.person(name, profile) for name, profile in people}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_style_guide_is_for_administrators(people: dict[str, User]) -> None:
    assert Client().get(addresses.STYLE_GUIDE).status_code == 302
    assert signed_in(people["Sales"]).get(addresses.STYLE_GUIDE).status_code == 404
    response = signed_in(people["Admin"]).get(addresses.STYLE_GUIDE)
    assert response.status_code == 200
    outline(response.content.decode())


def test_the_tab_of_the_page_is_marked_without_scripts(people: dict[str, User]) -> None:
    request = RequestFactory().get("/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    request.actor = actor_for(people["Admin"])  # type: ignore[attr-defined]
    page = engines["jinja2"].from_string(
        '{% extends "base.html.jinja" %}{% block current %}Contact{% endblock %}'
    )
    html = page.render({}, request)
    marked = re.findall(r'data-tab="(\w+)" aria-current="page"', html)
    assert set(marked) == {"Contact"}


def test_language_and_theme_are_kept(people: dict[str, User]) -> None:
    client = signed_in(people["Admin"])
    answer = client.post(
        addresses.PREFERENCES, {"language": "fr", "theme": "dark", "next": "https://evil.example/"}
    )
    assert answer.headers["Location"] == addresses.HOME
    page = client.get(addresses.STYLE_GUIDE).content.decode()
    assert '<html lang="fr" data-theme="dark" data-bs-theme="dark">' in page
    with translation.override("fr"):
        assert client.post(addresses.PREFERENCES, {"theme": "pink"}).status_code == 400


def test_a_page_says_who_is_signed_in_and_gives_the_new_token(people: dict[str, User]) -> None:
    assert Client().get(addresses.SESSION_STATE).json()["user"] is None
    state = signed_in(people["Sales"]).get(addresses.SESSION_STATE).json()
    assert state["user"] == people["Sales"].pk
    assert state["token"]


def test_the_event_stream_is_for_those_who_are_signed_in(people: dict[str, User]) -> None:
    assert Client().get(addresses.EVENTS).status_code == 302
    response = signed_in(people["Sales"]).get(addresses.EVENTS)
    assert response.headers["Content-Type"] == "text/event-stream"
    response.close()
