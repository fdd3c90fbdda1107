"""The Jinja2 environment of all pages: translations, locale filters, addresses, icons and assets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, cast

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from essor.faces.web import addresses, controls, display, formatting
from essor.faces.web.cells import Cells
from essor.faces.web.parts import Parts

SPRITE = "vendor/icons.svg"
FILTERS: Mapping[str, Callable[..., str]] = {
    "number": formatting.number,
    "percent": formatting.percent,
    "money": formatting.money,
    "short_money": formatting.short_money,
    "date": formatting.day,
    "datetime": formatting.moment,
    "time": formatting.clock,
    "relative": formatting.relative,
    "phone": formatting.phone,
    "file_size": formatting.file_size,
    "input_number": formatting.input_number,
}


def environment(**options: Any) -> Environment:
    """Return the environment; a name that a page does not get is an error, never an empty place."""
    options["undefined"] = StrictUndefined
    pages = Environment(  # noqa: S701 -- autoescape is among the options of Django
        **options,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}  # pages are UTF-8
    pages.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]  # added by the i18n extension
    for name in ("ngettext", "npgettext"):
        pages.globals[name] = _grouping(cast("Callable[..., str]", pages.globals[name]))
    pages.globals.update(
        url=_url,
        static=asset,
        icon=icon,
        nonce=nonce,
        addresses=addresses,
        language=get_language,
        languages=settings.LANGUAGES,
        shown=display.shown,
        is_numeric=display.is_numeric,
        part_names=display.part_names,
        controls=controls,
        cells=Cells(icon),
        part=Parts(pages),
    )
    pages.filters.update({name: _for_the_reader(one) for name, one in FILTERS.items()})
    return pages


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """Return the address of a static file: its name is looked up once, a page of ours names a dozen."""
    return static(path)


@lru_cache(maxsize=1024)
def icon(name: str, css: str = "", title: str = "") -> Markup:
    """Return the drawing of a Tabler icon; without a `title` it is decoration and hidden from screen readers."""
    words = Markup('role="img" aria-label="{}"').format(title) if title else Markup('aria-hidden="true"')
    address = f"{asset(SPRITE)}#{name}"
    return Markup('<svg class="icon {}" {}><use href="{}"></use></svg>').format(css, words, address)


@pass_context
def nonce(context: Context) -> str:
    """Return the page's nonce for the rare inline script; pages use files instead wherever they can."""
    return str(getattr(context["request"], "csp_nonce", ""))


def _for_the_reader(one: Callable[..., str]) -> Callable[..., str]:
    """Keep Jinja from working out a filter of a constant when it compiles the page, for readers of every locale."""

    @pass_context
    @wraps(one)
    def live(_context: Context, *args: object, **options: object) -> str:
        return one(*args, **options)

    return live


def _grouping(one: Callable[..., str]) -> Callable[..., str]:
    """Let “%(num)s” of a text be the number as the reader writes it: “2 267 people”, not “2267 people”."""

    @pass_context
    def counted(context: Context, *args: Any, **variables: Any) -> str:
        variables.setdefault("num", formatting.number(args[-1]))
        return one(context, *args, **variables)

    return counted


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args, kwargs=kwargs)
