"""Short names for the blocks of ready-made letters, and the footer that all of them share."""

from __future__ import annotations

from typing import Any

from essor.domain.marketing.letters.blocks import (
    AnyBlock,
    Button,
    Columns,
    Divider,
    Picture,
    RichText,
    Simple,
    Social,
    Spacer,
)

FOOTER = {
    "fr": (
        '<p><small>{{ Owner.Name or "Notre équipe" }} · Vous recevez cet e-mail parce que nous sommes en relation. '
        '<a href="{{ browser }}">Voir dans le navigateur</a> · <a href="{{ preferences }}">Mes préférences</a> · '
        '<a href="{{ unsubscribe }}">Se désabonner</a></small></p>'
    ),
    "en": (
        '<p><small>{{ Owner.Name or "Our team" }} · You get this e-mail because we are in touch. '
        '<a href="{{ browser }}">View in browser</a> · <a href="{{ preferences }}">My preferences</a> · '
        '<a href="{{ unsubscribe }}">Unsubscribe</a></small></p>'
    ),
}
NOWHERE = "https://"  # a place to fill: the editor marks it, and the checks find it


def text(key: str, html: str, **more: Any) -> RichText:
    """Return a text."""
    return RichText(id=key, html=html, **more)


def art(key: str, name: str, alt: str, **more: Any) -> Picture:
    """Return one of our own pictures."""
    return Picture(id=key, src=f"/pictures/art/{name}.jpg", alt=alt, space=more.pop("space", "none"), **more)


def button(key: str, label: str, leads: str, **more: Any) -> Button:
    """Return a button; `leads` empty: its writer says where to."""
    return Button(id=key, label=label, href=leads or NOWHERE, **more)


def columns(key: str, *inside: tuple[Simple, ...], ratio: Any = "1-1", **more: Any) -> Columns:
    """Return columns."""
    return Columns(id=key, ratio=ratio, columns=inside, **more)


def line(key: str) -> Divider:
    """Return a line."""
    return Divider(id=key, space="small")


def gap(key: str, height: int = 16) -> Spacer:
    """Return some room."""
    return Spacer(id=key, height=height)


def footer(language: str, site: str = "") -> tuple[AnyBlock, ...]:
    """Return where the company is found when its `site` is known, why somebody got this, and how to get no more."""
    return (
        Divider(id="foot-line", space="normal"),
        *((Social(id="foot-social", links=(("web", site),)),) if site else ()),
        RichText(id="foot", html=FOOTER.get(language, FOOTER["en"]), align="center", space="normal"),
    )
