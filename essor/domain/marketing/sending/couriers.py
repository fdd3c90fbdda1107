"""Which courier a mailing's server needs, and the keys of the domain that it comes from."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.conf import settings
from django.utils.translation import gettext as _

from essor.domain.marketing.sending import sealed
from essor.domain.marketing.sending.courier import Courier, SmtpCourier
from essor.domain.marketing.sending.dkim import Signer, loaded
from essor.domain.marketing.sending.models import SendingDomain, Server
from essor.domain.marketing.sending.provider import ProviderCourier
from essor.domain.marketing.sending.results import ServerRefuses
from essor.domain.marketing.sending.wire import Address


def courier_of(server: Server | None) -> Courier:
    """Return a courier of a server; raises ServerRefuses when none is set up."""
    if server is None:
        raise ServerRefuses(_("No mail server is set up. Add one in Setup, under “Mail delivery”."))
    if server.kind == Server.Kind.BACKEND:
        options = orjson.loads(sealed.opened(server.options) or "{}")
        return ProviderCourier(server.backend, cast("dict[str, Any]", options))
    return SmtpCourier(address_of(server), server.connections)


def address_of(server: Server) -> Address:
    """Return where and how to reach an SMTP server."""
    return Address(
        host=server.host,
        port=server.port,
        security=server.security,
        username=server.username,
        password=sealed.opened(server.password),
        own_name=urlsplit(settings.SITE_URL).hostname or "localhost",
    )


def domain_of(address: str) -> SendingDomain | None:
    """Return the sending domain of a sender's address: the domain itself, or the nearest one above it."""
    name = address.rpartition("@")[2].lower()
    parts = name.split(".")
    above = [".".join(parts[at:]) for at in range(len(parts) - 1)]
    found = {one.name: one for one in SendingDomain.objects.filter(name__in=above)}
    return next((found[one] for one in above if one in found), None)


def signer_of(domain: SendingDomain) -> Signer:
    """Return the keys of a domain."""
    return Signer(
        domain.name,
        domain.rsa_selector,
        cast("rsa.RSAPrivateKey", loaded(sealed.opened(domain.rsa_key))),
        domain.ed_selector,
        cast("ed25519.Ed25519PrivateKey", loaded(sealed.opened(domain.ed_key))),
    )
