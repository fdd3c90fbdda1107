"""Letters to people we know: a survey, the follow-up of a visit."""

from __future__ import annotations

from essor.domain.marketing.letters.blocks import AnyBlock, Button
from essor.domain.marketing.letters.ready.parts import NOWHERE, art, button, columns, gap, text

SURVEY_LINES = {
    "fr": (
        '{{ FirstName or "Bonjour" }}, une seule question',
        "Votre réponse tient en un clic, et elle sera lue.",
    ),
    "en": (
        '{{ FirstName or "Hello" }}, just one question',
        "One click is your answer, and somebody reads it.",
    ),
}
FOLLOW_UP_LINES = {
    "fr": ("Merci pour votre accueil", "Ce que nous avons noté, et la suite."),
    "en": ("Thank you for having us", "What we noted, and what comes next."),
}
COLORS = ("#c0392b", "#8a6d1f", "#1f7a4d")


def survey(language: str, leads: str) -> tuple[AnyBlock, ...]:
    """Return a survey of one question; each answer is a link of its own."""
    if language == "fr":
        head = '<h1>Nous recommanderiez-vous ?</h1><p>Bonjour {{ FirstName or "à vous" }}, vous travaillez avec nous depuis un moment. Un clic suffit pour nous dire où nous en sommes.</p>'
        answers = ("Plutôt non", "Cela dépend", "Oui, volontiers")
        end = '<p>Merci de la part de {{ Owner.Name or "toute l’équipe" }}. Chaque réponse est lue par une personne, pas par une machine.</p>'
        alt = "Deux personnes qui se parlent"
    else:
        head = '<h1>Would you recommend us?</h1><p>Hello {{ FirstName or "there" }}, you have worked with us for a while. One click tells us where we stand.</p>'
        answers = ("Rather not", "It depends", "Yes, gladly")
        end = '<p>Thank you from {{ Owner.Name or "the whole team" }}. Each answer is read by a person, not by a machine.</p>'
        alt = "Two people talking"
    buttons = tuple(
        (
            Button(
                id=f"a{n}",
                label=one,
                href=f"{leads}?answer={n}" if leads else NOWHERE,
                color=COLORS[n],
                wide=True,
            ),
        )
        for n, one in enumerate(answers)
    )
    return (
        art("hero", "talk", alt),
        text("head", head, align="center", space="large"),
        columns("answers", *buttons, ratio="1-1-1"),
        gap("g1", 24),
        text("end", end, align="center"),
    )


def follow_up(language: str, leads: str) -> tuple[AnyBlock, ...]:
    """Return the letter after a visit."""
    if language == "fr":
        body = '<p>Bonjour {{ FirstName or "à vous" }},</p><p>Merci pour votre accueil et pour le temps que vous nous avez donné. Voici ce que j’ai retenu de notre échange :</p><ul><li>votre priorité du trimestre ;</li><li>le point que nous devons éclaircir ;</li><li>qui, chez {{ Account.Name or "vous" }}, suivra le sujet.</li></ul><p>Comme convenu, je vous prépare une proposition. Choisissez le moment qui vous convient pour en parler :</p>'
        words = (
            "Choisir un créneau",
            '<p>Bien à vous,</p><p><b>{{ Owner.Name or "Votre interlocuteur" }}</b></p>',
        )
    else:
        body = '<p>Dear {{ FirstName or "customer" }},</p><p>Thank you for having us, and for your time. This is what I noted:</p><ul><li>your priority this quarter;</li><li>the point that we have to clear up;</li><li>who will follow it at {{ Account.Name or "your company" }}.</li></ul><p>As agreed, I am preparing a proposal. Choose a moment to talk about it:</p>'
        words = ("Choose a slot", '<p>Kind regards,</p><p><b>{{ Owner.Name or "Your contact" }}</b></p>')
    return (
        gap("g0", 24),
        text("body", body),
        button("go", words[0], leads, align="left"),
        text("end", words[1], space="large"),
    )
