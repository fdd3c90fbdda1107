"""The verbs of the set-up, and the signed addresses of web forms."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.definitions import Field
from essor.domain.public_forms import strangers
from essor.domain.sales.assignment.edit import can_own
from essor.domain.sales.web_to_lead.models import WebForm
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.kernel.whole import whole

SALT = "essor.web_to_lead"
ALWAYS = ("LastName", "Company")


@dataclass(frozen=True, slots=True)
class FormText:
    """What the set-up says about a form; `sites` are addresses of web sites, one each."""

    name: str
    fields: Sequence[str]
    owner: int | None
    required: Sequence[str] = ()
    title: str = ""
    language: str = "fr"
    lead_source: str = ""
    assign: bool = True
    return_url: str = ""
    thanks: str = ""
    note: str = ""
    sites: Sequence[str] = ()
    active: bool = True


def found(key: int) -> WebForm:
    """Return a form; NotFound."""
    form = WebForm.objects.filter(pk=key).first()
    if form is None:
        raise NotFound(_("There is no such form."))
    return form


def offered() -> list[Field]:
    """Return the fields that a form may ask for."""
    return strangers.askable("Lead")


def asked(form: WebForm) -> list[Field]:
    """Return the fields of a form in their order; those that the catalog has no more are left out."""
    known = {field.name: field for field in offered()}
    return [known[name] for name in form.fields if name in known]


def save_form(actor: Actor, text: FormText, form: WebForm | None = None) -> WebForm:
    """Make a form or change one. Forbidden, ValidationFailed with every mistake by control."""
    require(actor, Permission.CUSTOMIZE)
    errors = list(_mistakes(text))
    if errors:
        raise ValidationFailed(errors)
    wanted = [*ALWAYS, *(name for name in text.fields if name not in ALWAYS)]
    order = [field.name for field in offered() if field.name in wanted]
    with transaction.atomic():
        row = form or WebForm(key=_new_key())
        row.name, row.title, row.language = text.name.strip(), text.title.strip(), text.language
        row.fields = order
        row.required = [name for name in order if name in text.required or name in ALWAYS]
        row.lead_source, row.owner_id, row.assign = text.lead_source, text.owner or 0, text.assign
        row.return_url, row.thanks, row.note = text.return_url.strip(), text.thanks.strip(), text.note.strip()
        row.sites = [origin_of(site) for site in text.sites]
        row.active = text.active
        row.save()
        audit.record(actor, "web_form_saved", row.name, fields=row.fields, active=row.active)
    return row


def _mistakes(text: FormText) -> list[FieldError]:
    lead = current.get().object("Lead")
    known = {field.name for field in offered()}
    checks = (
        (not text.name.strip(), "name", _("Give it a name.")),
        (not set(text.fields) <= known, "fields", _("A form cannot ask for this field.")),
        (not can_own(text.owner), "owner", _("Choose who gets the leads.")),
        (text.language not in dict(settings.LANGUAGES), "language", _("Choose a language.")),
        (
            bool(text.lead_source) and lead.field("LeadSource").choice(text.lead_source) is None,
            "lead_source",
            _("There is no such source."),
        ),
        (
            bool(text.return_url.strip()) and not _is_web(text.return_url),
            "return_url",
            _("Give a whole address: https://…"),
        ),
        (any(not origin_of(site) for site in text.sites), "sites", _("Give whole addresses: https://…")),
    )
    return [FieldError(name, "INVALID_FIELD_VALUE", message) for wrong, name, message in checks if wrong]


def _is_web(address: str) -> bool:
    return bool(origin_of(address)) and not any(letter.isspace() for letter in address.strip())


def stands_on(form: WebForm, address: str) -> bool:
    """Tell whether an address is one of the sites that a form was made for."""
    own = {origin_of(form.return_url), *form.sites} - {""}
    return origin_of(address) in own


def origin_of(address: str) -> str:
    """Return scheme and host of a web address (“https://www.vauban.example”), empty when it is none."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    good = all(letter.isascii() and (letter.isalnum() or letter in ".-") for letter in host)
    if parts.scheme not in ("http", "https") or not host or not good:
        return ""
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def remove_form(actor: Actor, form: WebForm) -> None:
    """Remove a form; its address answers no more."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        audit.record(actor, "web_form_removed", form.name)
        form.delete()


def renew(actor: Actor, form: WebForm) -> None:
    """Give a form a new address; the old one is worthless from now on."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        form.key = _new_key()
        form.save(update_fields=["key"])
        audit.record(actor, "web_form_address_renewed", form.name)


def _new_key() -> str:
    return secrets.token_urlsafe(12)


def token_of(form: WebForm) -> str:
    """Return the signed word of a form's address."""
    return signing.Signer(salt=SALT).sign(f"{form.pk}.{form.key}").replace(":", "~")


def by_token(token: str) -> WebForm:
    """Return the active form of an address; NotFound for everything else."""
    try:
        number, _dot, key = signing.Signer(salt=SALT).unsign(token.replace("~", ":")).partition(".")
    except signing.BadSignature:
        number, key = "", ""
    form = WebForm.objects.filter(pk=whole(number) or 0, key=key, active=True).first()
    if form is None:
        raise NotFound(_("This form is not in use."))
    return form
