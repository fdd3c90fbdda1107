"""Asks the net whether others believe mails of a domain: SPF, DKIM and DMARC, each with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _

PATIENCE = 2.0  # seconds for one question
SELECTORS = ("essor", "default", "selector1", "google", "mail")
Texts = Callable[[str], list[str]]
"""Returns the TXT records of a name, none when there are none; LookupError when nobody could be asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one of the three says: `state` is open when it could not be checked."""

    name: Literal["SPF", "DKIM", "DMARC"]
    state: Literal["good", "bad", "open"]
    text: str


def look(domain: str, *, selectors: Iterable[str] = SELECTORS, texts: Texts | None = None) -> list[Finding]:
    """Return what the three say about a sender's domain; `texts` asks, the net's name servers unless told."""
    ask = texts or from_net
    try:
        spf = any(one.lower().startswith("v=spf1") for one in ask(domain))
        dmarc = any(one.lower().startswith("v=dmarc1") for one in ask(f"_dmarc.{domain}"))
        dkim = any(
            "p=" in one and "p=;" not in one
            for name in selectors
            for one in ask(f"{name}._domainkey.{domain}")
        )
    except LookupError:
        text = _("Could not be checked: no name server answered.")
        return [Finding("SPF", "open", text), Finding("DKIM", "open", text), Finding("DMARC", "open", text)]
    return [
        Finding("SPF", "good", _("The domain says who may send for it.")) if spf
        else Finding("SPF", "bad", _("The domain does not say who may send for it: add a TXT record that begins with v=spf1.")),
        Finding("DKIM", "good", _("The domain publishes a key for signatures.")) if dkim
        else Finding("DKIM", "bad", _("No key for signatures was found: publish the one that the sending domain’s page shows.")),
        Finding("DMARC", "good", _("The domain says what to do with forged mails.")) if dmarc
        else Finding("DMARC", "bad", _("Add a TXT record at _dmarc.%(domain)s: v=DMARC1; p=none") % {"domain": domain}),
    ]  # fmt: skip


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
