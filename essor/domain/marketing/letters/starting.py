"""What a letter begins with when nothing ready-made was chosen."""

from __future__ import annotations

from essor.domain.marketing.letters.blocks import Document, RichText
from essor.domain.marketing.letters.ready.parts import footer

WORDS = {
    "fr": ('Bonjour {{ FirstName or "à vous" }},', "Écrivez ici votre message."),
    "en": ('Hello {{ FirstName or "there" }},', "Write your message here."),
}
_BODY = "Bonjour {{ FirstName or 'à vous' }},"
SOURCES = {
    "mjml": f"""<mjml>
  <mj-head>
    <mj-attributes><mj-all font-family="Arial, sans-serif" /><mj-text font-size="16px" line-height="1.55" /></mj-attributes>
  </mj-head>
  <mj-body background-color="#eef0f6">
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-text>{_BODY}</mj-text>
        <mj-button href="https://" background-color="#4456d6">En savoir plus</mj-button>
        <mj-text font-size="12px" color="#5b5f6d"><a href="{{{{ unsubscribe }}}}">Se désabonner</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
""",
    "html": f"""<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:24px;font-family:Arial,sans-serif;font-size:16px;line-height:1.55">
<p>{_BODY}</p>
<p><a href="https://">En savoir plus</a></p>
<p style="font-size:12px"><a href="{{{{ unsubscribe }}}}">Se désabonner</a></p>
</body>
</html>
""",
}
"""What an expert begins with, by the letter's kind."""


def empty(language: str, site: str = "") -> Document:
    """Return a letter with a greeting and a footer; `site` is the company's own."""
    greeting, words = WORDS.get(language, WORDS["en"])
    return Document(
        (
            RichText(id="start", html=f"<p>{greeting}</p><p>{words}</p>", space="large"),
            *footer(language, site),
        )
    )
