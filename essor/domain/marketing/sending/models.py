"""Mailings, their recipients (the outbox), and what sending them needs: servers, sending domains, buckets."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Record
from essor.domain.marketing.sending.states import DRAFT, State

UNDECIDED = -1  # the variant of those who wait for the winner of a trial
WAITS = Q(state=State.WAITING)


class SendingDomain(models.Model):
    """A domain that mails come from, with our keys for it. Keys are sealed (`sealed`), `checks` is what DNS said."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=253, unique=True)
    bounce_domain = models.CharField(max_length=253)
    rsa_selector = models.CharField(max_length=63)
    rsa_key = models.TextField()
    ed_selector = models.CharField(max_length=63)
    ed_key = models.TextField()
    checks = models.JSONField(default=dict)
    checked_at = models.DateTimeField(null=True)
    created_date = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Server(models.Model):
    """Who takes our mails: an SMTP server, or a Django e-mail backend by its dotted name. Rates are messages; 0: no limit."""

    class Kind(models.TextChoices):
        """How it is spoken to."""

        SMTP = "smtp", _("SMTP server")
        BACKEND = "backend", _("E-mail provider")

    class Security(models.TextChoices):
        """How the connection is kept secret."""

        STARTTLS = "starttls", _("STARTTLS")
        TLS = "tls", _("TLS from the start")
        NONE = "none", _("None")

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SMTP)
    host = models.CharField(max_length=253, blank=True)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=10, choices=Security, default=Security.STARTTLS)
    username = models.CharField(max_length=254, blank=True)
    password = models.TextField(blank=True)  # sealed
    backend = models.CharField(max_length=200, blank=True)
    options = models.TextField(blank=True)  # sealed JSON: what the backend's constructor takes
    connections = models.PositiveSmallIntegerField(default=4)
    hourly_rate = models.PositiveIntegerField(default=0)
    daily_cap = models.PositiveIntegerField(default=0)
    domain_rates = models.JSONField(default=dict)  # {"gmail.com": messages an hour}
    warm_up_from = models.DateField(null=True)
    # It asked us to slow down: we wait 2**slow seconds between batches, one step less after each good one.
    slow = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class ListEmail(Record):
    """One mailing of a campaign.

    `audience` is what `audience.select` understands. `trial` says what is tried on whom (`trial.Trial` as JSON; empty:
    nothing). `runner` names the task that sends it, `held_until` and `problem` why it waits just now.
    `is_continuous`: people are added while it runs, so it does not end by itself (a step of a scenario). `follows` is the
    invitation to whose guests it says that a place has become free.
    """

    name = models.CharField(_("Mailing name"), max_length=255)
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="list_emails",
        verbose_name=_("Campaign"),
    )
    email_template = models.ForeignKey(
        "letters.EmailTemplate",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="list_emails",
        verbose_name=_("E-mail template"),
    )
    topic = models.ForeignKey(
        "consent.Topic", models.DO_NOTHING, null=True, blank=True, related_name="+", verbose_name=_("Topic")
    )
    subject = models.CharField(_("Subject"), max_length=255, null=True, blank=True)
    from_name = models.CharField(_("Sender’s name"), max_length=120, null=True, blank=True)
    from_address = models.EmailField(_("Sender’s address"), null=True, blank=True)
    reply_to_address = models.EmailField(_("Reply-to address"), null=True, blank=True)
    status = models.CharField(_("Status"), max_length=20, default=DRAFT)
    scheduled_date = models.DateTimeField(_("Scheduled for"), null=True, blank=True)
    is_dynamic = models.BooleanField(_("Audience updated while sending"), default=False)
    is_tracked = models.BooleanField(_("Opens and clicks tracked"), default=True)
    hourly_rate = models.PositiveIntegerField(_("Most per hour"), null=True, blank=True)
    daily_cap = models.PositiveIntegerField(_("Most per day"), null=True, blank=True)
    quiet_from = models.PositiveIntegerField(_("Quiet from (hour)"), null=True, blank=True)
    quiet_until = models.PositiveIntegerField(_("Quiet until (hour)"), null=True, blank=True)
    total_recipients = models.PositiveIntegerField(_("Recipients"), default=0)
    total_skipped = models.PositiveIntegerField(_("Not mailed"), default=0)
    total_sent = models.PositiveIntegerField(_("Sent"), default=0)
    total_refused = models.PositiveIntegerField(_("Refused"), default=0)
    total_bounced = models.PositiveIntegerField(_("Bounced"), default=0)
    total_unsure = models.PositiveIntegerField(_("Unsure"), default=0)
    started_date = models.DateTimeField(_("Started on"), null=True, blank=True)
    finished_date = models.DateTimeField(_("Finished on"), null=True, blank=True)
    problem = models.TextField(_("Problem"), null=True, blank=True)

    audience = models.JSONField(default=dict)
    trial = models.JSONField(default=dict)
    server = models.ForeignKey(Server, models.SET_NULL, null=True, blank=True, related_name="+")
    is_continuous = models.BooleanField(default=False)
    follows = models.ForeignKey("self", models.DO_NOTHING, null=True, blank=True, related_name="+")
    held_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    runner = models.CharField(max_length=36, blank=True, default="")
    beat_at = models.DateTimeField(null=True, blank=True)
    # With whose rights the audience is drawn and fields are merged: those of who launched it.
    launched_by = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        indexes = [models.Index(fields=["status", "id"], name="list_email_status", condition=LIVE)]


class Content(models.Model):
    """The letter of one variant as it was at launch: what templates become later changes nothing of a mailing under way."""

    id = models.BigAutoField(primary_key=True)
    list_email = models.ForeignKey(ListEmail, models.CASCADE, related_name="contents")
    variant = models.SmallIntegerField(default=0)
    object_name = models.CharField(max_length=40)
    subject = models.CharField(max_length=255, blank=True)
    from_name = models.CharField(max_length=120, blank=True)
    from_address = models.EmailField()
    body = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list_email", "variant", "object_name"], name="content_of_variant"
            )
        ]


class Link(models.Model):
    """One address that a mailing leads to; `number` is its place in `Compiled.links`, the same in all variants.

    A `personal` one has fields of the person in it: `url` shows it without them, `contents.destination` makes it whole.
    """

    id = models.BigAutoField(primary_key=True)
    list_email = models.ForeignKey(ListEmail, models.CASCADE, related_name="links", db_index=False)
    number = models.SmallIntegerField()
    url = models.TextField()
    personal = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_email", "number"], name="link_of_list_email")]


class Recipients(models.QuerySet["Recipient"]):
    """Recipients, asked for as their indexes hold them."""

    def of(self, list_email_id: int, *states: State) -> Self:
        """Return those of a mailing in these states, in any where none is named.

        Those who wait are in one index, all others in another, and neither database uses a partial index unless the
        condition says its own: so whoever looks for a mailing's recipients asks here.
        """
        wanted = set(states or State)
        others = wanted - {State.WAITING}
        found = ~WAITS & Q(state__in=sorted(others)) if others else Q()
        if State.WAITING in wanted:
            found |= WAITS
        return self.filter(found, list_email_id=list_email_id)


class Recipient(models.Model):
    """One person of a mailing: a narrow row of the outbox, and afterwards the proof of what became of it.

    `code` is the reason (`audience.reasons`) of a skipped one, the SMTP code of any other; `detail` the server's words.
    Rows of a trial's undecided part wait with `due_at` NULL.
    """

    id = models.BigAutoField(primary_key=True)
    list_email = models.ForeignKey(
        ListEmail, models.CASCADE, related_name="recipients", db_index=False, db_constraint=False
    )
    variant = models.SmallIntegerField(default=0)
    kind = models.SmallIntegerField()
    person_id = models.BigIntegerField()
    address = models.CharField(max_length=254)
    domain = models.CharField(max_length=253)
    state = models.SmallIntegerField(default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    code = models.SmallIntegerField(default=0)
    detail = models.CharField(max_length=200, default="")

    objects = Recipients.as_manager()

    class Meta:
        indexes = [
            # Each row is in one of the two, so freezing a million appends to both and moves nothing.
            models.Index(fields=["list_email", "due_at", "id"], name="recipient_claim", condition=WAITS),
            models.Index(fields=["list_email", "state", "id"], name="recipient_state", condition=~WAITS),
        ]
        constraints = [
            # Nobody gets a mailing twice; and what a person got is found by the person.
            models.UniqueConstraint(fields=["person_id", "kind", "list_email"], name="recipient_person"),
        ]


class Bucket(models.Model):
    """A token bucket shared by all who send: `level` tokens at the moment `at`; `key` names what it limits."""

    key = models.CharField(max_length=300, primary_key=True)
    level = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class DayCount(models.Model):
    """How many mails a server took on a day, for caps that hold for days."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=40)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "day"], name="day_count_of_scope")]
