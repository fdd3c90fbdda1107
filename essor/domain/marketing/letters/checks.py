"""What to look at before a letter is sent: what is missing, what is broken, what is too much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access.actor import Actor
from essor.domain.marketing.letters import dead_links, merge
from essor.domain.marketing.letters.blocks import AnyBlock, Button, Dynamic, Picture, Social, every
from essor.domain.marketing.letters.compile import BLOCKS, Letter, compiled
from essor.domain.marketing.letters.compiled import Compiled, Replacements, Slot, Text
from essor.domain.marketing.letters.mjml import NETWORKS
from essor.kernel.errors import EssorError
from essor.query import run

State = Literal["good", "warn", "bad", "open"]
KILO = 1024
LARGEST, LONGEST_SUBJECT = 100 * KILO, 70  # bytes; characters that inboxes show
IMAGE = re.compile(r"<img\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
ALT = re.compile(r"\salt\s*=", re.IGNORECASE)
NOWHERE = re.compile(r"(https?://)?")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `bad` should be mended before sending, `warn` looked at, `open` is not known yet.

    `block` is the id of the first block that it is about, empty where it is about the whole.
    """

    key: str
    state: State
    title: str
    text: str = ""
    details: tuple[str, ...] = ()
    block: str = ""


def checked(actor: Actor, letter: Letter, made: Compiled | None = None) -> list[Check]:
    """Return what was looked at, the worst first; the dead links are those known by now (`dead_links.look` asks).

    `made` is the letter compiled for its own object, by whoever has it already.
    """
    try:
        ready = made or compiled(letter)
    except EssorError as error:
        return [Check("compile", "bad", _("The e-mail cannot be sent as it is"), str(error))]
    found = [
        _subject(letter, ready),
        _unsubscribe(ready),
        _fallbacks(actor, letter, ready),
        _places(letter, ready),
        _links(ready),
        _alt(letter, ready),
        _size(ready),
        *_unchosen(letter),
        *_segments(letter),
    ]
    order = ("bad", "warn", "open", "good")
    return sorted(found, key=lambda one: order.index(one.state))


def _subject(letter: Letter, ready: Compiled) -> Check:
    if not letter.subject.strip():
        return Check(
            "subject", "bad", _("The subject is missing"), _("Say in a few words what the e-mail is about.")
        )
    shown = merge.join(ready.subject, {})
    if len(shown) > LONGEST_SUBJECT:
        text = _("Inboxes on phones show about 40 characters; this one has %(num)d.") % {
            "num": len(letter.subject)
        }
        return Check("subject", "warn", _("The subject is long"), text)
    return Check("subject", "good", _("The subject is there"))


def _unsubscribe(ready: Compiled) -> Check:
    if any(slot.kind == "unsubscribe" for slot in slots(ready.html)) or "unsubscribe" in _sources(ready.html):
        return Check("unsubscribe", "good", _("Everybody can unsubscribe"))
    text = _(
        "The law and mail providers ask for it: add a link and choose “Unsubscribe link” as its address."
    )
    return Check("unsubscribe", "bad", _("There is no way to unsubscribe"), text)


def slots(text: Text) -> Iterator[Slot]:
    """Yield the slots of a text, those in an expert's source too."""
    for one in text:
        if not isinstance(one, str):
            yield one
            yield from one.inner


def _sources(text: Text) -> str:
    return " ".join(one.value for one in text if not isinstance(one, str) and one.kind == "source")


def _fallbacks(actor: Actor, letter: Letter, ready: Compiled) -> Check:
    parts = (ready.subject, ready.html, *ready.links, *(one.html for one in ready.blocks))
    bare = dict.fromkeys(
        slot.value
        for text in parts
        for slot in slots(text)
        if slot.kind == "field" and slot.value and not slot.fallback
    )
    labels = []
    for path in bare:
        try:
            field = run.field_of(actor, letter.object_name, path)
        except EssorError:
            text = _("You may not see the field “%(path)s”: an e-mail of yours cannot show it.") % {
                "path": path
            }
            return Check("fallback", "bad", _("A field is out of your reach"), text)
        if not (field.required and "." not in path):
            labels.append(f"{field.label} ({path})")
    if not labels:
        return Check("fallback", "good", _("Every field has a fallback"))
    text = _("Where these are empty, nothing is shown: click the field and say what to write instead.")
    title = ngettext("A field has no fallback", "%(num)d fields have no fallback", len(labels)) % {
        "num": len(labels)
    }
    return Check("fallback", "warn", title, text, tuple(labels))


def _places(letter: Letter, ready: Compiled) -> Check:
    empty = [
        (one.id, name)
        for one in _blocks(letter)
        for name, href in _ways(one)
        if NOWHERE.fullmatch(href.strip())
    ]
    bare = sum(
        1 for one in ready.links if len(one) == 1 and isinstance(one[0], str) and NOWHERE.fullmatch(one[0])
    )
    if empty or bare:
        named = tuple(name for _block, name in empty)
        first = empty[0][0] if empty else ""
        return Check("nowhere", "bad", _("A link has no address yet"), _("Give it an address."), named, first)
    return Check("nowhere", "good", _("Every button and link has an address"))


def _blocks(letter: Letter) -> list[AnyBlock]:
    return every(letter.document.blocks) if letter.kind == BLOCKS else []


def _ways(block: AnyBlock) -> list[tuple[str, str]]:
    """Return (name, address) of what a button or a row of signs leads to."""
    if isinstance(block, Button):
        return [(block.label or _("Button"), block.href)]
    return [(str(NETWORKS[name]), href) for name, href in block.links] if isinstance(block, Social) else []


def _links(ready: Compiled) -> Check:
    urls = dead_links.fixed(ready)
    if not urls:
        return Check("links", "good", _("There is no link to look at"))
    known = dead_links.known(urls)
    silent = _("nobody answers")
    dead = tuple(
        f"{url} — {known[url].status or silent}"
        for url in urls
        if url in known and dead_links.is_dead(known[url])
    )
    if dead:
        title = ngettext("A link is dead", "%(num)d links are dead", len(dead)) % {"num": len(dead)}
        return Check("links", "bad", title, _("Nobody answers there, or the page does not exist."), dead)
    closed = tuple(url for url in urls if url in known and known[url].status == dead_links.NOT_CALLED)
    if closed:
        return Check(
            "links", "warn", _("A link leads inside a network"), _("People outside cannot follow it."), closed
        )
    if any(one.status == dead_links.UNKNOWN for one in known.values()):
        return Check(
            "links",
            "open",
            _("The links could not be checked"),
            _("No name server answered: try again later."),
        )
    if len(known) < len(urls):
        return Check("links", "open", _("The links are being tried…"))
    title = ngettext("The link works", "All %(num)d links work", len(urls)) % {"num": len(urls)}
    return Check("links", "good", title)


def _alt(letter: Letter, ready: Compiled) -> Check:
    missing = [
        one.id
        for one in _blocks(letter)
        if isinstance(one, Picture) and one.src and not one.alt.strip() and not one.decorative
    ]
    number = len(missing)
    if letter.kind != BLOCKS:
        html = "".join(one if isinstance(one, str) else one.value for one in ready.html)
        number = sum(1 for one in IMAGE.findall(html) if not ALT.search(one))
    if not number:
        return Check("alt", "good", _("Every picture has a description"))
    title = ngettext("A picture has no description", "%(num)d pictures have no description", number) % {
        "num": number
    }
    return Check(
        "alt",
        "warn",
        title,
        _("Many mail programs hide pictures at first, and some readers do not see them: describe each."),
        block=missing[0] if missing else "",
    )


def _size(ready: Compiled) -> Check:
    mail = merge.mail(ready, ("",) * len(ready.paths), Replacements(blocks=ready.blocks))
    size = len(mail.html.encode())
    shown = {"num": -(-size // KILO)}
    if size > LARGEST:
        return Check(
            "size",
            "bad",
            _("The e-mail is too large: %(num)d kB") % shown,
            _("Beyond 100 kB Gmail cuts it off, and the way to unsubscribe with it. Link to a page."),
        )
    return Check("size", "good", _("It weighs %(num)d kB, of 100 at most") % shown)


def _unchosen(letter: Letter) -> Iterator[Check]:
    empty = [one.id for one in _blocks(letter) if isinstance(one, Picture) and not one.src]
    if empty:
        title = ngettext("A picture is not chosen yet", "%(num)d pictures are not chosen yet", len(empty))
        yield Check(
            "picture",
            "warn",
            title % {"num": len(empty)},
            _("Choose one or remove its block: nothing would be shown there."),
            block=empty[0],
        )


def _segments(letter: Letter) -> Iterator[Check]:
    lost = [one.id for one in _blocks(letter) if isinstance(one, Dynamic) and one.segment is None]
    if lost:
        text = _("Choose the segment of each part that not everybody gets.")
        yield Check("segment", "warn", _("A part is shown to nobody"), text, block=lost[0])
