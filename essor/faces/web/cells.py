"""Values and table rows as HTML, written in Python: a list page draws four hundred of them.

Jinja macros take ten milliseconds for what takes two here. Everything that comes from a record is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from markupsafe import Markup

from essor.faces.web.display import Shown

if TYPE_CHECKING:
    from essor.catalog.kinds.hyperlinks import Link
    from essor.faces.web.shapes import Column, Row, Table

Icon = Callable[..., Markup]
OUTSIDE = ' target="_blank" rel="noopener noreferrer"'
ADDRESS = re.compile("mailto:|https?:")
JOINTS = re.compile(r"(?<=[./@_?&=])(?=.)")  # where an address may go on in the next line
SLIDER_TONES = {None: "none", True: "good", False: "bad"}


class Cells:
    """The drawing functions, given how to draw an icon; the environment makes them globals of all pages."""

    def __init__(self, icon: Icon) -> None:
        """Remember how icons are drawn."""
        self.icon = lru_cache(maxsize=64)(icon)

    def value(self, one: Shown, *, full: bool = True) -> Markup:
        """Return one value; not `full` keeps it on one line, as table cells need."""
        if not one.text:
            return (
                Markup('<span class="no-value" aria-label="{}">–</span>').format(_("Empty"))
                if full
                else Markup()
            )
        return Markup(self._drawn(one, full=full))  # noqa: S704 -- built from escaped parts

    def _drawn(self, one: Shown, *, full: bool) -> str:
        text = escape(one.text)
        match one.shape:
            case "link":
                text = _link(one, _breakable(one.text) if full and ADDRESS.match(one.href) else text)
            case "links":
                text = "".join(
                    escape(part) if isinstance(part, str) else _anchor(part) for part in one.pieces
                )
            case "button":
                text = _button(one, f"{self.icon(one.icon)}{text}")
            case "check":
                mark, tone = self.icon("check" if one.state else "minus"), "on" if one.state else "off"
                text = f'<span class="check check-{tone}">{mark}<span class="sr-only">{text}</span></span>'
            case "tag":
                tone = f" es-tag-{one.tone}" if one.tone else ""
                text = f'<span class="es-tag{tone}">{text}</span>'
            case "tags":
                text = "".join(f'<span class="es-tag">{escape(part)}</span>' for part in one.parts)
                text = f'<span class="tags">{text}</span>'
            case "slider":
                text = f'<span class="es-tag es-tag-{SLIDER_TONES[one.state]}">{text}</span>'
            case "lines":
                text = f'<span class="{"lines" if full else "line"}">{text}</span>'
            case "html":  # cleaned by `display.shown`
                text = f'<div class="prose">{one.text}</div>' if full else _line(one.text)
        return text

    def cell(self, column: Column, one: Shown, row: Row) -> Markup:
        """Return one table cell; also the answer after an inline edit."""
        return Markup(_opening(column) + self._content(column, one, row) + "</td>")  # noqa: S704 -- escaped parts

    def _content(self, column: Column, one: Shown, row: Row) -> str:
        if column.primary and row.href:
            return f'<a href="{escape(row.href)}">{escape(one.text or row.label or "–")}</a>'
        return self._drawn(one, full=False) if one.text else ""

    def rows(self, table: Table) -> Markup:
        """Return the rows of a table."""
        columns = [(column, _opening(column)) for column in table.columns]
        lines = []
        for row in table.rows:
            lines.append(_row_opening(table, row))
            for (column, opening), one in zip(columns, row.cells, strict=True):
                lines.append(f"{opening}{self._content(column, one, row)}</td>\n")
            lines.append("</tr>\n")
        return Markup("".join(lines))  # noqa: S704 -- built from escaped parts


def _link(one: Shown, text: str) -> str:
    if not one.href:
        return text
    outside = OUTSIDE if one.icon == "external-link" else ""
    return f'<a href="{escape(one.href)}"{outside}>{text}</a>'


def _anchor(link: Link) -> str:
    """Return a link of a formula; one that leads away opens beside, unless the formula says otherwise."""
    if not link.url:
        return escape(link.label)
    away = link.target in ("", "_blank") and link.url.lower().startswith("http")
    return f'<a href="{escape(link.url)}"{OUTSIDE if away else ""}>{escape(link.label)}</a>'


def _breakable(address: str) -> str:
    """Return an address that a narrow column breaks behind its dots and slashes rather than inside its words."""
    return "<wbr>".join(escape(part) for part in JOINTS.split(address))


def _button(one: Shown, content: str) -> str:
    return f'<a class="btn btn-sm btn-linkedin" href="{escape(one.href)}"{OUTSIDE}>{content}</a>'


def _line(html: str) -> str:
    return f'<span class="line">{escape(strip_tags(html))}</span>'


def _opening(column: Column) -> str:
    css = ' class="cell-primary"' if column.primary else ' class="num"' if column.numeric else ""
    field = f' data-field="{escape(column.path)}"' if column.editable else ""
    return f'<td{css}{field} data-label="{escape(str(column.label))}">'


def _row_opening(table: Table, row: Row) -> str:
    record_id = escape(row.id)
    href = f' data-href="{escape(row.href)}"' if row.href else ""
    opening = f'<tr id="row-{record_id}" data-id="{record_id}"{href} data-revision="{row.revision}">\n'
    if not table.selectable:
        return opening
    label = escape(_("Select %(name)s") % {"name": row.label})
    return (
        f'{opening}<td class="cell-select"><input type="checkbox" class="form-check-input" name="ids" '
        f'value="{record_id}" form="bulk-{escape(table.id)}" data-select aria-label="{label}"></td>\n'
    )
