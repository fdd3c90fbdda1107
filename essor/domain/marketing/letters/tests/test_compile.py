"""A letter as it leaves: cleaned, its fields and links in slots, whatever stands in its words and in its people."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.domain.marketing.letters import codec, merge
from essor.domain.marketing.letters import compile as compiling
from essor.domain.marketing.letters.compile import HTML, MJML, Letter
from essor.domain.marketing.letters.compiled import Compiled, Replacements
from essor.domain.marketing.letters.tests.test_merge import HOSTILE, Reader
from essor.kernel.errors import ValidationFailed


@pytest.fixture(autouse=True)
def any_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every path is known here; the catalog has its own test."""
    monkeypatch.setattr(compiling, "knower", lambda _name, _own: lambda _path, _fallback, _at: True)


def letter(*blocks: dict[str, Any], **more: Any) -> Letter:
    raw = {"version": 1, "theme": {}, "blocks": list(blocks)}
    return Letter(document=codec.document(raw), **more)


def text(html: str, key: str = "t") -> dict[str, Any]:
    return {"kind": "text", "id": key, "html": html}


def shown(compiled: Compiled, **replaced: Any) -> merge.Mail:
    return merge.mail(compiled, ["<i>X</i>"] * len(compiled.paths), Replacements(**replaced))


WHOLE = letter(
    text(
        '<h1>Hi {{ FirstName or "you" }}</h1><p><a href="https://a.example/?n={{ Name }}&amp;b=1">way</a></p>'
    ),
    {"kind": "picture", "id": "p", "src": "/pictures/a.png", "alt": "{{ Name }}", "href": "{{ Website }}"},
    {"kind": "button", "id": "b", "label": "For {{ Name }}", "href": "mailto:a@b.example?subject={{ Name }}"},
    {"kind": "html", "id": "h", "html": '<table><tr><td title="{{ Name }}">x</td></tr></table>'},
    subject="Hello {{ FirstName }}",
    preheader="{{ Name }}, read this",
)


def test_words_of_ours_are_in_the_language_of_those_who_read() -> None:
    signs = {"kind": "social", "id": "s", "links": [["web", "https://a.example"]]}
    for language, name in (("en", "Web site"), ("fr", "Site web")):
        mail = shown(compiling.compiled(letter(signs, language=language)))
        assert f'alt="{name}"' in mail.html
        assert mail.text.strip() == f"{name} (https://a.example)"


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_no_value_of_a_person_changes_the_tags_of_the_letter(value: str) -> None:
    compiled = compiling.compiled(WHOLE)
    usual, hostile = Reader(), Reader()
    usual.feed(merge.mail(compiled, ["x"] * len(compiled.paths)).html)
    mail = merge.mail(compiled, [value] * len(compiled.paths))
    hostile.feed(mail.html)

    kinds = [(tag, set(attributes)) for tag, attributes in hostile.tags if tag != "br"]
    assert kinds == [(tag, set(attributes)) for tag, attributes in usual.tags]
    ways = [attributes["href"] or "" for tag, attributes in hostile.tags if tag == "a"]
    assert all(not way or way.startswith(("https://", "http://", "mailto:", "tel:", "sms:")) for way in ways)
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("<>/\"'={}aqxz01&;b #%!-\n"), max_size=80), HOSTILE)
def test_no_word_of_the_author_breaks_out_of_its_block(html: str, alt: str) -> None:
    """Neither the frame nor the next block can be reached from inside a text, an HTML block or an attribute."""
    if "{{" in html or "}}" in html or "{{" in alt or "}}" in alt:
        return
    made = letter(
        text(html),
        {"kind": "html", "id": "h", "html": html},
        {"kind": "picture", "id": "p", "src": "https://a.example/x.png", "alt": alt},
        text("<p>last</p>", "z"),
    )
    found = shown(compiling.compiled(made)).html
    reader = Reader()
    reader.feed(found)

    assert found.count("<body") == 1
    assert [dict(attributes)["src"] for tag, attributes in reader.tags if tag == "img"][-1:] == [
        "https://a.example/x.png"
    ]
    assert not {tag for tag, _ in reader.tags} & {"script", "iframe", "form", "mj-text", "object"}
    assert not {name for _, attributes in reader.tags for name in attributes if name.startswith("on")}
    assert "last</p>" in found


def test_what_looks_like_a_mark_stays_a_text() -> None:
    first = compiling.compiled(letter(text("<p>qdeadbeefx0z {{ Name }}</p>")))
    assert "qdeadbeefx0z" in shown(first).html
    assert [slot.value for slot in first.html if not isinstance(slot, str) and slot.kind == "field"] == [
        "Name"
    ]


def test_links_are_counted_once_and_mail_addresses_never() -> None:
    compiled = compiling.compiled(WHOLE)
    assert compiled.links[0][0] == "https://a.example/?n="
    assert len(compiled.links) == 2
    replaced = shown(compiled, links=("https://t.example/0", "https://t.example/1"))
    assert 'href="https://t.example/0"' in replaced.html
    assert "way (https://t.example/0)" in replaced.text
    assert 'href="mailto:a@b.example?subject=%3Ci%3EX%3C%2Fi%3E"' in replaced.html
    assert "https://a.example/?n=%3Ci%3EX%3C%2Fi%3E&amp;b=1" in shown(compiled).html


def test_only_members_get_a_dynamic_block_in_both_parts() -> None:
    made = letter(
        text("<p>all</p>"), {"kind": "dynamic", "id": "d", "segment": 7, "blocks": [text("<p>few</p>", "e")]}
    )
    compiled = compiling.compiled(made)
    assert [block.segment for block in compiled.blocks] == [7]
    assert "few" not in shown(compiled, blocks=(None,)).html + shown(compiled, blocks=(None,)).text
    member = shown(compiled, blocks=compiled.blocks)
    assert "few" in member.html
    assert "few" in member.text


def test_addresses_of_the_person_and_a_text_of_ones_own() -> None:
    made = letter(
        text('<p><a href="{{ unsubscribe }}">stop</a></p>'),
        body="Hi {{ Name }}: https://a.example/x. {{ unsubscribe }}",
    )
    found = shown(
        compiling.compiled(made), unsubscribe="https://u.example/?a=1&b", open="https://o.example/p.gif"
    )
    assert 'href="https://u.example/?a=1&amp;b"' in found.html
    assert found.text == "Hi <i>X</i>: https://a.example/x. https://u.example/?a=1&b"
    assert 'src="https://o.example/p.gif"' in found.html


@pytest.mark.parametrize(
    ("block", "at"),
    [
        (text("<p>{{ FirstName }</p>"), "t/html"),
        (text("<p>{{ 7*7 }}</p>"), "t/html"),
        ({"kind": "button", "id": "b", "label": "x", "href": "https://{{ Name }}.example"}, "b/href"),
        ({"kind": "picture", "id": "p", "src": "javascript:alert(1)"}, "p/src"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(block: dict[str, Any], at: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        compiling.compiled(letter(block))
    assert [error.field for error in refused.value.errors] == [at]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"version": 2}, "version"),
        ({"blocks": {}}, "blocks"),
        ({"blocks": [{"kind": "text"}]}, "blocks/0"),
        ({"blocks": [{"kind": "text", "id": "a", "html": 3}]}, "blocks/0/html"),
        ({"blocks": [{"kind": "text", "id": "a", "onload": ""}]}, "blocks/0"),
        (
            {"blocks": [{"kind": "columns", "id": "a", "columns": [[{"kind": "dynamic", "id": "b"}], []]}]},
            "blocks/0/columns/0/0",
        ),
        ({"blocks": [{"kind": "divider", "id": "a"}, {"kind": "divider", "id": "a"}]}, "blocks"),
        ({"theme": {"accent": "red;}"}}, "theme/accent"),
        ({"theme": {"width": 10**9}}, "theme/width"),
    ],
)
def test_json_of_a_stranger_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        codec.document({"version": 1, "theme": {}, "blocks": [], **change})
    assert refused.value.errors[0].field == place


def test_json_comes_back_as_it_was() -> None:
    assert codec.read(codec.write(WHOLE.document)) == WHOLE.document


def test_source_of_an_expert_is_sent_as_it_stands() -> None:
    source = (
        "<!doctype html>\r\n<html><body bgcolor=white><!-- é --><p class='a'>Hi {{ Name }}</p></body></html>"
    )
    compiled = compiling.compiled(Letter(kind=HTML, source=source))
    assert shown(compiled).html == source.replace("\r\n", "\n").replace("{{ Name }}", "&lt;i&gt;X&lt;/i&gt;")
    followed = shown(compiled, open="https://e.example/p.gif")
    assert 'src="https://e.example/p.gif"' in followed.html
    assert followed.text.strip() == "Hi <i>X</i>", "the picture is none of its words"


def test_addresses_of_an_expert_are_read_as_browsers_read_them_and_stay_in_their_quotes() -> None:
    source = "<a href='https://a.example/?region=fr&copy=2&amp;x=&#233;&lang;'>a</a><img src='{{ Website }}'>"
    compiled = compiling.compiled(Letter(kind=HTML, source=source))
    assert compiled.links == (("https://a.example/?region=fr&copy=2&x=é⟨",),)
    found = merge.mail(compiled, ["https://b.example/'onerror='x()"]).html
    assert "'onerror" not in found


@pytest.mark.parametrize("kind", [HTML, MJML])
def test_conditions_of_an_expert_are_rendered_for_each_person(kind: str) -> None:
    words = "{% if Name %}Hi {{ Name|upper }}{% else %}Hi you{% endif %}"
    source = (
        f'<p>{words}</p><a href="https://a.example/?x=1">go</a>'
        if kind == HTML
        else (
            f"<mjml><mj-body><mj-section><mj-column><mj-text>{words}</mj-text>"
            '<mj-button href="https://a.example/?x=1">go</mj-button></mj-column></mj-section></mj-body></mjml>'
        )
    )
    compiled = compiling.compiled(Letter(kind=kind, source=source))
    found = shown(compiled, links=("https://t.example",), open="https://e.example/p.gif")
    assert ("p.gif" in found.html, "p.gif" in found.text) == (True, False)
    assert "Hi &lt;I&gt;X&lt;/I&gt;" in found.html
    assert 'href="https://t.example"' in found.html
    assert "Hi <I>X</I>" in found.text
    assert "Hi you" in merge.mail(compiled, [""]).html


@pytest.mark.parametrize(
    "source",
    [
        "<p title={{ Name }}>x</p>",
        "<style>a{color:{{ Name }}}</style>",
        "<script>1</script>",
        '<p onclick="x()">x</p>',
        "<{{ Name }}>x",
        '<p style="color:{{ Name }}">x</p>',
        '<a href="https://{{ Name }}.example">x</a>',
        '<a href="java&#10;script:x()">x</a>',
        "{{ ''.__class__ }}",
        "{{ Name.__class__ }}",
        "{% for a in range(9) %}{% for b in range(9) %}x{% endfor %}{% endfor %}",
        "{% set a = Name %}",
        "{{ Name * 9999999999 }}",
        "{% include 'x' %}",
        "<p>{{ Name </p>",
    ],
)
def test_an_expert_cannot_put_a_value_where_it_is_not_safe(source: str) -> None:
    with pytest.raises(ValidationFailed):
        compiling.compiled(Letter(kind=HTML, source=source))


@pytest.mark.parametrize(
    ("kind", "source", "told"),
    [
        (HTML, "<p>Hi</p>\n<p>{{ Name </p>", "^Line 2: this cannot be read"),
        (
            HTML,
            "<p>Hi</p>\n{{ Name | uper }}",
            "^Line 2: There is no filter “uper” in e-mails. There are: capitalize, ",
        ),
        (HTML, "<p>Hi</p>\n{% if Name %}", "“if” is not closed: write {% endif %} behind it."),
        (
            MJML,
            "<mjml>\n<mj-body><mj-sectio /></mj-body></mjml>",
            "^Line 2: MJML has no element <mj-sectio>. Did you mean",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line_and_no_name_of_a_field(
    kind: str, source: str, told: str
) -> None:
    with pytest.raises(ValidationFailed, match=told):
        compiling.compiled(Letter(kind=kind, source=source))


def test_a_field_that_nobody_has_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(path: str, _fallback: str, at: str) -> bool:
        raise codec.refused(at, f"There is no field “{path}”.")

    monkeypatch.setattr(compiling, "knower", lambda _name, _own: nobody)
    with pytest.raises(ValidationFailed, match=r"^Line 3: There is no field"):
        compiling.compiled(Letter(kind=HTML, source="<p>Hi</p>\n\n{{ Account.Naam }} {{ unsubscribe }}"))


def test_a_part_lost_in_mjml_is_told() -> None:
    source = "<mjml><mj-head>{% if Name %}x{% endif %}</mj-head><mj-body></mj-body></mjml>"
    with pytest.raises(ValidationFailed, match="MJML"):
        compiling.compiled(Letter(kind=MJML, source=source))
    with pytest.raises(ValidationFailed):
        compiling.compiled(Letter(kind=MJML, source="<mjml><mj-body>"))
