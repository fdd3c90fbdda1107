"""E-mail, phone and URL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import ParseContext, ParseError
from essor.catalog.kinds.text import Text

PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.[a-z]{2,24}"
)


class Email(Text):
    """An e-mail address, stored in lower case."""

    name = "email"
    label = gettext_lazy("E-mail")
    salesforce_type = "email"
    control = "email"
    limit = 254

    def parse(self, raw: object, field: Field, context: ParseContext) -> str | None:
        """Return the address in lower case; ParseError when it cannot be one."""
        text = super().parse(raw, field, context)
        if text is None:
            return None
        text = text.lower()
        if not PLAIN_EMAIL.fullmatch(text):  # the common shape needs no slower look
            try:
                validate_email(text)
            except ValidationError:
                message = _("“%(value)s” is not an e-mail address.") % {"value": text[:80]}
                raise ParseError(message, "INVALID_EMAIL_ADDRESS") from None
        return text

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable e-mail address."""
        return {**super().json_schema(field), "format": "email"}


class Phone(Text):
    """A phone number as it was typed, with its E.164 form beside it for searching and dialling."""

    name = "phone"
    label = gettext_lazy("Phone")
    salesforce_type = "phone"
    control = "phone"
    limit = 40

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return the typed number and its E.164 form."""
        return {**super().columns(field), "_e164": models.CharField(max_length=16, null=True, blank=True)}

    def derive(self, value: Any, field: Field, context: ParseContext) -> Mapping[str, Any]:
        """Return the E.164 form of the number, None when it cannot be told."""
        return {"_e164": e164(value, context.region) if value else None}


@lru_cache(maxsize=4096)
def e164(text: str, region: str) -> str | None:
    """Return `text` in E.164 form, read as a person of `region` dials it; None when it is no possible number."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Url(Text):
    """A web address; one without a scheme gets https."""

    name = "url"
    label = gettext_lazy("URL")
    salesforce_type = "url"
    control = "url"
    limit = 1024

    def parse(self, raw: object, field: Field, context: ParseContext) -> str | None:
        """Return an http or https address; ParseError for any other scheme."""
        text = super().parse(raw, field, context)
        if text is None:
            return None
        if not re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) or re.match(r"[\w.-]+:\d", text):
            text = f"https://{text}"
        if not re.fullmatch(r"https?://[^\s<>\"]+", text, re.IGNORECASE):
            raise ParseError(_("“%(value)s” is not a web address.") % {"value": text[:80]}, "INVALID_URL")
        return text
