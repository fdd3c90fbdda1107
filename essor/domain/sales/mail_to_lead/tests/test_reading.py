"""A mail is read however it is written: names, companies, phones, quotes, broken parts."""

from __future__ import annotations

import pytest

from essor.domain.sales.mail_to_lead import people, reading, words
from essor.domain.sales.mail_to_lead.tests.letters import letter


@pytest.mark.parametrize(
    ("sender", "name", "company"),
    [
        ("Ana Roux <ana@emeraude-bois.example>", ("Ana", "Roux"), "Emeraude Bois"),
        ("=?utf-8?q?H=C3=A9l=C3=A8ne_LE_GOFF?= <h@edf.example>", ("Hélène", "Le Goff"), "EDF"),
        ("=?iso-8859-1?q?Lef=E8vre=2C_Zo=E9?= <zoe@mail.elan.co.uk>", ("Zoé", "Lefèvre"), "Elan"),
        ("DUPONT-MOREL, Jean <j@gmail.com>", ("Jean", "Dupont-Morel"), ""),
        ("DE LA TOUR Jean-Pierre <jp@free.fr>", ("Jean-Pierre", "De la Tour"), ""),
        ('"Mme Ana Roux (Émeraude) | Achats" <a.roux@x-y.example>', ("Ana", "Roux"), "X Y"),
        ("Vincent van Gogh <v@yahoo.de>", ("Vincent", "van Gogh"), ""),
        ("jean.dupont@orange.fr", ("Jean", "Dupont"), ""),
        ("Menuiserie Martin SARL <contact@orange.fr>", ("", "contact"), "Menuiserie Martin SARL"),
        ("Cher <cher@example.com>", ("", "Cher"), "Example"),
    ],
)
def test_who_writes_is_known_by_the_sender(sender: str, name: tuple[str, str], company: str) -> None:
    mail = reading.read(b"From: " + sender.encode() + b"\r\nTo: contact@vauban.example\r\n\r\nHello")
    assert people.name_of(mail.name, mail.sender) == name
    assert people.company_of(mail.name, mail.sender) == company


@pytest.mark.parametrize(
    "quoted",
    [
        "Le lun. 23 nov. 2026 à 10:05, Vauban <contact@vauban.example>\na écrit :\n\n> Bonjour",
        "On Mon, Nov 23, 2026 at 10:05 AM Vauban <contact@vauban.example> wrote:\n> Hi",
        "-----Message d'origine-----\nDe : Vauban",
        "________________________________\nDe : Vauban <contact@vauban.example>\nEnvoyé : lundi 23 novembre\nObjet : x",
        "> all of it\n> quoted",
    ],
)
def test_what_a_mail_answers_is_cut_off(quoted: str) -> None:
    fresh = "Merci.\nLe prix me convient, on se voit jeudi : 10 h ?"
    assert words.without_quotes(f"{fresh}\n\n{quoted}") == fresh
    assert words.without_quotes(quoted) == quoted  # nothing else was said: better all than nothing


@pytest.mark.parametrize(
    ("signature", "found"),
    [
        ("Tél. : 01 23 45 67 89\nFax : 01 23 45 67 80", {"Phone": "01 23 45 67 89"}),
        (
            "T: +33 1 23 45 67 89 | M: +33 6 12 34 56 78",
            {"Phone": "+33 1 23 45 67 89", "MobilePhone": "+33 6 12 34 56 78"},
        ),
        ("06 12 34 56 78", {"MobilePhone": "06 12 34 56 78"}),
        ("Tél. 01 23 45 67 89 ou 01 98 76 54 32", {}),  # which one?
        ("Devis 0123456789 du 12/11, SIRET 123 456 789 00012", {}),
    ],
)
def test_a_phone_is_taken_from_a_signature_that_leaves_no_doubt(
    signature: str, found: dict[str, str]
) -> None:
    assert words.phones(f"Bonjour,\nvoici.\n-- \nAna Roux\n{signature}", "FR") == found


def test_html_runs_nothing_and_loads_nothing() -> None:
    html = (
        "<head><style>p{}</style></head><p>Bonjour <b>à vous</b></p><script>alert(1)</script>"
        '<img src="https://spy.example/1.gif"><a href="javascript:x()">ici</a><p onclick="x()">Fin</p>'
    )
    mail = reading.read(
        b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
    )
    assert mail.text == "Bonjour à vous\n\nici\n\nFin"
    assert not {"script", "img", "onclick", "javascript", "style"} & set(mail.html.replace('"', " ").split())
    assert "spy.example" not in mail.html


BASE64 = b"Content-Transfer-Encoding: base64"
NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00no mail at all",
        b"From: \xc3\x89lodie <e@x.example>\r\nSubject: =?utf-8?b?!!!?=\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xe9",
        b"From: a@x.example, b@\r\n c, <<d@e>>\r\nTo: ;;,<\r\nDate: yesterday\r\nMessage-ID: <[bad@>\r\n\r\nx",
        b"From: a@x.example\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
        b"From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n%s\r\n\r\n%%%%"
        % BASE64,
        b"From: a@x.example\r\n" + NESTED,
        b"From: a@x.example\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 150_000,
    ],
)
def test_a_broken_mail_is_read_as_far_as_it_goes(raw: bytes) -> None:
    mail = reading.read(raw)
    assert len(mail.key) == 64
    assert bool(mail.sender) == (b"@x.example" in raw)


def test_a_mail_that_would_take_minutes_to_read_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    delimited = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 6000
    folded = b"Content-Type: text/plain" + b";\r\n a" * 2000 + b"\r\n\r\n"
    for costly in (NESTED, delimited, folded):
        mail = reading.read(b"From: a@x.example\r\n" + costly + b"inside")
        assert (mail.sender, mail.readable, mail.text) == ("a@x.example", False, "")
    monkeypatch.setattr(reading, "MOST_LINES", 4)
    long = reading.read(b"From: a@x.example\r\n\r\n" + b"x\r\n" * 100)
    assert (long.whole, long.readable, long.text) == (False, True, "x\nx")


def test_logos_of_signatures_are_no_files() -> None:
    raw = letter(html='<p>Voir <img src="cid:logo"></p>').replace(
        b"multipart/alternative", b"multipart/related"
    )
    part = b'Content-Type: image/png; name="logo.png"\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\n'
    end = raw.rindex(b"--", 0, raw.rindex(b"--"))
    mail = reading.read(raw[:end] + raw[end:].rstrip()[:-2] + b"\r\n" + part + b"PNG" + b"\r\n" + raw[end:])
    assert mail.attachments == ()
    mail = reading.read(
        raw[:end] + raw[end:].rstrip()[:-2] + b"\r\n" + part + b"PNG" * 10_000 + b"\r\n" + raw[end:]
    )
    assert [one.name for one in mail.attachments] == ["logo.png"]
