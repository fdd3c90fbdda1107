"""Ready-made letters, each in French and in English."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.domain.marketing.letters.blocks import AnyBlock, Document
from essor.domain.marketing.letters.compile import Letter
from essor.domain.marketing.letters.ready import after, before, regular
from essor.domain.marketing.letters.ready.parts import footer
from essor.domain.marketing.letters.theme import READY as THEMES

LANGUAGES = ("fr", "en")
Blocks = Callable[[str, str], tuple[AnyBlock, ...]]


@dataclass(frozen=True, slots=True)
class Ready:
    """One ready-made letter: subject and preheader by language, its theme, its blocks."""

    key: str
    label: str | Promise
    help: str | Promise
    theme: str
    lines: dict[str, tuple[str, str]]
    blocks: Blocks

    def letter(self, language: str, *, site: str = "", leads: str = "") -> Letter:
        """Return the letter in a language: `site` is the company's own, `leads` where the buttons lead if that is known."""
        subject, preheader = self.lines[language]
        document = Document((*self.blocks(language, leads), *footer(language, site)), THEMES[self.theme])
        return Letter(subject, preheader, document=document, language=language)


READY = (
    Ready(
        "newsletter",
        _("Newsletter"),
        _("What is new this month: one story in front, two beside each other."),
        "essor",
        regular.NEWSLETTER_LINES,
        regular.newsletter,
    ),
    Ready(
        "invitation",
        _("Invitation to an event"),
        _("Date, place, programme, and a button to come."),
        "night",
        before.INVITATION_LINES,
        before.invitation,
    ),
    Ready(
        "white-paper",
        _("White paper"),
        _("What readers learn from it, and the download."),
        "forest",
        before.WHITE_PAPER_LINES,
        before.white_paper,
    ),
    Ready(
        "product-news",
        _("Product news"),
        _("Something new, and three reasons to look at it."),
        "sunset",
        regular.PRODUCT_LINES,
        regular.product_news,
    ),
    Ready(
        "survey",
        _("Customer survey"),
        _("One question, answered with one click."),
        "essor",
        after.SURVEY_LINES,
        after.survey,
    ),
    Ready(
        "follow-up",
        _("Follow-up after a visit"),
        _("Thanks, what was agreed, and what comes next; looks like a letter."),
        "ink",
        after.FOLLOW_UP_LINES,
        after.follow_up,
    ),
)
