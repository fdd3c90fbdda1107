"""Tries things out before anybody else notices: a test mail to oneself, a connection to a server."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import TimeoutError as TooLate
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.letters.compiled import Compiled
from essor.domain.marketing.letters.merge import Mail
from essor.domain.marketing.sending import couriers, launch, pacing, people
from essor.domain.marketing.sending.composer import Composer, Message
from essor.domain.marketing.sending.composer import Person as Receiver
from essor.domain.marketing.sending.models import Content, ListEmail, Server
from essor.domain.marketing.sending.results import Outcome, Result
from essor.domain.marketing.sending.senders import sender_of
from essor.domain.marketing.sending.wire import greeted

PATIENCE = 45.0  # seconds
NOBODY_S = 1 << 62  # from here on no recipient's key: the links of a test lead on and count for nobody


def send_test(actor: Actor, mailing: ListEmail, address: str) -> int:
    """Send every variant to `address` as the first person of the audience would get it; return how many mails.

    Raises ValidationFailed with what the server said, and what compiling and connecting raise.
    """
    person = launch.first_of(actor, mailing)
    server = pacing.server_of(mailing)
    messages = []
    for one in launch.variants_of(actor, mailing):
        if one.object_name != OBJECTS[person.kind]:
            continue
        content = Content(from_name=one.from_name, from_address=one.from_address)
        compiled = replace(one.compiled, subject=(_("[Test] "), *one.compiled.subject))
        shown, blocks = people.values(compiled, one.object_name, [person.id] if person.id else [], actor)
        composer = Composer(compiled, replace(sender_of(mailing, content), tracked=False))
        receiver = Receiver(
            NOBODY_S + secrets.randbits(61), address, shown.get(person.id, {}), blocks.get(person.id, ())
        )
        messages.append(composer.message(receiver, timezone.localtime()))
    _hand_over(server, messages)
    return len(messages)


def send_letter(actor: Actor, mail: Mail, server: Server) -> None:
    """Send a letter to its author as a mailing of theirs would leave: through that server, signed by their domain.

    Raises ValidationFailed with what the server said, and what connecting raises.
    """
    content = Content(from_name=actor.name, from_address=actor.email)
    sender = replace(sender_of(ListEmail(), content), list_email_id=0, tracked=False)
    composer = Composer(Compiled((mail.subject,), (mail.html,), (mail.text,)), sender)
    receiver = Receiver(NOBODY_S + secrets.randbits(61), actor.email, {}, ())
    _hand_over(server, [composer.message(receiver, timezone.localtime())])


def _hand_over(server: Server | None, messages: list[Message]) -> None:
    courier = couriers.courier_of(server)
    try:
        courier.start(messages).result(PATIENCE)
        results = courier.results()
    except TooLate:
        raise launch.refused(_("The mail server does not answer.")) from None
    finally:
        courier.close()
    failed = next((one for one in results if one.outcome is not Outcome.SENT), None)
    if failed is not None:
        raise launch.refused(_said(failed))


def try_server(server: Server) -> str:
    """Connect and sign in; return what the server can do. Raises an EssorError that says what is wrong."""
    if server.kind == Server.Kind.BACKEND:
        couriers.courier_of(server).close()
        return _("The provider’s settings are complete. Send a test from a mailing to see it at work.")

    async def hello() -> list[str]:
        found = await greeted(couriers.address_of(server))
        found.wire.write(b"QUIT\r\n")
        await found.wire.replies(1, 2.0)
        found.wire.close()
        return sorted(found.extensions)

    extensions = asyncio.run(hello())
    return _("Connected. The server offers: %(names)s.") % {"names": ", ".join(extensions) or "—"}


def _said(result: Result) -> str:
    if result.outcome is Outcome.UNSURE:
        return _("The connection was lost before the server answered.")
    return _("The mail server says: %(code)s %(words)s") % {"code": result.code, "words": result.detail}
