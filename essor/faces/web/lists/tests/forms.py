"""Reads a form out of a page as a browser would send it."""

from __future__ import annotations

from html.parser import HTMLParser

Pairs = list[tuple[str, str]]


class Reader(HTMLParser):
    """Collects the values of the form with an id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.pairs: Pairs = []
        self.select, self.area = "", ""
        self.chosen: list[str] = []
        self.first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        if tag == "form":
            self.inside = words.get("id") == self.form_id
        if not self.inside:
            return
        name, value = words.get("name") or "", words.get("value") or ""
        if tag == "input" and name:
            ticked = words.get("type") in ("checkbox", "radio")
            if not ticked or "checked" in words:
                self.pairs.append((name, value))
        elif tag == "select":
            self.select, self.chosen, self.first = name, [], None
        elif tag == "option" and self.select:
            self.first = value if self.first is None else self.first
            if "selected" in words:
                self.chosen.append(value)
        elif tag == "textarea":
            self.area = name
            self.pairs.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            self.pairs[-1] = (self.area, data.lstrip("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = ""
        elif tag == "select" and self.select:
            self.pairs.extend((self.select, one) for one in self.chosen or [self.first or ""])
            self.select = ""


def sent(page: str, form_id: str = "filter-form", **changes: str) -> dict[str, list[str]]:
    """Return what the form sends; `changes` replace values, under names with “_” for “.” ."""
    reader = Reader(form_id)
    reader.feed(page)
    found: dict[str, list[str]] = {}
    for name, value in reader.pairs:
        found.setdefault(name, []).append(value)
    return found | {
        name.replace("_", ".", 1) if name[1] == "_" else name: [value] for name, value in changes.items()
    }
