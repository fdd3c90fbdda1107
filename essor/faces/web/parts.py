"""Parts of pages that look the same on page after page: drawn once, and again only for other inputs.

A part is a template that gets nothing but what it is given: neither the request nor the reader. So what was drawn for
the same language and the same inputs is right for whoever has them, in every process and at once; nothing has to be
told that it is stale. Numbers and dates, which each reader has written in another way, do not belong into one.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language
from jinja2 import Environment
from markupsafe import Markup

MOST = 256  # some kilobytes each


class Parts:
    """The drawing function, a global of all pages."""

    def __init__(self, pages: Environment) -> None:
        """Remember where the templates are."""
        self.pages = pages
        self.drawn = lru_cache(maxsize=0 if settings.DEBUG else MOST)(self._drawn)

    def __call__(self, name: str, **given: Hashable) -> Markup:
        """Return a template drawn with what is given; a name that it does not get is an error, as on every page."""
        return self.drawn(name, get_language(), tuple(given.items()))

    def _drawn(self, name: str, language: str | None, given: tuple[tuple[str, Hashable], ...]) -> Markup:  # noqa: ARG002 -- the language in force is among the inputs
        return Markup(self.pages.get_template(name).render(dict(given)))  # noqa: S704 -- our own template, which escapes
