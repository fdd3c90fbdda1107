"""The letters of the demo company, by its marketing: some ready to be sent, one a draft, one in English."""

from __future__ import annotations

from essor.access.actor import Actor, administrator
from essor.access.models import User
from essor.domain.demo import people
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.letters.ready import READY
from essor.records.change import Change, Source
from essor.records.save import save_many

# Key of the ready-made letter, name, folder, language, ready to be sent.
LETTERS = (
    ("follow-up", "Merci après une visite", "Commercial", "fr", True),
    ("white-paper", "Livre blanc « Moins de reprises »", "Printemps", "fr", True),
    ("invitation", "Soirée des bâtisseurs", "Printemps", "fr", True),
    ("survey", "Recommanderiez-vous Vauban ?", "Suivi", "fr", True),
    ("product-news", "Product news for our English customers", "Export", "en", True),
    ("newsletter", "Lettre du mois", "Lettre mensuelle", "fr", False),
)
PAGES = "Pages"  # the folder of texts that are pages, not letters
SOURCE = Source(name="demo")


def make(guide: str) -> None:
    """Write the letters down the writing road, their buttons leading to the address `guide`; nothing when there are some."""
    if EmailTemplate.objects.exclude(folder_name=PAGES).exists():
        return
    actor = administrator()
    ready = {one.key: one for one in READY}
    changes = []
    for key, name, folder, language, active in LETTERS:
        letter = ready[key].letter(language, leads=guide)
        changes.append(
            Change(
                "EmailTemplate",
                {
                    "Name": name,
                    "FolderName": folder,
                    "Language": language,
                    "IsActive": active,
                    "Subject": letter.subject,
                    "Preheader": letter.preheader,
                    "Content": codec.write(letter.document),
                    "OwnerId": _owner(actor),
                },
            )
        )
    for result in save_many(actor, "EmailTemplate", changes, source=SOURCE):
        if not result.ok:
            message = f"a demo letter was refused: {result.errors}"
            raise RuntimeError(message)


def _owner(actor: Actor) -> int:
    """Return who does marketing, the administrator in a company without."""
    email = next((one.email for one in people.logins() if one.email.startswith("marketing@")), "")
    return User.objects.filter(username=email).values_list("pk", flat=True).first() or actor.user_id
