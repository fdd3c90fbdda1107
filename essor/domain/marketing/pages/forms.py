"""What a landing page asks, and at which address it stands."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from essor.catalog.definitions import Field
from essor.domain.marketing.consent.channels import Channel
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.public_forms import strangers
from essor.kernel.errors import NotFound

ALWAYS = ("LastName", "Company", "Email")
USUAL = "FirstName LastName* Company* Email* Phone"
CONSENTS = frozenset({"HasOptedOutOfEmail", "DoNotCall"})
REQUIRED = "*"
ROOT = "/lp/"


def offered() -> list[Field]:
    """Return the fields that a page may ask for: a stranger becomes a lead. Consents have boxes of their own."""
    return [field for field in strangers.askable("Lead") if field.name not in CONSENTS]


def written(fields: Iterable[str], required: Iterable[str]) -> str:
    """Return the fields of a form as a page keeps them, in the order of the object."""
    wanted, must = {*fields, *ALWAYS}, {*required, *ALWAYS}
    return " ".join(
        f"{field.name}{REQUIRED if field.name in must else ''}" for field in offered() if field.name in wanted
    )


def asked(page: LandingPage) -> list[Field]:
    """Return the fields of a page; those that the catalog has no more are left out."""
    names = {name.rstrip(REQUIRED) for name in (page.form_fields or USUAL).split()}
    return [field for field in offered() if field.name in names]


def required(page: LandingPage) -> frozenset[str]:
    """Return the names of the fields that must be filled in."""
    return frozenset(
        name.rstrip(REQUIRED) for name in (page.form_fields or USUAL).split() if name.endswith(REQUIRED)
    )


def boxes(page: LandingPage) -> list[tuple[Channel, str]]:
    """Return the consents that a page asks for, with the words beside their boxes."""
    asked: tuple[tuple[Channel, str | None], ...] = (
        ("email", page.email_wording),
        ("phone", page.phone_wording),
        ("visits", page.visits_wording),
    )
    return [(channel, wording.strip()) for channel, wording in asked if wording and wording.strip()]


def address(page: LandingPage) -> str:
    """Return the whole public address."""
    return f"{settings.SITE_URL}{ROOT}{page.url_key}/{page.slug or ''}"


def by_key(key: str) -> LandingPage:
    """Return the page that is online at an address; NotFound for everything else."""
    rows = LandingPage.objects.filter(url_key=key, is_active=True, is_deleted=False)
    page = rows.select_related("email_template", "content_document").first()
    if page is None:
        raise NotFound(_("This form is not in use."))
    return page
