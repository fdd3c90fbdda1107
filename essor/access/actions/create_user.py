"""Makes a person's account."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from essor.access.actions import _people
from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.models import Profile, User, UserLicense, UserRole
from essor.access.rights import Permission
from essor.catalog.kinds.contact import e164


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """What an account starts from; empty settings are the organization's."""

    email: str
    last_name: str
    profile: Profile
    first_name: str = ""
    license: UserLicense | None = None
    role: UserRole | None = None
    title: str = ""
    department: str = ""
    phone: str = ""
    language: str = ""
    timezone: str = ""
    locale: str = ""
    manager: User | None = None


@transaction.atomic
def create_user(actor: Actor, new: NewUser, *, password: str | None = None, checked: bool = True) -> User:
    """Return the account made from `new`; ValidationFailed lists everything wrong with it.

    Without a password the person chooses one through "password forgotten". `checked` is for passwords a person
    thought of; seeds and restores of accounts pass what they have.
    """
    require(actor, Permission.MANAGE_USERS)
    company = actor.company
    user = User(
        email=new.email,
        first_name=new.first_name,
        last_name=new.last_name,
        title=new.title,
        department=new.department,
        phone=new.phone,
        phone_e164=e164(new.phone, company.phone_region) if new.phone else None,
        language=new.language or company.language,
        timezone=new.timezone or company.timezone,
        locale=new.locale or company.locale,
        profile=new.profile,
        license=new.license,
        role=new.role,
        manager=new.manager,
    )
    _people.check(user)
    if password and checked:
        _check_password(password, user)
    user.set_password(password)
    user.save()
    # The administrator vouches for the address: password resets and second factors need a verified one.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record(actor, "create_user", user, email=user.email, profile=new.profile.name)
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        refuse("Password", " ".join(error.messages), "INVALID_NEW_PASSWORD")
