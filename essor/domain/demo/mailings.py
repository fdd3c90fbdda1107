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

LETTER = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Votre guide de l’entretien des façades</title></head>
<body style="margin:0;background:#f1ede6;font-family:Helvetica,Arial,sans-serif;color:#2b2723">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="560" cellpadding="0" cellspacing="0" style="max-width:560px;width:100%;background:#ffffff">
<tr><td style="background:#7a3e1d;color:#ffffff;padding:14px 32px;font-size:14px;letter-spacing:1px">VAUBAN FAÇADES</td></tr>
<tr><td style="padding:32px">
<h1 style="margin:0 0 16px;font-size:26px;line-height:32px">Bonjour {{ FirstName or "à vous" }},</h1>
<p style="margin:0 0 24px;font-size:16px;line-height:25px">
Cet automne, nous avons préparé pour {{ Account.Name or "votre entreprise" }}
un guide de l’entretien des façades : les contrôles de saison, les prix du marché, les aides.</p>
<p style="margin:0"><a href="%(guide)s"
style="display:inline-block;background:#b4531f;color:#ffffff;padding:13px 24px;text-decoration:none;font-weight:bold">
Lire le guide</a></p></td></tr>
<tr><td style="padding:16px 32px;background:#faf7f2;font-size:13px;line-height:20px;color:#6b6259">
Vauban Façades, Lille.
<a href="{{ unsubscribe }}" style="color:#7a3e1d">Se désabonner</a> ·
<a href="{{ preferences }}" style="color:#7a3e1d">Mes préférences</a></td></tr>
</table></td></tr></table></body></html>"""
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
    for name, status, days in PLAN:
        begun = (now - timedelta(days=days)).date()
        stands = "Planned" if status == DRAFT else "In Progress"
        values = {"Name": name, "Type": "Email", "Status": stands, "StartDate": begun}
        save(actor_for(owner), Change("Campaign", values), source=SOURCE)


def make(now: datetime, guide: str) -> None:
    """Make the three mailings, their letter leading to the address `guide`, unless there is a mailing already."""
    owner = _owner()
    if owner is None or ListEmail.objects.exists():
        return
    rng, actor = Random(SEED), actor_for(owner)  # noqa: S311 -- no secret
    with transaction.atomic():
        template = EmailTemplate.objects.create(
            name="Guide des façades",
            subject="Votre guide de l’entretien des façades",
            template_type="html",
            html_value=LETTER.replace("%(guide)s", guide),
            is_active=True,
            owner=owner,
            language="fr",
        )
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
                name=name,
                campaign=campaign,
                email_template=template,
                from_name="Vauban Façades",
                from_address="bonjour@vauban.example",
                status=status,
                owner=owner,
                created_date=begun,
                audience={} if status == DRAFT else keep.of_campaign(campaign.pk).as_json(),
                started_date=None if status == DRAFT else begun,
                launched_by=None if status == DRAFT else owner,
                finished_date=begun + timedelta(minutes=3) if status == SENT else None,
            )
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
    rows = Recipient.objects.of(mailing.pk, State.WAITING)
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
