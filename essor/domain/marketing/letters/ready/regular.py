"""Letters that come back: the newsletter, news about a product."""

from __future__ import annotations

from essor.domain.marketing.letters.blocks import AnyBlock
from essor.domain.marketing.letters.ready.parts import art, button, columns, gap, line, text

NEWSLETTER_LINES = {
    "fr": (
        '{{ FirstName or "Bonjour" }}, voici l’essentiel du mois',
        "Une réussite client, deux conseils et nos prochains rendez-vous.",
    ),
    "en": (
        '{{ FirstName or "Hello" }}, this month in two minutes',
        "A customer story, two pieces of advice and where to meet us.",
    ),
}
PRODUCT_LINES = {
    "fr": (
        'Du nouveau pour {{ Account.Name or "votre équipe" }}',
        "Trois raisons d’y jeter un œil aujourd’hui.",
    ),
    "en": ('Something new for {{ Account.Name or "your team" }}', "Three reasons to have a look today."),
}


def newsletter(language: str, leads: str) -> tuple[AnyBlock, ...]:
    """Return the newsletter."""
    if language == "fr":
        head = '<h1>L’essentiel du mois</h1><p>Bonjour {{ FirstName or "à vous" }}, deux minutes suffisent pour tout savoir.</p>'
        story = "<h2>Deux semaines gagnées sur chaque chantier</h2><p>Comment une équipe de douze personnes a réduit ses délais d’un quart, et ce qu’elle referait autrement.</p>"
        first = "<h3>Préparer une visite en 90 secondes</h3><p>La liste que nos techniciens gardent dans leur poche.</p>"
        second = "<h3>Trois questions avant un devis</h3><p>Elles évitent la moitié des allers-retours.</p>"
        words = (
            "Une équipe sur un chantier au soleil levant",
            "Lire l’histoire",
            "Lire la suite",
            "Un carnet et un stylo",
            "Une calculatrice et des plans",
        )
        dates = "<h3>Où nous rencontrer</h3><ul><li><b>12 mars</b> — Salon de Lyon, stand B14</li><li><b>28 mars</b> — Atelier en ligne, 45 minutes</li></ul>"
    else:
        head = '<h1>This month</h1><p>Hello {{ FirstName or "there" }}, two minutes are enough to know it all.</p>'
        story = "<h2>Two weeks saved on every site</h2><p>How a team of twelve cut its lead times by a quarter, and what it would do differently.</p>"
        first = "<h3>Prepare a visit in 90 seconds</h3><p>The list that our technicians keep in their pockets.</p>"
        second = "<h3>Three questions before a quote</h3><p>They save half of the mails to and fro.</p>"
        words = (
            "A team on a building site at sunrise",
            "Read the story",
            "Read more",
            "A notebook and a pen",
            "A calculator and plans",
        )
        dates = "<h3>Where to meet us</h3><ul><li><b>12 March</b> — Lyon trade fair, stand B14</li><li><b>28 March</b> — online workshop, 45 minutes</li></ul>"
    return (
        art("hero", "sunrise", words[0]),
        text("head", head, space="large"),
        text("story", story),
        button("go", words[1], leads, align="left"),
        gap("g1"),
        line("l1"),
        columns(
            "two",
            (
                art("p1", "notebook", words[3]),
                text("t1", first),
                button("b1", words[2], leads, align="left"),
            ),
            (
                art("p2", "plans", words[4]),
                text("t2", second),
                button("b2", words[2], leads, align="left"),
            ),
        ),
        text("dates", dates, background="#f4f5fb", space="large"),
    )


def product_news(language: str, leads: str) -> tuple[AnyBlock, ...]:
    """Return news about a product."""
    if language == "fr":
        head = '<h1>Plus simple, plus rapide,<br>et déjà disponible</h1><p>Bonjour {{ FirstName or "à vous" }}, vous nous l’aviez demandé : le voici.</p>'
        reasons = (
            "<h3>Prêt en un jour</h3><p>Sans formation, sans migration.</p>",
            "<h3>Moitié moins de clics</h3><p>Mesuré avec douze équipes.</p>",
            "<h3>Le même tarif</h3><p>Compris dans votre contrat.</p>",
        )
        words = (
            "Des formes colorées qui s’assemblent",
            "Voir en deux minutes",
            "<blockquote>« On ne revient plus en arrière. »<br><small>Une cliente, responsable des achats</small></blockquote>",
        )
    else:
        head = '<h1>Simpler, faster,<br>and here today</h1><p>Hello {{ FirstName or "there" }}, you asked for it: here it is.</p>'
        reasons = (
            "<h3>Ready in a day</h3><p>No training, no migration.</p>",
            "<h3>Half the clicks</h3><p>Measured with twelve teams.</p>",
            "<h3>The same price</h3><p>Part of your contract.</p>",
        )
        words = (
            "Coloured shapes that fit together",
            "See it in two minutes",
            "<blockquote>“There is no way back.”<br><small>A customer, head of purchasing</small></blockquote>",
        )
    return (
        art("hero", "shapes", words[0]),
        text("head", head, align="center", space="large"),
        button("go", words[1], leads, align="center"),
        gap("g1", 24),
        columns(
            "three",
            *((text(f"r{n}", one, align="center"),) for n, one in enumerate(reasons)),
            ratio="1-1-1",
            background="#fff6f0",
            space="large",
        ),
        text("quote", words[2], space="large"),
    )
