"""Begins an organization: says who it is and makes its first administrator, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from babel import Locale, UnknownLocaleError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from essor.access import defaults
from essor.access.actions.create_user import NewUser, create_user
from essor.access.actions.save_organization import save_organization
from essor.access.actor import system_actor
from essor.access.audit import refuse
from essor.access.models import Organization, Profile, User
from essor.kernel.errors import FieldError, Forbidden, ValidationFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is asked first: the company's name and country (two letters), and who begins."""

    company: str
    country: str
    currency: str
    language: str
    timezone: str
    first_name: str
    last_name: str
    email: str


def begun() -> bool:
    """Tell whether anybody has an account, active or not."""
    return User.objects.filter(user_type=User.Kind.STANDARD).exists()


def begin_code() -> str:
    """Return what lets somebody begin: only who reads the server's output knows it. It is the same at every start."""
    return salted_hmac("essor.access.begin", "the first administrator", algorithm="sha256").hexdigest()[:24]


def is_begin_code(text: str) -> bool:
    """Tell whether `text` is that code, in the same time for any text."""
    return secrets.compare_digest(text.encode(), begin_code().encode())


@transaction.atomic
def begin(new: Beginning, password: str) -> User:
    """Return the first administrator; Forbidden once there is one, ValidationFailed lists what is wrong."""
    Organization.objects.select_for_update().get()
    if begun():
        raise Forbidden(_("Somebody has begun already. Sign in, or ask for an account."))
    defaults.name_in(new.language)
    actor = system_actor()
    company = replace(
        actor.company,
        name=new.company.strip(),
        country=new.country,
        currency=new.currency,
        language=new.language,
        locale=_locale(new.language, new.country),
        timezone=new.timezone,
        phone_region=new.country,
    )
    wrong: list[FieldError] = []
    try:
        save_organization(actor, company)
    except ValidationFailed as error:
        wrong += error.errors
    try:
        user = _administrator(new, password)
    except ValidationFailed as error:
        wrong += error.errors
    if wrong:
        raise ValidationFailed(wrong)
    return user


def _administrator(new: Beginning, password: str) -> User:
    profile = Profile.objects.get(permission_set__name="System_Administrator")
    person = NewUser(email=new.email, first_name=new.first_name, last_name=new.last_name, profile=profile)
    user = create_user(system_actor(), person, password=password)
    if not password:
        refuse("Password", _("Choose a password."), "REQUIRED_FIELD_MISSING")
    return user


def _locale(language: str, country: str) -> str:
    try:
        return str(Locale(language, country))
    except UnknownLocaleError:
        return "fr_FR" if language == "fr" else "en_GB"
