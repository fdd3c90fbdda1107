"""The links of mails: signed, bound to one work item and one person, good once and for some days."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal

from django.core import signing
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from essor.access.actor import actor_for
from essor.domain.approvals.actions.decide import decide, over
from essor.domain.approvals.models import MailLink, ProcessInstance
from essor.kernel.errors import Conflict

SALT = "essor.approvals.link"
GOOD_FOR = timedelta(days=14)
State = Literal["open", "used", "expired", "over", "unknown"]


@dataclass(frozen=True, slots=True)
class Followed:
    """A link as somebody has followed it; `sentence` says why it does not work any more."""

    state: State
    link: MailLink | None = None
    sentence: str = ""


def sign(link: MailLink) -> str:
    """Give a link a new secret, store its digest, and return the text for the address."""
    secret = secrets.token_urlsafe(24)
    link.digest = digest(secret)
    link.save(update_fields=["digest"])
    return signing.dumps([link.pk, secret], salt=SALT)


def digest(secret: str) -> str:
    """Return what is stored of a secret."""
    return sha256(secret.encode()).hexdigest()


def follow(text: str) -> Followed:
    """Return what a link stands for, told in the language of whom it was sent to.

    Reads only, so that whoever merely opens it changes nothing.
    """
    try:
        key, secret = signing.loads(text, salt=SALT, max_age=GOOD_FOR)
    except signing.SignatureExpired:
        return Followed("expired", sentence=_("This link has expired. Open the request in Essor."))
    except (signing.BadSignature, ValueError, TypeError):
        return Followed("unknown", sentence=_("This link is not one of ours, or it is incomplete."))
    link = MailLink.objects.select_related("item__process_instance__process", "user").filter(pk=key).first()
    if link is None or not secrets.compare_digest(link.digest or "", digest(str(secret))):
        return Followed("unknown", sentence=_("This link is not one of ours, or it is incomplete."))
    with translation.override(link.user.language):
        return _standing(link)


def _standing(link: MailLink) -> Followed:
    if link.used is not None:
        return Followed("used", link, _("This link has already been used: your answer counts."))
    sentence = _closed(link)
    return Followed("over", link, sentence) if sentence else Followed("open", link)


def _closed(link: MailLink) -> str:
    """Return why an unused link needs no answer any more, empty while it does."""
    if link.item.is_deleted:
        return over(link.item.process_instance)
    return "" if link.user.may_enter else _("Your account is closed: this link does not work any more.")


@transaction.atomic
def answer(followed: Followed, *, approve: bool, comment: str) -> ProcessInstance:
    """Answer by an open link, which is used up by it. Raises as `decide` does; Conflict when the link was used meanwhile."""
    link = followed.link
    if link is None or not MailLink.objects.filter(pk=link.pk, used=None).update(used=timezone.now()):
        raise Conflict(_("This link has already been used: your answer counts."), revision=0)
    return decide(actor_for(link.user), link.item_id, approve=approve, comment=comment)
