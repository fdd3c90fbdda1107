"""Landing pages, what people sent from them, and who tried to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Detail, Record
from essor.domain.marketing.campaigns.models import Campaign, counted, line
from essor.domain.public_forms.strangers import Attempt
from essor.query.folding import Folded


class LandingPage(Record):
    """A public page with a form. `url_key` cannot be guessed; `form_fields` are outside names of Lead, `*` behind those required.

    What it says is the letter's blocks (`email_template`); the wordings are what people agree to by ticking their boxes,
    an empty one is not asked.
    """

    name = models.CharField(_("Name"), max_length=120)
    campaign = models.ForeignKey(
        Campaign,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="landing_pages",
        verbose_name=_("Campaign"),
    )
    title = models.CharField(_("Heading"), max_length=200)
    slug = line(_("Readable part of the address"), 80)
    url_key = line(_("Secret part of the address"), 22)
    language = line(_("Language"), 5)
    is_active = models.BooleanField(_("Online"), default=False)
    email_template = models.ForeignKey(
        "letters.EmailTemplate",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="landing_pages",
        verbose_name=_("Page text"),
    )
    form_fields = models.TextField(_("Fields of the form"), null=True, blank=True)
    button = line(_("Button label"), 60)
    thanks = models.TextField(_("Thank-you text"), null=True, blank=True)
    content_document = models.ForeignKey(
        "feed.ContentDocument",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="landing_pages",
        verbose_name=_("File given in return"),
    )
    lead_source = line(_("Source of the leads"))
    email_wording = models.TextField(_("Consent to e-mails"), null=True, blank=True)
    topic = models.ForeignKey(
        "consent.Topic",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="landing_pages",
        verbose_name=_("E-mails about"),
    )
    phone_wording = models.TextField(_("Consent to phone calls"), null=True, blank=True)
    visits_wording = models.TextField(_("Consent to website tracking"), null=True, blank=True)
    number_of_submissions = counted(_("Form submissions"))

    class Meta:
        indexes: ClassVar = [models.Index(Folded("name"), "id", name="landing_page_name", condition=LIVE)]
        constraints: ClassVar = [models.UniqueConstraint(fields=["url_key"], name="landing_page_key")]


class FormSubmission(Detail):
    """What one person sent from a landing page, where they came from, and which boxes they ticked.

    `proven` says that a link of a mail to them led here; others are known only by the address that they typed.
    """

    landing_page = models.ForeignKey(
        LandingPage, models.DO_NOTHING, related_name="form_submissions", verbose_name=_("Landing page")
    )
    contact = models.ForeignKey(
        "sales.Contact",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="form_submissions",
        verbose_name=_("Contact"),
    )
    lead = models.ForeignKey(
        "sales.Lead",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="form_submissions",
        verbose_name=_("Lead"),
    )
    list_email = models.ForeignKey(
        "sending.ListEmail",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="form_submissions",
        verbose_name=_("Came from the mailing"),
    )
    email = models.CharField(_("E-mail"), max_length=254)
    proven = models.BooleanField(_("Came through a personal link"), default=False)
    utm_source = line(_("UTM source"))
    utm_medium = line(_("UTM medium"))
    utm_campaign = line(_("UTM campaign"))
    utm_term = line(_("UTM term"))
    utm_content = line(_("UTM content"))
    referrer = line(_("Came from the site"))
    answers = models.TextField(_("Answers"), null=True, blank=True)
    agreed = models.TextField(_("Agreed to"), null=True, blank=True)


class PageAttempt(Attempt):
    """One attempt to send a landing page's form."""

    page = models.ForeignKey(LandingPage, models.CASCADE, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["page", "created_date"], name="page_attempt_days"),
            models.Index(fields=["sender", "created_date"], name="page_attempt_sender"),
        ]
