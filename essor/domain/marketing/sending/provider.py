"""Hands messages to a Django e-mail backend, django-anymail's providers among them, one after the other.

A provider writes and signs the mail itself: it gets the parts, our headers and our token as metadata, which its webhooks
bring back (`webhooks`).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from email import message_from_bytes, policy
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from essor.domain.marketing.sending.composer import Message
from essor.domain.marketing.sending.results import (
    LONGEST,
    Outcome,
    Result,
    ServerRefuses,
    Unreachable,
    answered,
)

TOLD = ("Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Message-ID", "Date")
REFUSED = {"rejected", "invalid", "failed"}
METADATA = "essor_recipient"


class ProviderCourier:
    """One batch at a time, in a thread of its own."""

    def __init__(self, backend: str, options: dict[str, Any]) -> None:
        """Load the backend; raises ServerRefuses when there is none of that name or it lacks a setting."""
        try:
            self._backend: BaseEmailBackend = get_connection(backend, fail_silently=False, **options)
        except Exception as error:  # a foreign class, which may raise what it likes
            values = {"backend": backend, "reason": str(error)[:300]}
            message = _("The e-mail provider “%(backend)s” cannot be used: %(reason)s") % values
            raise ServerRefuses(message) from error
        self._worker = ThreadPoolExecutor(1, "essor-provider", override(get_language()).__enter__)
        self._found: deque[Result] = deque()
        self._stopped = threading.Event()

    def start(self, messages: Sequence[Message]) -> Future[None]:
        """Begin a batch."""
        self._stopped.clear()
        return self._worker.submit(self._send, messages)

    def results(self) -> list[Result]:
        """Return what became of messages since the last call."""
        return [self._found.popleft() for _place in range(len(self._found))]

    def stop(self) -> None:
        """Begin no further message."""
        self._stopped.set()

    def close(self) -> None:
        """Let the provider go."""
        self._worker.submit(self._backend.close)
        self._worker.shutdown(wait=True)

    def _send(self, messages: Sequence[Message]) -> None:
        waiting = deque(messages)
        try:
            self._backend.open()
            while waiting and not self._stopped.is_set():
                self._found.append(self._one(waiting[0]))
                waiting.popleft()
        except (OSError, SMTPServerDisconnected) as error:
            values = {"reason": str(error)[:300]}
            raise Unreachable(_("The e-mail provider does not answer: %(reason)s") % values) from error
        finally:
            self._found.extend(Result(one.recipient_id, Outcome.UNTOUCHED) for one in waiting)

    def _one(self, message: Message) -> Result:
        """Send one message; raises what says that the provider itself cannot be reached."""
        mail = as_django(message)
        try:
            self._backend.send_messages([mail])
        except SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return answered(message.recipient_id, code, str(words, "utf-8", "replace"))
        except SMTPResponseException as error:
            return answered(message.recipient_id, error.smtp_code, str(error.smtp_error))
        except (OSError, SMTPException):
            raise
        except Exception as error:  # noqa: BLE001 -- each provider has exceptions of its own
            return _failed(message, error)
        status = getattr(mail, "anymail_status", None)
        refused = sorted(set(status.status or ()) & REFUSED) if status is not None else []
        if refused:
            return Result(message.recipient_id, Outcome.REFUSED, 550, ", ".join(refused)[:LONGEST])
        return Result(message.recipient_id, Outcome.SENT, 250)


def _failed(message: Message, error: Exception) -> Result:
    """Return what a provider's own exception means: its HTTP status says whether to try again."""
    status = getattr(error, "status_code", None)
    words = str(error)[:LONGEST]
    if not isinstance(status, int):
        raise ServerRefuses(_("The e-mail provider refuses: %(reason)s") % {"reason": words}) from error
    if status in (401, 403):
        raise ServerRefuses(_("The e-mail provider refuses: %(reason)s") % {"reason": words}) from error
    if status == 429 or status >= 500:  # noqa: PLR2004 -- HTTP's
        return Result(message.recipient_id, Outcome.RETRY, 421, words, slow=True)
    return Result(message.recipient_id, Outcome.REFUSED, 550, words)


def as_django(message: Message) -> EmailMultiAlternatives:
    """Return a composed message as Django's, its bodies and headers as they were written."""
    parsed = message_from_bytes(message.data, policy=policy.default)
    parts = {kind: parsed.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: str(part.get_content()) if part is not None else "" for kind, part in parts.items()}
    mail = EmailMultiAlternatives(
        str(parsed["Subject"]),
        texts["plain"],
        str(parsed["From"]),
        [parseaddr(str(parsed["To"]))[1]],
        headers={name: str(parsed[name]) for name in TOLD if parsed[name]},
    )
    mail.attach_alternative(texts["html"], "text/html")
    mail.metadata = {METADATA: str(message.recipient_id)}  # type: ignore[attr-defined]  # anymail's
    mail.envelope_sender = message.sender  # type: ignore[attr-defined]
    mail.track_clicks = mail.track_opens = False  # type: ignore[attr-defined]
    return mail
