"""Sending domains: our keys, the DNS records that publish them, and what DNS says about them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.resolver
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.marketing.letters.senders import key_in
from essor.domain.marketing.sending import couriers, dkim
from essor.domain.marketing.sending.models import SendingDomain
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.sealed import seal

NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
TIMEOUT = 4.0  # seconds for one question
RSA, ED, SPF, DMARC, BOUNCE = "rsa", "ed", "spf", "dmarc", "bounce"
NAMES = {
    RSA: gettext_lazy("DKIM (RSA)"), ED: gettext_lazy("DKIM (Ed25519)"), SPF: gettext_lazy("SPF"),
    DMARC: gettext_lazy("DMARC"), BOUNCE: gettext_lazy("Bounces"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """A record to publish, and what DNS has: `seen` are the values found there, `found` whether one of them will do."""

    key: str
    name: str
    type: str
    host: str
    value: str
    help: str
    found: bool
    seen: tuple[str, ...] = ()


def add(name: str, bounce_domain: str = "") -> SendingDomain:
    """Make keys for a domain. Raises ValidationFailed for what is no domain, or is there already."""
    name = ascii_of(name)
    bounce = ascii_of(bounce_domain) if bounce_domain.strip() else f"bounce.{name}"
    errors = [
        FieldError(field, "INVALID_FIELD_VALUE", _("This is no domain name."))
        for field, value in (("name", name), ("bounce_domain", bounce))
        if not NAME.fullmatch(value)
    ]
    if not errors and SendingDomain.objects.filter(name=name).exists():
        errors.append(FieldError("name", "DUPLICATE_VALUE", _("This domain is there already.")))
    if errors:
        raise ValidationFailed(errors)
    month = timezone.now().strftime("%Y%m")
    return SendingDomain.objects.create(
        name=name, bounce_domain=bounce, rsa_selector=f"essor-{month}", ed_selector=f"essor-ed-{month}",
        rsa_key=seal(dkim.dumped(dkim.new_rsa())), ed_key=seal(dkim.dumped(dkim.new_ed())),
    )  # fmt: skip


def ascii_of(name: str) -> str:
    """Return a domain name as DNS has it, in small letters; what cannot be one comes back as it is."""
    name = name.strip().lower().rstrip(".")
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def records(domain: SendingDomain) -> list[Record]:
    """Return the records of a domain with what the last check saw."""
    signer = couriers.signer_of(domain)
    assert signer.rsa_key is not None  # noqa: S101 -- `add` makes both keys
    assert signer.ed_key is not None  # noqa: S101
    rows = [
        (RSA, "TXT", f"{domain.rsa_selector}._domainkey.{domain.name}", dkim.record(signer.rsa_key),
         _("Our public key: receivers verify with it that a mail is yours.")),
        (ED, "TXT", f"{domain.ed_selector}._domainkey.{domain.name}", dkim.record(signer.ed_key),
         _("The same with a newer, shorter key.")),
        (SPF, "TXT", domain.bounce_domain, "v=spf1 mx a ~all",
         _("Which servers may send. Put your mail server’s name here: a:mail.example.com, or the provider’s include.")),
        (DMARC, "TXT", f"_dmarc.{domain.name}", f"v=DMARC1; p=none; rua=mailto:dmarc@{domain.name}",
         _("What receivers do with mails that are not signed. Begin with p=none.")),
        (BOUNCE, "MX", domain.bounce_domain, f"10 {_own_host()}.", _("Where bounces come back to: this server.")),
    ]  # fmt: skip
    return [
        Record(
            key, str(NAMES[key]), kind, host, value, words, bool(domain.checks.get(key, {}).get("found")),
            tuple(domain.checks.get(key, {}).get("seen", ())),
        )
        for key, kind, host, value, words in rows
    ]  # fmt: skip


def check(domain: SendingDomain, resolver: dns.resolver.Resolver | None = None) -> list[Record]:
    """Ask DNS for each record, remember what it says, and return the records."""
    asked = resolver or _resolver()
    checks: dict[str, Any] = {}
    for one in records(domain):
        seen = _asked(asked, one.host, one.type)
        checks[one.key] = {"seen": [value[:500] for value in seen[:5]], "found": _will_do(one, seen)}
    domain.checks, domain.checked_at = checks, timezone.now()
    domain.save(update_fields=["checks", "checked_at"])
    return records(domain)


def _will_do(record: Record, seen: list[str]) -> bool:
    """Tell whether what DNS has serves: keys must be ours, policies must be there."""
    if record.key in (RSA, ED):
        wanted = key_in(record.value)
        return any(key_in(value) == wanted for value in seen)
    if record.key == SPF:
        return any(value.lower().startswith("v=spf1") for value in seen)
    if record.key == DMARC:
        return any(value.lower().replace(" ", "").startswith("v=dmarc1;p=") for value in seen)
    return bool(seen)


def _asked(resolver: dns.resolver.Resolver, host: str, kind: str) -> list[str]:
    try:
        answer = resolver.resolve(host, kind, raise_on_no_answer=False)
    except dns.exception.DNSException:
        return []
    if kind == "TXT":
        return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]
    return [one.to_text() for one in answer]


def _resolver() -> dns.resolver.Resolver:
    found = dns.resolver.Resolver()
    found.timeout = found.lifetime = TIMEOUT
    return found


def _own_host() -> str:
    return settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
