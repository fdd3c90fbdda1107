"""From a letter as it is edited to one that is ready to be merged: everything that is the same for all is done here.

Blocks become MJML and HTML; people's words are cleaned and set in afterwards. Experts' sources go their own way
(`expert`). Errors name the block and its part ("b3/href"), or the letter's own field ("Subject").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from mjml import mjml2html

from essor.access.actor import system_actor
from essor.domain.marketing.letters import codec, expert, mjml, plain
from essor.domain.marketing.letters.blocks import Document
from essor.domain.marketing.letters.codec import refused
from essor.domain.marketing.letters.compiled import Block, Compiled, Slot, Text
from essor.domain.marketing.letters.marks import Known, Marks
from essor.kernel.errors import EssorError
from essor.query import run

if TYPE_CHECKING:
    from essor.domain.marketing.letters.models import EmailTemplate

BLOCKS, MJML, HTML = "blocks", "mjml", "html"


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wrote: blocks or source, and a plain text of their own (None: made from the blocks)."""

    subject: str = ""
    preheader: str = ""
    kind: str = BLOCKS
    document: Document = Document()  # noqa: RUF009 -- frozen
    source: str = ""
    body: str | None = None
    language: str = "fr"
    object_name: str = "Contact"


def letter_of(template: EmailTemplate) -> Letter:
    """Return the letter of a template."""
    return Letter(
        template.subject or "",
        template.preheader or "",
        template.template_type,
        codec.read(template.content),
        template.html_value or "",
        template.body,
        template.language or "fr",
        template.related_entity_type or "Contact",
    )


def compiled(template: EmailTemplate | Letter, object_name: str = "") -> Compiled:
    """Return a letter ready to be merged for people of `object_name` (Contact or Lead).

    ValidationFailed with block and place for a merge field that nobody has or cannot be read, and for broken source.
    A field that only the letter's own object has is replaced by its fallback for the other one.
    """
    letter = template if isinstance(template, Letter) else letter_of(template)
    object_name = object_name or letter.object_name
    marks = Marks(knower(object_name, letter.object_name))
    subject = marks.text(marks.fields(letter.subject, "line", "Subject"))
    if letter.kind == BLOCKS:
        html, text, blocks = _from_blocks(letter, marks)
    else:
        html, text = expert.compiled(letter.source, marks, mjml_source=letter.kind == MJML)
        blocks = ()
    if letter.body is not None:
        text = plain.written(letter.body, marks)
    return Compiled(
        subject, html, text, tuple(marks.links), tuple(marks.paths.values()), blocks, letter.language
    )


def knower(object_name: str, own: str) -> Known:
    """Return who tells whether people of `object_name` have a path."""
    eyes = system_actor()
    told: dict[tuple[str, str], bool] = {}

    def has(name: str, path: str) -> bool:
        if (name, path) not in told:
            try:
                run.field_of(eyes, name, path)
                told[name, path] = True
            except EssorError:
                told[name, path] = False
        return told[name, path]

    def known(path: str, fallback: str, at: str) -> bool:
        if has(object_name, path):
            return True
        if object_name != own and fallback and has(own, path):
            return False
        message = _("There is no field “%(path)s”.") % {"path": path[:80]}
        if object_name != own and has(own, path):
            message = _("“%(path)s” needs a fallback: %(object)s records do not have it.")
            message %= {"path": path[:80], "object": object_name}
        raise refused(at, message)

    return known


def _from_blocks(letter: Letter, marks: Marks) -> tuple[Text, Text, tuple[Block, ...]]:
    frame = mjml.Frame(marks, letter.document.theme, letter.language)
    title = frame.put(escape(marks.fields(letter.subject, "attribute", "Subject")))
    preheader = frame.put(escape(marks.fields(letter.preheader, "attribute", "Preheader")))
    html = mjml2html(mjml.written(letter.document, frame, title, preheader, letter.language))
    html = re.sub(marks.form.format("w[0-9]+"), lambda match: frame.words[match[0]], html)
    text = plain.of_blocks(letter.document.blocks, frame)
    blocks = []
    for number, dynamic in enumerate(frame.dynamic):
        html, inner = _cut(html, frame, number, marks.mark(Slot("block", str(number), place="text")))
        text, words = _cut(
            text, frame, number, marks.mark(Slot("block", str(number), escape=False, place="plain"))
        )
        blocks.append(Block(dynamic.segment or 0, marks.text(inner), marks.text(words, "plain")))
    return marks.text(html), marks.text(text, "plain"), tuple(blocks)


def _cut(text: str, frame: mjml.Frame, number: int, mark: str) -> tuple[str, str]:
    """Return a text with `mark` in the place of a dynamic block, and what stood there."""
    before, _begin, rest = text.partition(frame.edge(number, "b"))
    inner, _end, after = rest.partition(frame.edge(number, "e"))
    return before + mark + after, inner
