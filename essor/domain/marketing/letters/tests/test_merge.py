"""Whatever a field holds stays text: in words, in attributes, in addresses and in subjects."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.domain.marketing.letters import merge, places
from essor.domain.marketing.letters.compiled import Block, Compiled, Replacements, Slot

HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from("<>\"'&{}%:/\\\r\n\x00=")), max_size=60)


class Reader(HTMLParser):
    """Remembers the tags and the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_a_value_never_becomes_markup(value: str) -> None:
    html = (
        '<p title="',
        Slot("field", "Name", place="attribute"),
        '">',
        Slot("field", "Name"),
        '</p><a href="',
        Slot("link", "0"),
        '">x</a>',
    )
    compiled = Compiled(
        (Slot("field", "Name", escape=False, place="line"),),
        html,
        (Slot("field", "Name", escape=False, place="plain"),),
        ((Slot("field", "Name", escape=False, place="address"),),),
        ("Name",),
    )
    values = {"Name": value}
    replacements = Replacements(links=merge.links(compiled, values))
    reader = Reader()
    reader.feed(merge.join(compiled.html, values, replacements))
    reader.close()

    tags = [tag for tag in reader.tags if tag[0] != "br"]
    assert [tag for tag, _ in tags] == ["p", "a"]
    assert set(tags[0][1]) == {"title"}
    assert set(tags[1][1]) == {"href"}
    href = tags[1][1]["href"] or ""
    assert href == "" or href.lower().startswith(places.FOLLOWED)
    assert not set(merge.join(compiled.subject, values)) & set("\r\n\x00")


@pytest.mark.parametrize(
    ("value", "followed"),
    [
        ("www.vauban.example", "https://www.vauban.example"),
        ("https://a.example/é?q=1&b=2", "https://a.example/%C3%A9?q=1&b=2"),
        ("localhost:8000/x", "https://localhost:8000/x"),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//evil.example", ""),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("", ""),
    ],
)
def test_only_addresses_that_may_be_followed(value: str, followed: str) -> None:
    assert places.address(value) == followed


def test_each_slot_gets_what_belongs_there() -> None:
    inside = Block(
        7, ("<b>", Slot("field", "City"), "</b>"), ("* ", Slot("field", "City", escape=False, place="plain"))
    )
    text = (
        "Bonjour ",
        Slot("field", "FirstName", fallback="à tous"),
        Slot("block", "0"),
        Slot("block", "1"),
        '<a href="',
        Slot("unsubscribe"),
        '">',
        Slot("open"),
    )
    values = {"FirstName": "", "City": "A & B"}
    person = Replacements(unsubscribe="https://x.example/u?a=1&b=2", blocks=(inside, None))

    assert merge.join(text, values, person) == (
        'Bonjour à tous<b>A &amp; B</b><a href="https://x.example/u?a=1&amp;b=2">'
    )
    assert merge.join((Slot("block", "0", escape=False),), values, person) == "* A & B"
    seen = Replacements(unsubscribe="", open="https://x.example/p/t.gif", blocks=(None, None))
    assert merge.join(text, values, seen).endswith(merge.PIXEL.format("https://x.example/p/t.gif"))
    assert merge.join(("https://a.example/?q=", Slot("field", "City", place="query")), values) == (
        "https://a.example/?q=A%20%26%20B"
    )
