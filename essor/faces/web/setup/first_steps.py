"""What a new company does once in its set-up; other rooms offer steps of their own."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import Organization, OrgDefault, PermissionSet, User
from essor.catalog.models import CustomField
from essor.domain.sales.quotes.models import Letterhead
from essor.faces.web import offers
from essor.faces.web.offers import FirstStep
from essor.faces.web.setup.doors import may_look

PEOPLE = User.objects.filter(user_type=User.Kind.STANDARD)


@offers.first_step
def company(actor: Actor) -> FirstStep | None:
    """Look at the settings once."""
    if not may_look(actor):
        return None
    row = Organization.objects.order_by("pk").first()
    return FirstStep(
        10,
        _("Check your company settings"),
        _("Name, currency, fiscal year, language, time zone."),
        reverse("web:setup_organization"),
        row is not None and (row.last_modified_date - row.created_date).total_seconds() > 1,
        early=True,
    )


@offers.first_step
def team(actor: Actor) -> FirstStep | None:
    """Let colleagues in."""
    if not may_look(actor):
        return None
    return FirstStep(
        20,
        _("Invite your team"),
        _("Give each person an account, a profile and a role."),
        reverse("web:setup_users"),
        PEOPLE.count() > 1,
        early=True,
    )


@offers.first_step
def roles(actor: Actor) -> FirstStep | None:
    """Say who leads whom."""
    if not may_look(actor):
        return None
    return FirstStep(
        30,
        _("Set up the role tree"),
        _("People see the records of those below them in it."),
        reverse("web:setup_roles"),
        PEOPLE.exclude(role=None).exists(),
    )


@offers.first_step
def sharing(actor: Actor) -> FirstStep | None:
    """Close what is not for everybody."""
    if not may_look(actor):
        return None
    return FirstStep(
        50,
        _("Decide who sees what"),
        _("Until you set defaults, everybody can read and edit all records."),
        reverse("web:setup_defaults"),
        OrgDefault.objects.exclude(access=OrgDefault.Access.EDIT).exists(),
    )


@offers.first_step
def fields(actor: Actor) -> FirstStep | None:
    """Add what the company alone knows."""
    if not may_look(actor):
        return None
    return FirstStep(
        60,
        _("Add the fields you need"),
        _("Such as a formula that says who is a VIP."),
        reverse("web:setup_objects"),
        CustomField.objects.filter(standard=False).exists(),
    )


@offers.first_step
def letterhead(actor: Actor) -> FirstStep | None:
    """Say what stands on quotes."""
    if not may_look(actor):
        return None
    return FirstStep(
        70,
        _("Fill in your letterhead"),
        _("Quotes and orders show your address, your terms and your logo."),
        reverse("web:setup_letterhead"),
        Letterhead.objects.exists(),
    )


@offers.first_step
def second_administrator(actor: Actor) -> FirstStep | None:
    """Lock nobody out."""
    if not may_look(actor):
        return None
    bosses = [
        one.profile_id
        for one in PermissionSet.objects.exclude(profile=None)
        if "manage_users" in one.permissions
    ]
    return FirstStep(
        100,
        _("Have a second administrator"),
        _("So that nobody is locked out while one is away."),
        reverse("web:setup_users"),
        PEOPLE.filter(is_active=True, profile__in=bosses).count() > 1,
    )
