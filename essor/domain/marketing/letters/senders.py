"""Asks the net whether others believe mails of a domain: SPF, DKIM and DMARC, each with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import dns.exception
import dns.resolver
from django.conf import settings
from django.utils.translation import gettext as _

from essor.access.actor import Actor

PATIENCE = 2.0  # seconds for one question
SELECTORS = ("essor", "default", "selector1", "google", "mail")
MOST = 3  # domains that are looked at
Texts = Callable[[str], list[str]]
"""Returns the TXT records of a name, none when there are none; LookupError when nobody could be asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one of the three says: `state` is open when it could not be checked."""

    name: Literal["SPF", "DKIM", "DMARC"]
    state: Literal["good", "bad", "open"]
    text: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails of a letter come from: the domain that readers see, that of the envelope, and the keys of its signatures.

    `keys` is {selector: DKIM record}; an empty record means that any key will do.
    """

    domain: str
    envelope: str
    keys: Mapping[str, str]


Chosen = Callable[[Actor, int], list[Sender]]
_chosen: list[Chosen] = []


def chooses(function: Chosen) -> Chosen:
    """Register who knows the senders of a letter, in an actor's eyes, by its key; none where it knows nothing of it."""
    _chosen.append(function)
    return function


def of_letter(actor: Actor, key: int) -> list[Sender]:
    """Return whom a letter's mails come from, the house's own address where nobody knows better; none on a lone machine."""
    found = [one for function in _chosen for one in function(actor, key)]
    house = domain_of(settings.DEFAULT_FROM_EMAIL)
    return found[:MOST] or ([stranger(house)] if house else [])


def stranger(domain: str) -> Sender:
    """Return a sender of whom nothing is known but the domain."""
    return Sender(domain, domain, dict.fromkeys(SELECTORS, ""))


def look(sender: Sender, texts: Texts | None = None) -> list[Finding]:
    """Return what the three say about a sender; `texts` asks, the net's name servers unless told."""
    ask, domain = texts or from_net, sender.domain
    try:
        spf = any(one.lower().startswith("v=spf1") for one in ask(sender.envelope))
        dmarc = any(one.lower().startswith("v=dmarc1") for one in ask(f"_dmarc.{domain}"))
        dkim = any(
            key_in(one) in ({key_in(wanted)} if wanted else {key_in(one)} - {""})
            for name, wanted in sender.keys.items()
            for one in ask(f"{name}._domainkey.{domain}")
        )
    except LookupError:
        text = _("Could not be checked: no name server answered.")
        return [Finding("SPF", "open", text), Finding("DKIM", "open", text), Finding("DMARC", "open", text)]
    return [
        Finding("SPF", "good", _("The domain says who may send for it."))
        if spf
        else Finding(
            "SPF",
            "bad",
            _("%(domain)s does not say who may send for it: add a TXT record that begins with v=spf1.")
            % {"domain": sender.envelope},
        ),
        Finding("DKIM", "good", _("The domain publishes a key for signatures."))
        if dkim
        else Finding(
            "DKIM",
            "bad",
            _("No key for signatures was found: publish the one that the sending domain’s page shows."),
        ),
        Finding("DMARC", "good", _("The domain says what to do with forged mails."))
        if dmarc
        else Finding(
            "DMARC", "bad", _("Add a TXT record at _dmarc.%(domain)s: v=DMARC1; p=none") % {"domain": domain}
        ),
    ]


def key_in(record: str) -> str:
    """Return the public key in a DKIM record, empty where there is none or it was withdrawn."""
    tags = dict(part.strip().split("=", 1) for part in record.split(";") if "=" in part)
    return tags.get("p", "").replace(" ", "")


def from_net(name: str) -> list[str]:
    """Return the TXT records of a name as the net's name servers know them."""
    resolver = dns.resolver.Resolver()
    resolver.lifetime = resolver.timeout = PATIENCE
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise LookupError(name) from error
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def domain_of(address: str) -> str:
    """Return the domain of an address ("Essor <essor@example.com>"), empty when it is none of the net."""
    domain = address.rpartition("@")[2].strip("> ").lower()
    return domain if "." in domain else ""
