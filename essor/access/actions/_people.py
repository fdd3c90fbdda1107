"""Checks that creating and editing a person share."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from essor.access.models import User
from essor.kernel.clock import zone_names
from essor.kernel.errors import FieldError, ValidationFailed

LENGTHS = {"first_name": 40, "last_name": 80, "title": 80, "department": 80, "phone": 40, "email": 254}
LABELS = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "title": "Title",
    "department": "Department",
    "phone": "Phone",
    "email": "Email",
    "language": "LanguageLocaleKey",
    "timezone": "TimeZoneSidKey",
    "locale": "LocaleSidKey",
    "manager": "ManagerId",
    "delegated_approver": "DelegatedApproverId",
}


def check(user: User) -> None:
    """Raise ValidationFailed with everything wrong about `user`, saved or not; tidies texts and the full name."""
    for attr in LENGTHS:
        setattr(user, attr, (getattr(user, attr) or "").strip() or None)
    errors = [*_texts(user), *_settings(user), *_managers(user), *seats(user)]
    if errors:
        raise ValidationFailed(errors)
    user.name = " ".join(part for part in (user.first_name, user.last_name) if part)
    user.type = User.Type.USER


def _texts(user: User) -> list[FieldError]:
    errors = [
        _error(attr, _("At most %(limit)d characters.") % {"limit": limit}, "STRING_TOO_LONG")
        for attr, limit in LENGTHS.items()
        if len(getattr(user, attr) or "") > limit
    ]
    if not user.last_name:
        errors.append(_error("last_name", _("Enter a last name."), "REQUIRED_FIELD_MISSING"))
    if not user.email:
        errors.append(_error("email", _("Enter an e-mail address."), "REQUIRED_FIELD_MISSING"))
        return errors
    try:
        validate_email(user.email)
    except ValidationError:
        message = _("“%(value)s” is not an e-mail address.") % {"value": user.email[:80]}
        return [*errors, _error("email", message, "INVALID_EMAIL_ADDRESS")]
    if User.objects.filter(username=user.email.lower()).exclude(pk=user.pk).exists():
        message = _("Another user already logs in with “%(value)s”.") % {"value": user.email}
        errors.append(_error("email", message, "DUPLICATE_USERNAME"))
    return errors


def _settings(user: User) -> list[FieldError]:
    errors = []
    if user.language not in dict(settings.LANGUAGES):
        errors.append(_error("language", _("Choose one of the languages offered.")))
    if user.timezone not in zone_names():
        errors.append(_error("timezone", _("There is no time zone “%(value)s”.") % {"value": user.timezone}))
    try:
        Locale.parse(user.locale)
    except (UnknownLocaleError, ValueError):
        errors.append(_error("locale", _("There is no locale “%(value)s”.") % {"value": user.locale}))
    return errors


def seats(user: User) -> list[FieldError]:
    """Return the error of an active person for whom the licence has no seat left."""
    held = user.license
    if held is None or held.seats is None or not user.is_active:
        return []
    taken = User.objects.filter(license=held, is_active=True).exclude(pk=user.pk).count()
    if taken < held.seats:
        return []
    message = _("All %(seats)d seats of the licence “%(name)s” are taken.") % {
        "seats": held.seats,
        "name": held.name,
    }
    return [FieldError("UserLicenseId", "LICENSE_LIMIT_EXCEEDED", message)]


def _managers(user: User) -> list[FieldError]:
    message = _("Nobody is their own manager or approver.")
    return [
        _error(attr, message)
        for attr in ("manager", "delegated_approver")
        if user.pk and getattr(user, f"{attr}_id") == user.pk
    ]


def _error(attr: str, message: str, code: str = "INVALID_FIELD_VALUE") -> FieldError:
    return FieldError(LABELS[attr], code, message)
