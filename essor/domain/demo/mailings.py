"""Three mailings of the demo company: one sent, one paused half-way, one that waits for its launch. Nothing is ever sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Mod

from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.demo import readers
from essor.domain.demo.seed import SEED
from essor.domain.marketing.audience import keep
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.sending import freezing, launch
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import DRAFT, PAUSED, SENT, State
from essor.domain.sales.models import Contact
from essor.records.change import Change, Source
from essor.records.save import save

LETTER = """<!doctype html><html lang="fr"><body style="font-family:sans-serif">
<h1>Bonjour {{ FirstName or "à vous" }},</h1>
<p>Cet automne, nous avons préparé pour {{ Account.Name or "votre entreprise" }} un guide de l’entretien des façades.</p>
<p><a href="%(guide)s">Lire le guide</a></p>
<p><a href="{{ unsubscribe }}">Se désabonner</a> · <a href="{{ preferences }}">Mes préférences</a></p></body></html>"""
SOURCE = Source(name="demo")
LOGIN = "marketing@vauban.example"
PEOPLE = 600
REFUSED, UNSURE = 40, 3  # one in so many was refused; so many are unsure
PLAN = (
    ("Guide des façades", SENT, 12),
    ("Relance du guide", PAUSED, 1),
    ("Invitation au salon de Lille", DRAFT, 0),
)


def campaigns(now: datetime) -> None:
    """Make the campaigns of the mailings, unless they are there."""
    owner = _owner()
    if owner is None or Campaign.objects.filter(name=PLAN[0][0]).exists():
        return
    for name, _status, days in PLAN:
        begun = (now - timedelta(days=days)).date()
        values = {"Name": name, "Type": "Email", "Status": "In Progress", "StartDate": begun}
        save(actor_for(owner), Change("Campaign", values), source=SOURCE)


def make(now: datetime, guide: str) -> None:
    """Make the three mailings, their letter leading to the address `guide`, unless there is a mailing already."""
    owner = _owner()
    if owner is None or ListEmail.objects.exists():
        return
    rng, actor = Random(SEED), actor_for(owner)  # noqa: S311 -- no secret
    with transaction.atomic():
        template = EmailTemplate.objects.create(
            name="Guide des façades", subject="Votre guide de l’entretien des façades", template_type="html",
            html_value=LETTER.replace("%(guide)s", guide), is_active=True, owner=owner, language="fr",
        )  # fmt: skip
        people = tuple(
            Contact.objects.filter(email__isnull=False, is_deleted=False)
            .order_by("pk")
            .values_list("pk", flat=True)[:PEOPLE]
        )
        for name, status, days in PLAN:
            begun = now - timedelta(days=days)
            campaign = Campaign.objects.get(name=name)
            keep.save(
                actor, campaign.pk, Audience((Part("people", object="Contact", people=people),), capped=False)
            )
            mailing = ListEmail.objects.create(
                name=name, campaign=campaign, email_template=template, from_name="Vauban Façades",
                from_address="bonjour@vauban.example", status=status, owner=owner, created_date=begun,
                audience={} if status == DRAFT else keep.of_campaign(campaign.pk).as_json(),
                started_date=None if status == DRAFT else begun, launched_by=None if status == DRAFT else owner,
                finished_date=begun + timedelta(minutes=3) if status == SENT else None,
            )  # fmt: skip
            if status != DRAFT:
                launch.freeze_letters(actor, mailing)
                freezing.draw(mailing, actor, due=begun)
                _sent(mailing, begun, rng, whole=status == SENT)
            if status == SENT:
                readers.make(mailing, rng)


def _owner() -> User | None:
    return User.objects.filter(email=LOGIN).first() or User.objects.order_by("pk").first()


def _sent(mailing: ListEmail, begun: datetime, rng: Random, *, whole: bool) -> None:
    """Say what became of the recipients: all of them, or the first half."""
    rows = Recipient.objects.filter(list_email=mailing, state=State.WAITING)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    some = keys if whole else keys[: len(keys) // 2]
    done = Recipient.objects.filter(pk__in=some)
    done.update(state=State.SENT, code=250, sent_at=begun + timedelta(seconds=rng.randrange(20, 160)))
    wrong = done.annotate(rest=Mod(F("pk"), REFUSED)).filter(rest=7)
    Recipient.objects.filter(pk__in=list(wrong.values_list("pk", flat=True))).update(
        state=State.REFUSED, code=550, detail="5.1.1 Recipient address rejected: user unknown", sent_at=None
    )
    if not whole and some:
        unsure = Recipient.objects.filter(pk__in=some[-UNSURE:])
        unsure.update(
            state=State.UNSURE,
            code=0,
            detail="La connexion a été coupée avant la réponse du serveur.",
            sent_at=None,
        )
    freezing.count(mailing.pk)
