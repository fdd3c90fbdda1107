"""What is composed is a mail that others read as we meant it, and whose signatures hold."""

from __future__ import annotations

# ruff: noqa: ARG002, ARG005 -- the signatures of dkimpy
import email
import email.policy
import re
import sys
from base64 import b64decode
from datetime import UTC, datetime
from email.message import EmailMessage
from types import ModuleType
from typing import Any, cast

import dkim
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from essor.domain.marketing import tokens
from essor.domain.marketing.letters import compile as compiling
from essor.domain.marketing.letters import merge
from essor.domain.marketing.letters.compile import HTML, Letter
from essor.domain.marketing.letters.compiled import Compiled, Slot
from essor.domain.marketing.letters.expert import read
from essor.domain.marketing.sending import addresses, headers, quoted
from essor.domain.marketing.sending.composer import Composer, Message, Person, Sender
from essor.domain.marketing.sending.dkim import Signer, new_ed, new_rsa, record

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
SITE = "https://crm.vauban.example"
SIGNER = Signer("vauban.example", "es1", new_rsa(), "es2", new_ed())
KEYS = {
    b"es1._domainkey.vauban.example.": record(SIGNER.rsa_key).encode(),
    b"es2._domainkey.vauban.example.": record(SIGNER.ed_key).encode(),
}
# All of Unicode but half characters; blanks, dots and line breaks often.
TEXT = st.text(
    st.one_of(st.sampled_from(" .\r\n\t=-F"), st.characters(exclude_categories=["Cs"])), max_size=400
)


def sender(**other: Any) -> Sender:
    known = {"from_name": "Zoé", "from_address": "zoe@vauban.example", "signer": SIGNER}
    return Sender(4, 7, SITE, bounce_domain="bounce.vauban.example", **(known | other))


def composed(compiled: Compiled, values: dict[str, str], **other: Any) -> Message:
    return Composer(compiled, sender(**other)).message(Person(12, "ana@roux.example", values), NOW)


def parsed(message: Message) -> EmailMessage:
    return cast("EmailMessage", email.message_from_bytes(message.data, policy=email.policy.default))


class _Ed25519:
    """The one function of PyNaCl that dkimpy asks for, by the library that we have."""

    def __init__(self, public: bytes, encoder: object) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(b64decode(public))

    def verify(self, message: bytes, signature: bytes) -> None:
        self._key.verify(signature, message)


@pytest.fixture(autouse=True)
def _ed25519(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name: ModuleType(f"nacl.{name}") for name in ("signing", "encoding", "exceptions")}
    names["signing"].VerifyKey = _Ed25519  # type: ignore[attr-defined]
    names["encoding"].Base64Encoder = None  # type: ignore[attr-defined]
    names["exceptions"].BadSignatureError = InvalidSignature  # type: ignore[attr-defined]
    names["exceptions"].ValueError = ValueError  # type: ignore[attr-defined]
    nacl = ModuleType("nacl")
    for name, module in names.items():
        monkeypatch.setitem(sys.modules, f"nacl.{name}", module)
        setattr(nacl, name, module)
    monkeypatch.setattr(dkim, "nacl", nacl, raising=False)


def holds(data: bytes) -> list[bool]:
    """Whether each signature of the message holds, in dkimpy's eyes."""
    return [
        dkim.DKIM(data).verify(idx=place, dnsfunc=lambda name, timeout=5: KEYS.get(name)) for place in (0, 1)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXT, inside=TEXT, after=TEXT, value=TEXT, name=TEXT)
def test_any_letter_is_read_as_it_was_written_and_both_signatures_hold(
    before: str, inside: str, after: str, value: str, name: str
) -> None:
    slot = Slot("field", "LastName", place="plain", escape=False)
    compiled = Compiled(
        subject=(before[:40], Slot("field", "LastName", place="line")),
        html=("<p>", Slot("field", "LastName"), after, Slot("link", "0"), "</p>"),
        text=(before, slot, inside, slot, after),
        links=(("https://vauban.example/",),),
        paths=("LastName",),
    )
    message = composed(compiled, {"LastName": value}, from_name=name)
    assert holds(message.data) == [True, True]
    assert message.data.isascii()
    lines = message.data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in one or b"\r" in one or one.startswith(b".") for one in lines)
    body = parsed(message).get_body(("plain",))
    assert body is not None
    shown = "".join(
        one for one in value if one not in "\0\1\2\3\4\5\6\7\x08\x0e\x0f\x7f" and not "\x10" <= one < "\x20"
    )
    raw = body.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert raw.decode().replace("\r\n", "\n").rstrip("\n") == plain(before, shown, inside, shown, after)


HREF = st.text(
    st.one_of(st.sampled_from("/?#&=;%+.-_~ é"), st.sampled_from("abcdefgorzA0")), max_size=30
).map(lambda end: f"https://vauban.example/{end}")
EXPERT = st.lists(
    st.one_of(
        st.builds(lambda href: f"<A class=x  href = \"{href}\" target='_blank'>go</A >", HREF),
        st.builds(lambda href: f"<area href='{href}'/>", HREF),
        st.sampled_from(
            [
                '<a href=" https://a.example/?region=fr&amp;copy=2&sect=3 ">&eacute; &lt;</a>',
                '<a href="mailto:a@b.example?subject=a&body=b">m</a>',
                '<a href="webcal://a.example/x&y">c</a><a href=https://bare.example/?a&b>b</a><a href="#x&y">t</a>',
                "<img src='https://a.example/p.png?a=1&b=2'  ALT=\"é\" >\n\t<br/><!-- a & b -->",
                "<!--[if mso]><table><tr><td><![endif]--><style>a{color:red}\n</style><p>1 < 2 & 3 > 2  </p>\n",
            ]
        ),
    ),
    min_size=1,
    max_size=6,
).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=EXPERT, body=st.booleans())
def test_an_experts_html_arrives_to_the_byte_and_counting_replaces_addresses_only(
    source: str, body: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "knower", lambda _name, _own: lambda _path, _fallback, _at: True)
    source = f"<!DOCTYPE html>\n<html><body>{source}</body></html>\n" if body else source
    compiled = compiling.compiled(Letter(kind=HTML, source=source))
    assert arrived(composed(compiled, {}, tracked=False, signer=None)) == source
    assert merge.mail(compiled, []).html == source, "as the preview shows it"
    counted = re.sub(
        r'<img src="https://crm.vauban.example/p/[^>]*>', "", arrived(composed(compiled, {}, signer=None))
    )
    ours = iter(re.findall(r"https://crm\.vauban\.example/l/[\w.-]+", counted))
    followed = re.compile(
        r"""((?:<A class=x  href = |<area href=|<a href=)["'] *)(https://[^"']*?)( *["'])"""
    )
    links = {read(one[2].strip()) for one in followed.finditer(source)}
    assert {"".join(map(str, one)) for one in compiled.links} == links
    replaced = re.sub(followed, lambda one: one[1] + next(ours) + one[3], source)
    assert counted.rstrip("\n") == replaced.rstrip("\n"), "a line may end behind the invisible picture"


def arrived(message: Message) -> str:
    """The HTML part as a mail program reads it."""
    part = parsed(message).get_body(("html",))
    assert part is not None
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw.decode().replace("\r\n", "\n")


def plain(*pieces: str) -> str:
    """The pieces with their line breaks made alike, each by itself."""
    return "".join(one.replace("\r\n", "\n").replace("\r", "\n") for one in pieces).rstrip("\n")


@given(text=TEXT)
def test_quoted_pieces_have_no_two_blanks_and_short_lines(text: str) -> None:
    encoded = quoted.encode(text)
    assert max(map(len, encoded.split(b"\r\n"))) <= 76
    assert b"  " not in encoded
    assert b" \r\n" not in encoded
    assert b"\t" not in encoded


@given(name=TEXT, subject=TEXT)
def test_no_value_can_begin_a_header_of_its_own(name: str, subject: str) -> None:
    compiled = Compiled((Slot("field", "Name", place="line"),), ("x",), ("x",), paths=("Name",))
    evil = f"{subject}\r\nBcc: everybody@example.com\r\n\r\n{name}"
    message = composed(compiled, {"Name": evil}, from_name=evil, signer=None)
    head = message.data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = [one.partition(b":")[0] for one in head if one[:1] not in b" \t"]
    assert names == [
        b"Subject",
        b"Date",
        b"To",
        b"Message-ID",
        b"List-Unsubscribe",
        b"From",
        b"List-Unsubscribe-Post",
        b"Feedback-ID",
        b"MIME-Version",
        b"Content-Type",
    ]


@pytest.mark.parametrize(
    "address", ["a@b\r\nRCPT TO:<c@d>", "a b@c.example", "a@b@c.example", "<a@b.example>", "a", ""]
)
def test_what_is_no_address_is_never_written_to(address: str) -> None:
    with pytest.raises(headers.BadAddress):
        Composer(Compiled(("s",), ("h",), ("t",)), sender()).message(Person(1, address, {}), NOW)


def test_headers_that_mail_programs_and_mailbox_providers_ask_for() -> None:
    compiled = Compiled(("L’été à Paris " * 6,), ("h",), ("t",))
    message = composed(compiled, {}, reply_to="equipe@vauban.example")
    mail = parsed(message)
    token = mail["List-Unsubscribe"].removeprefix(f"<{SITE}/u/").removesuffix(">")
    assert tokens.read(addresses.OPT_OUT, token) == (12,)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Subject"] == ("L’été à Paris " * 6).strip()
    assert mail["From"] == "Zoé <zoe@vauban.example>"
    assert mail["Feedback-ID"] == "4:7:mailing:vauban.example"
    assert addresses.read_message_id(mail["Message-ID"]) == 12
    assert addresses.read_envelope(message.sender) == 12
    assert message.sender.endswith("@bounce.vauban.example")
    signed = mail.get_all("DKIM-Signature")[0].split("h=")[1].split(";")[0].split(":")
    assert {"from", "list-unsubscribe", "list-unsubscribe-post", "subject", "date", "message-id"} <= set(
        signed
    )


def test_links_name_the_person_or_only_the_mailing_or_nothing_at_all() -> None:
    compiled = Compiled(
        ("s",), ("<a href='", Slot("link", "0"), "'>", Slot("open")), ("t",), links=(("https://a.example/",),)
    )
    composer = Composer(compiled, sender(signer=None, variant=2))

    def html(person: Person, made: Composer = composer) -> str:
        body = parsed(made.message(person, NOW)).get_body(("html",))
        assert body is not None
        return str(body.get_content())

    followed = html(Person(12, "ana@roux.example", {})).split("'")[1]
    assert addresses.read_click(followed.removeprefix(f"{SITE}/l/")) == addresses.Hit(12, 4, 0)
    unnamed = html(Person(12, "ana@roux.example", {}, clicks=False, opens=False))
    assert addresses.read_click(unnamed.split("'")[1].removeprefix(f"{SITE}/l/")) == addresses.Hit(
        None, 4, 0, 2
    )
    picture = unnamed.split("/p/")[1].split(".gif")[0]
    assert addresses.read_open(picture) == addresses.Hit(None, 4, -1, 2)
    untouched = html(
        Person(12, "ana@roux.example", {}), Composer(compiled, sender(signer=None, tracked=False))
    )
    assert untouched.strip() == "<a href='https://a.example/'>"
