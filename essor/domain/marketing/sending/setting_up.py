"""What administrators change for sending, written into the journal of the set-up."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.rights import Permission
from essor.domain.marketing.sending import domains, outbox, servers
from essor.domain.marketing.sending.models import SendingDomain, Server


def keep_server(actor: Actor, values: Mapping[str, str], server: Server | None = None) -> Server:
    """Make or change a mail server; raises ValidationFailed and Forbidden."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        row = servers.keep(values, server)
        record(actor, "save_mail_server", row.name)
        outbox.look_again()
    return row


def delete_server(actor: Actor, server: Server) -> None:
    """Remove a mail server."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        record(actor, "delete_mail_server", server.name)
        server.delete()
        outbox.look_again()


def add_domain(actor: Actor, name: str, bounce_domain: str) -> SendingDomain:
    """Make a sending domain with its keys; raises ValidationFailed and Forbidden."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        row = domains.add(name, bounce_domain)
        record(actor, "add_sending_domain", row.name)
    return row


def delete_domain(actor: Actor, domain: SendingDomain) -> None:
    """Remove a sending domain; its keys are gone for good."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        record(actor, "delete_sending_domain", domain.name)
        domain.delete()
