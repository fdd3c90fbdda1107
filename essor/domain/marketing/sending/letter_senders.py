"""What the letters' room learns from this one: whom a letter's mails come from, which its checks look at, and a way to try it."""

from __future__ import annotations

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.domain.marketing.letters import senders, trying
from essor.domain.marketing.letters.merge import Mail
from essor.domain.marketing.letters.senders import Sender
from essor.domain.marketing.sending import couriers, dkim, testing
from essor.domain.marketing.sending.models import SendingDomain, Server
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Order, Path, Query

MAILINGS = 20  # the newest ones of a letter


@senders.chooses
def of_mailings(actor: Actor, letter: int) -> list[Sender]:
    """Return the senders of the newest mailings with this letter; while there are none, the domains that are set up."""
    addresses = [one for one in _addresses(actor, letter) if senders.domain_of(one)]
    if not addresses:
        return [_sender(one) for one in SendingDomain.objects.order_by("pk")[: senders.MOST]]
    found = {senders.domain_of(one): couriers.domain_of(one) for one in addresses}
    return [_sender(ours) if ours else senders.stranger(name) for name, ours in found.items()]


@trying.carries
def carry(actor: Actor, mail: Mail) -> bool:
    """Take a letter that is tried to its author by the server of mailings; not while there is none."""
    server = Server.objects.order_by("pk").first()
    if server is not None:
        testing.send_letter(actor, mail, server)
    return server is not None


def _addresses(actor: Actor, letter: int) -> list[str]:
    if not row_access.may(actor, "ListEmail", "read"):
        return []
    query = Query(
        "ListEmail",
        columns=(Column(Path(("FromAddress",))),),
        where=Compare(Path(("EmailTemplateId",)), "eq", (Constant(letter),)),
        order_by=(Order(Path(("CreatedDate",)), descending=True),),
        limit=MAILINGS,
    )
    return [row["FromAddress"] for row in run.rows(actor, query) if row["FromAddress"]]


def _sender(domain: SendingDomain) -> Sender:
    """Return the sender of a domain of ours; what is below it is signed by it, and DMARC looks there too."""
    signer = couriers.signer_of(domain)
    keys = {domain.rsa_selector: signer.rsa_key, domain.ed_selector: signer.ed_key}
    return Sender(
        domain.name,
        domain.bounce_domain,
        {selector: dkim.record(key) for selector, key in keys.items() if key is not None},
    )
