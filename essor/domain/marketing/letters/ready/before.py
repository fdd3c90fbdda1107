"""Letters that win interest: an invitation, a white paper."""

from __future__ import annotations

from essor.domain.marketing.letters.blocks import AnyBlock
from essor.domain.marketing.letters.ready.parts import art, button, columns, gap, text

INVITATION_LINES = {
    "fr": (
        '{{ FirstName or "Bonjour" }}, votre place vous attend le 18 juin',
        "Une soirée, trois témoignages, cent pairs de votre métier.",
    ),
    "en": (
        '{{ FirstName or "Hello" }}, a seat is waiting for you on 18 June',
        "One evening, three stories, a hundred peers.",
    ),
}
WHITE_PAPER_LINES = {
    "fr": (
        "Le guide que l’on aurait aimé lire plus tôt",
        "24 pages, des chiffres, et une méthode à essayer lundi.",
    ),
    "en": ("The guide we wish we had read earlier", "24 pages, figures, and a method to try on Monday."),
}


def invitation(language: str, leads: str) -> tuple[AnyBlock, ...]:
    """Return the invitation to an event."""
    if language == "fr":
        head = '<h1>La soirée des bâtisseurs</h1><p>{{ FirstName or "Bonjour" }}, nous serions heureux de vous y retrouver, avec {{ Account.Name or "votre équipe" }}.</p>'
        facts = (
            "<h3>Quand</h3><p>Jeudi 18 juin<br>18 h 30 – 21 h 30</p>",
            "<h3>Où</h3><p>Halle Tony-Garnier<br>Lyon 7ᵉ</p>",
            "<h3>Avec qui</h3><p>Trois clients,<br>cent invités</p>",
        )
        words = (
            "Une salle illuminée le soir",
            "Je réserve ma place",
            '<p><a href="{{ decline }}">Je ne pourrai pas venir</a></p><p><small>L’entrée est gratuite, les places sont comptées.</small></p>',
        )
        programme = "<h2>Au programme</h2><ul><li><b>18 h 30</b> — Accueil et démonstrations</li><li><b>19 h 15</b> — Trois témoignages de dix minutes</li><li><b>20 h 15</b> — Dîner et rencontres</li></ul>"
    else:
        head = '<h1>The builders’ evening</h1><p>{{ FirstName or "Hello" }}, we would love to meet you there, with {{ Account.Name or "your team" }}.</p>'
        facts = (
            "<h3>When</h3><p>Thursday 18 June<br>6.30 – 9.30 pm</p>",
            "<h3>Where</h3><p>Halle Tony-Garnier<br>Lyon 7</p>",
            "<h3>Who</h3><p>Three customers,<br>a hundred guests</p>",
        )
        words = (
            "A hall lit up at night",
            "Book my seat",
            '<p><a href="{{ decline }}">I cannot come</a></p><p><small>Entrance is free, seats are counted.</small></p>',
        )
        programme = "<h2>The programme</h2><ul><li><b>6.30 pm</b> — Welcome and demonstrations</li><li><b>7.15 pm</b> — Three stories of ten minutes</li><li><b>8.15 pm</b> — Dinner and conversations</li></ul>"
    return (
        art("hero", "evening", words[0]),
        text("head", head, align="center", space="large"),
        columns(
            "facts",
            *((text(f"f{n}", one, align="center"),) for n, one in enumerate(facts)),
            ratio="1-1-1",
            background="#222743",
        ),
        gap("g1", 24),
        button("go", words[1], leads or "{{ accept }}"),
        text("note", words[2], align="center", space="small"),
        text("programme", programme, space="large"),
    )


def white_paper(language: str, leads: str) -> tuple[AnyBlock, ...]:
    """Return the offer of a white paper."""
    if language == "fr":
        head = '<h1>Moins de reprises,<br>plus de marges</h1><p>Bonjour {{ FirstName or "à vous" }},</p><p>Pendant un an, nous avons suivi 40 projets. Ce guide dit ce qui distingue ceux qui finissent à l’heure.</p>'
        learn = "<h3>Ce que vous y trouverez</h3><ul><li>Les cinq causes de retard, chiffrées</li><li>Une grille d’audit à remplir en une heure</li><li>Trois cas racontés sans fard</li></ul>"
        words = (
            "La couverture du guide",
            "Télécharger le guide",
            '<p>Bonne lecture,<br>{{ Owner.Name or "Toute l’équipe" }}</p>',
        )
    else:
        head = '<h1>Less rework,<br>better margins</h1><p>Hello {{ FirstName or "there" }},</p><p>For a year we followed 40 projects. This guide tells what sets those apart that end on time.</p>'
        learn = "<h3>What is in it</h3><ul><li>The five causes of delay, in figures</li><li>A checklist for an audit in one hour</li><li>Three cases, told as they were</li></ul>"
        words = (
            "The cover of the guide",
            "Download the guide",
            '<p>Enjoy reading,<br>{{ Owner.Name or "The whole team" }}</p>',
        )
    return (
        text("head", head, space="large"),
        columns(
            "two",
            (art("cover", "cover", words[0]),),
            (text("learn", learn), button("go", words[1], leads, align="left")),
            ratio="1-2",
            background="#f1f7f2",
            space="large",
        ),
        text("end", words[2]),
    )
