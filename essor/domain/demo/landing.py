"""The landing page of the demo company's white paper, with a real file and the first readers who asked for it."""

from __future__ import annotations

import typst
from django.db import transaction

from essor.access.actor import Actor, actor_for, administrator
from essor.access.models import User
from essor.catalog import current
from essor.domain.demo.letters import PAGES
from essor.domain.feed.attach import attach
from essor.domain.marketing import tokens
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.consent.people import CONTACT
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.blocks import Columns, Document, RichText
from essor.domain.marketing.letters.ready.parts import art
from essor.domain.marketing.pages import forms, taking
from essor.domain.marketing.pages.models import FormSubmission, LandingPage
from essor.domain.marketing.pages.objects import PAGE
from essor.domain.marketing.pages.taking import Arrival
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.sales.models import Contact
from essor.records.change import Change, Source
from essor.records.save import save

NAME = "Guide des façades"
LOGIN = "marketing@vauban.example"
SOURCE = Source(name="demo")
READERS = 9
PAPER = r"""
#set page(paper: "a4", margin: 2.4cm)
#set text(11pt, lang: "fr")
#text(26pt, weight: "bold")[Guide de l’entretien des façades]
#v(1em)
Contrôler, nettoyer, réparer : ce qu’il faut savoir avant de demander un devis.
== 1. Contrôler
Une fois par an, après l’hiver : fissures, joints, taches d’humidité, éclats. Photographiez toujours du même endroit.
== 2. Nettoyer
Basse pression, eau froide, du haut vers le bas. Un essai sur un mètre carré évite bien des regrets.
== 3. Réparer
Une fissure de moins de 0,2 mm se surveille ; au-delà, elle se traite avant le prochain gel.
"""
BLOCKS = (
    art("hero", "talk", "Deux personnes qui préparent un chantier", space="normal"),
    RichText(id="intro", html=(
        "<p>Une façade bien suivie dure trente ans de plus. Notre guide réunit ce que nos équipes vérifient sur chaque chantier, "
        "et ce que vous pouvez contrôler vous-même en une heure par an.</p>"
    )),
    Columns(id="what", columns=(
        (RichText(id="w1", html="<h3>Contrôler</h3><p>La liste des douze points à regarder après l’hiver.</p>"),),
        (RichText(id="w2", html="<h3>Budgéter</h3><p>Les ordres de prix, du nettoyage à la reprise complète.</p>"),),
    )),
    RichText(id="end", html="<p><b>Court et sans jargon.</b> Le fichier est à vous dès que le formulaire est envoyé.</p>"),
)  # fmt: skip


def make() -> str:
    """Put the page of the campaign online and return its address, empty without the campaign; one page is enough."""
    page = LandingPage.objects.order_by("pk").first()
    campaign = Campaign.objects.filter(name=NAME).first()
    if page is None and campaign is not None:
        owner = User.objects.filter(email=LOGIN).first()
        actor = actor_for(owner) if owner is not None else administrator()
        with transaction.atomic():
            page = _page(actor, campaign.pk)
    return forms.address(page) if page else ""


def readers() -> None:
    """Let some of those who got the campaign's mail ask for the file, unless somebody has."""
    page = LandingPage.objects.order_by("pk").first()
    if page is not None and not FormSubmission.objects.exists():
        with transaction.atomic():
            _readers(page)


def _page(actor: Actor, campaign: int) -> LandingPage:
    text = {
        "Name": f"{NAME} (page)",
        "FolderName": PAGES,
        "Language": "fr",
        "Content": codec.write(Document(BLOCKS)),
    }
    letter = save(actor, Change("EmailTemplate", text), source=SOURCE).id
    values = {
        "Name": NAME, "Title": "Le guide de l’entretien des façades", "CampaignId": campaign, "Language": "fr",
        "EmailTemplateId": letter, "IsActive": True, "Button": "Recevoir le guide", "LeadSource": "Web",
        "FormFields": forms.written(("FirstName", "Phone"), ()),
        "EmailWording": "J’accepte de recevoir les conseils de Vauban par e-mail. Je peux changer d’avis à tout moment.",
        "Thanks": "Merci ! Votre guide est prêt.",
    }  # fmt: skip
    key = save(actor, Change(PAGE, values), source=SOURCE).id
    paper = bytes(typst.compile(PAPER.encode(), format="pdf"))
    document = attach(actor, current.get().object(PAGE), key, "Guide des façades.pdf", [paper])
    save(actor, Change(PAGE, {"ContentDocumentId": document}, id=key), source=SOURCE)
    return LandingPage.objects.get(pk=key)


def _readers(page: LandingPage) -> None:
    """Let some of those who got the campaign's mail ask for the file."""
    rows = Recipient.objects.filter(
        list_email__campaign=page.campaign_id, kind=CONTACT, state=State.SENT
    ).order_by("pk")
    people = Contact.objects.select_related("account").in_bulk([row.person_id for row in rows[:READERS]])
    for number, row in enumerate(rows[:READERS]):
        one = people[row.person_id]
        answers = {
            "FirstName": one.first_name, "LastName": one.last_name, "Email": one.email,
            "Company": one.account.name if one.account else one.last_name, "elapsed": "9000",
            "agree_email": "1" if number % 3 == 0 else "",
        }  # fmt: skip
        came = Arrival(
            tokens.make(addresses.VISIT, row.pk),
            {"utm_source": "guide", "utm_medium": "email"},
            "www.vauban.example",
        )
        data = {name: [value] for name, value in answers.items() if value}
        taking.take(page, data, came, address=f"198.51.100.{number}", size=0)
