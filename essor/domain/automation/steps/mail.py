"""Sends a mail about the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.access.models import User
from essor.domain.automation import merge, people
from essor.domain.automation.checks import in_words, text_errors
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Member, Site, StepKind, step
from essor.domain.automation.models import Outgoing
from essor.kernel.errors import EssorError, FieldError
from essor.query import run

FIELD = "field:"


@step
class Mail(StepKind):
    """A mail to an address of the record, to colleagues, or to a fixed address; it leaves after the transaction.

    `to` holds “field:Email”, words of `people`, “user:5”, or an address.
    """

    name = "mail"
    label = gettext_lazy("Send an e-mail")
    icon = "mail"
    help = gettext_lazy("To the person in the record, to colleagues or to any address, with merge fields.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:
        """The addresses, and the owner."""
        if site.obj.has("OwnerId"):
            yield "OwnerId"
        for word in step.settings.get("to", []):
            if word.startswith(FIELD):
                yield word.removeprefix(FIELD)

    def texts(self, step: Step) -> Iterable[str]:
        """Subject and body."""
        return (str(step.settings.get("subject", "")), str(step.settings.get("body", "")))

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """It has a receiver, a subject and a body."""
        subject, body = str(step.settings.get("subject", "")), str(step.settings.get("body", ""))
        errors = text_errors(site, subject=subject, body=body)
        to = step.settings.get("to", [])
        if not to:
            errors.append(FieldError("to", "REQUIRED_FIELD_MISSING", _("Choose who gets it.")))
        for word in to:
            try:
                if word.startswith(FIELD):
                    run.field_of(site.actor, site.obj.name, word.removeprefix(FIELD))
                elif word not in people.WORDS and not word.startswith("user:"):
                    validate_email(word)
            except (EssorError, ValidationError):
                message = _("“%(value)s” is no address.") % {"value": word[:80]}
                errors.append(FieldError("to", "INVALID_EMAIL_ADDRESS", message))
        return errors

    def told(self, step: Step, site: Site) -> str:
        """Show the subject."""
        return in_words(site, str(step.settings.get("subject", "")))

    def run(self, batch: Batch) -> None:
        """Put the mails into the out-tray: the runs go on once they have left."""
        addresses = receivers(batch)
        source = str(batch.settings.get("body", ""))
        subject, body = merge.read(str(batch.settings.get("subject", ""))), merge.read(source)
        rows = []
        for one in batch.live():
            to = addresses[id(one)]
            if not to:
                one.detail = _("There is no address to write to.")
                continue
            content = mail_of(to, subject.fill(one.shown), body.fill(one.shown))
            rows.append(Outgoing(run_id=one.run.pk, kind="mail", content=content))
            one.held = True
            one.detail = f"{', '.join(to)} — {content['subject']}"
        Outgoing.objects.bulk_create(rows, batch_size=500)


def mail_of(to: Sequence[str], subject: str, body: str) -> dict[str, Any]:
    """Return a mail as the out-tray keeps it; a subject is one line."""
    return {"to": list(to), "subject": " ".join(subject.split())[:255], "body": body}


def receivers(batch: Batch) -> dict[int, list[str]]:
    """Return the addresses for each member, those of people from one query."""
    words = list(batch.settings.get("to", []))
    users = people.meant(batch, batch.live(), words)
    keys = {key for some in users.values() for key in some}
    known = dict(User.objects.filter(pk__in=keys, is_active=True).values_list("pk", "email"))
    return {
        id(one): _addresses(one, words, [known[key] for key in users[id(one)] if key in known])
        for one in batch.live()
    }


def _addresses(member: Member, words: Sequence[str], colleagues: Sequence[str]) -> list[str]:
    fields = [member.get(word.removeprefix(FIELD)) for word in words if word.startswith(FIELD)]
    fixed = [word for word in words if "@" in word]
    return list(dict.fromkeys(str(one) for one in (*fields, *fixed, *colleagues) if one))
