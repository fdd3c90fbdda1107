"""Files of the demo company: the report of a visit, as a PDF at the deal and at its account, and the plan of a workshop.

They come down the same road as an upload, and are set by the program that sets quotes.
"""

from __future__ import annotations

from collections.abc import Sequence

import typst

from essor.access.actor import actor_for
from essor.access.models import User
from essor.catalog import current
from essor.domain.feed import links, versions
from essor.domain.feed.attach import attach
from essor.domain.sales.models import Opportunity
from essor.kernel import ids

MOST = 8  # deals with files
REPORT = r"""
#set page(paper: "a4", margin: 2.2cm, footer: context align(center, text(8pt, counter(page).display("1 / 1", both: true))))
#set text(10.5pt, lang: "fr")
#set par(justify: true)
#text(18pt, weight: "bold")[Compte rendu de visite] \
#text(fill: gray)[#sys.inputs.deal]
#v(1em)
== Présents
Responsable de production, responsable maintenance, acheteuse ; pour Vauban Automatismes : #sys.inputs.seller.
== Ce que nous avons vu
La ligne 2 s’arrête en moyenne quarante minutes par équipe, pour l’essentiel au changement de format. Les capteurs sont
d’origine et n’ont plus de pièces de rechange. L’atelier prévoit une troisième équipe au printemps.
#table(columns: (1fr, auto, auto), inset: 7pt, stroke: 0.5pt + gray, fill: (_, y) => if y == 0 { rgb("#e9ebfb") },
  [*Poste*], [*Arrêts par semaine*], [*Durée moyenne*], [Convoyeur d’entrée], [11], [6 min],
  [Changement de format], [23], [14 min], [Palettisation], [4], [9 min])
== Ce qu’ils attendent
+ Un changement de format en moins de cinq minutes.
+ Des pièces livrées sous quarante-huit heures.
+ Une reprise de la supervision sans arrêt de plus d’un jour.
#pagebreak()
== Décisions et suites
Nous remettons une proposition chiffrée en deux lots. La visite d’un site équipé est à organiser avant la fin du mois.
#table(columns: (1fr, auto), inset: 7pt, stroke: 0.5pt + gray, [Relevé des cotes], [nous, sous une semaine],
  [Liste des références], [client], [Proposition en deux lots], [nous, sous quinze jours])
"""
PLAN = r"""
#set page(width: 16cm, height: 10cm, margin: 0.6cm, fill: white)
#set text(8pt)
#let zone(x, y, w, h, color, name) = place(dx: x, dy: y, rect(width: w, height: h, fill: color, stroke: 0.8pt + black)[#name])
#zone(0cm, 0cm, 14.8cm, 8.8cm, rgb("#fafafa"), "Atelier")
#zone(0.6cm, 1cm, 4cm, 2.4cm, rgb("#cfe3ff"), "Ligne 1")
#zone(5.4cm, 1cm, 6cm, 2.4cm, rgb("#ffd9c9"), "Ligne 2 – changement de format")
#zone(0.6cm, 4.4cm, 7cm, 1.6cm, rgb("#d9f2dd"), "Convoyeur")
#zone(8.6cm, 4.2cm, 5.4cm, 3.8cm, rgb("#f1e4ff"), "Palettisation")
#zone(0.6cm, 6.8cm, 3cm, 1.4cm, rgb("#fff3bf"), "Armoires")
"""


def make(sellers: Sequence[User]) -> None:
    """Put files at some open deals: a report with two versions that is at the account too, and a plan beside it."""
    plan = _set(PLAN, "png")
    # The first deal of each first, so that whoever looks finds some.
    for seller in sellers[:MOST]:
        deal = (
            Opportunity.objects.filter(owner_id=seller.pk, is_closed=False, account_id__isnull=False)
            .order_by("pk")
            .first()
        )
        if deal is None:
            continue
        actor, obj = actor_for(seller), current.get().object("Opportunity")
        said = {"deal": deal.name, "seller": seller.name}
        draft = attach(
            actor,
            obj,
            deal.pk,
            "Compte rendu de visite.pdf",
            [_set(REPORT.partition("#pagebreak()")[0], "pdf", said)],
        )
        versions.add(actor, draft, "Compte rendu de visite.pdf", [_set(REPORT, "pdf", said)])
        links.link(actor, draft, ids.encode("001", deal.account_id or 0))
        attach(actor, obj, deal.pk, "Plan de l’atelier.png", [plan])


def _set(text: str, kind: str, said: dict[str, str] | None = None) -> bytes:
    made = typst.compile(text.encode(), format=kind, sys_inputs=said or {}, ppi=110)  # type: ignore[call-overload]
    return bytes(made)
