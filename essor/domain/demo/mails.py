"""Mails to the demo company: they came to its address for strangers and were taken like any other, down the same road."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from essor.access.actor import system_actor
from essor.domain.mailroom import keeping
from essor.domain.sales.mail_to_lead.intakes import TAKER, IntakeText, save_intake

ADDRESS = "contact@vauban.example"
NEEDS = "Repère;Désignation;Quantité\nA1;Bardage mélèze 21 mm;420 m²\nA2;Ossature douglas;1 800 m\n"
# Days ago, sender, subject, text, further headers.
HELENE = """Bonjour,

Nous rénovons une école et cherchons 420 m² de bardage en mélèze, posés avant juin. La liste est jointe.
Pouvez-vous nous rappeler cette semaine ?

Bien cordialement,
Hélène Le Goff
Breizh Ossature
Tél. : 02 96 40 51 62"""
KARIM = """Bonjour,

Je construis une maison en bois près d’Annecy. Pourriez-vous m’envoyer votre catalogue et vos prix ?

Karim Benali
06 39 98 21 47"""
AGAIN = """Bonjour,

Le chantier est avancé d’un mois : pourriez-vous livrer fin avril ?

Hélène Le Goff"""
SOPHIE = """Bonjour,

Keller Bau souhaite un prix pour 60 fenêtres bois-aluminium, livrées à Strasbourg.

Sophie Keller
T: +33 3 88 12 34 56 | M: +33 6 39 98 55 10"""
AWAY = "Je suis absent jusqu’à lundi."
NEWS = "Tous les prix de la semaine."
MAILS: tuple[tuple[int, str, str, str, dict[str, str]], ...] = (
    (6, "Hélène LE GOFF <h.legoff@breizh-ossature.example>", "Bardage pour une école à Lannion", HELENE, {}),
    (4, '"Benali, Karim" <karim.benali@gmail.com>', "Demande de catalogue", KARIM, {}),
    (3, "Hélène Le Goff <h.legoff@breizh-ossature.example>", "Re: Bardage pour une école à Lannion", AGAIN, {}),
    (2, "Mme Sophie Keller | Achats <s.keller@kellerbau.example>", "Demande de prix : fenêtres", SOPHIE, {}),
    (1, "Marc Petit <marc.petit@cobat.example>", "Absence du bureau", AWAY, {"Auto-Submitted": "auto-replied"}),
    (1, "Le journal du bois <news@journal-bois.example>", "Les prix du bois", NEWS, {"List-Id": "<prix.journal-bois.example>"}),
)  # fmt: skip


def make(owner: int, now: datetime) -> None:
    """Set the address up, whose leads go to `owner`, and let the mails come in."""
    text = IntakeText(ADDRESS, owner=owner, language="fr", lead_source="Other", assign=False)
    intake = save_intake(system_actor(), text)
    for number, (days, sender, subject, words, more) in enumerate(MAILS):
        mail = EmailMessage()
        head = {
            "From": sender,
            "To": ADDRESS,
            "Subject": subject,
            "Date": format_datetime(now - timedelta(days=days)),
        }
        for name, value in {**head, "Message-ID": f"<{number}@mails.vauban.example>", **more}.items():
            mail[name] = value
        mail.set_content(words)
        if number == 0:
            mail.add_attachment(NEEDS, subtype="csv", filename="Liste des besoins.csv")
        keeping.keep(TAKER, mail.as_bytes(), ADDRESS, place=intake.pk)
    keeping.handle.call(TAKER)
