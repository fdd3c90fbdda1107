"""Mails as people and machines send them."""

from __future__ import annotations

from email.message import EmailMessage


def letter(text: str = "Bonjour,\nNous cherchons un fournisseur.\n", *, html: str = "", **head: str) -> bytes:
    """A mail of Ana's to contact@vauban.example; `head` names headers by their words: `auto_submitted="auto-replied"`."""
    mail = EmailMessage()
    usual = {
        "from": "Ana Roux <ana@emeraude-bois.example>",
        "to": "contact@vauban.example",
        "subject": "Demande",
    }
    for name, value in {**usual, "message_id": f"<{abs(hash(text))}@emeraude.example>", **head}.items():
        if value:
            mail[name.replace("_", "-").title()] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def with_files(raw: EmailMessage, **files: bytes) -> bytes:
    """The same with things that hang on it."""
    for name, data in files.items():
        raw.add_attachment(
            data, maintype="application", subtype="octet-stream", filename=name.replace("_", ".")
        )
    return raw.as_bytes()
