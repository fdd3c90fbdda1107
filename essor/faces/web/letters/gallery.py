"""The gallery of letters: those of the company, and ready-made ones to begin with."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from essor.domain.marketing.letters import codec, pictures, places
from essor.domain.marketing.letters.compile import Letter
from essor.domain.marketing.letters.marks import FIELD
from essor.domain.marketing.letters.ready import LANGUAGES, READY, Ready
from essor.domain.marketing.letters.starting import SOURCES, empty
from essor.domain.sales.quotes import letterhead
from essor.faces.web.letters import editor, preview, reading, wanted
from essor.faces.web.records.reading import actor_of
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query
from essor.records.change import Change
from essor.records.save import save

SHOWN = 60
COLUMNS = (
    "Id",
    "Name",
    "FolderName",
    "Subject",
    "Language",
    "TemplateType",
    "IsActive",
    "LastModifiedDate",
    "Owner.Name",
)


@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the letters that the reader sees, the last changed first, narrowed by words and by folder."""
    actor = actor_of(request)
    words, folder = request.GET.get("q", "").strip()[:100], request.GET.get("folder", "")[:80]
    parts: list[Condition] = []
    if words:
        parts.append(Compare(Path(("Name",)), "contains", (Constant(words),)))
    if folder:
        parts.append(Compare(Path(("FolderName",)), "eq", (Constant(folder),)))
    query = Query(
        reading.OBJECT,
        columns=tuple(Column(Path(tuple(name.split(".")))) for name in COLUMNS),
        where=All(tuple(parts)) if parts else None,
        order_by=(Order(Path(("LastModifiedDate",)), descending=True),),
        limit=SHOWN,
    )
    letters = [
        {**row, "id": ids.encode("00X", row["Id"]), "Subject": _readable(row["Subject"])}
        for row in run.rows(actor, query)
    ]
    folders = sorted({row["FolderName"] for row in run.rows(actor, _folders()) if row["FolderName"]})
    context = {
        "letters": letters,
        "words": words,
        "folder": folder,
        "folders": folders,
        "may_write": pictures.may_write(actor),
    }
    return render(request, "letters/index.html.jinja", context)


def _readable(subject: str | None) -> str:
    """Return a subject with the fallbacks of its merge fields, as nobody in particular would get it."""
    return FIELD.sub(lambda field: field["double"] or field["single"] or "…", subject or "")


def _folders() -> Query:
    return Query(reading.OBJECT, columns=(Column(Path(("FolderName",))),), group_by=(Path(("FolderName",)),))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Show what a letter may begin with, or make one and open it."""
    actor = actor_of(request)
    pictures.require(actor)
    language = request.GET.get("language") or request.POST.get("language") or (get_language() or "fr")[:2]
    language = language if language in LANGUAGES else "fr"
    if request.method == "POST":
        made = save(actor, Change(reading.OBJECT, _values(request.POST.get("from", ""), language))).id
        editing = reverse("web:letter", args=[editor.record_of(actor, made)])
        return HttpResponseRedirect(f"{editing}{wanted.given(request, made)}")
    context = {
        "ready": READY,
        "chosen": language,
        "back": wanted.back(request),
        "wanted": request.GET.get(wanted.PARAMETER, ""),
    }
    return render(request, "letters/new.html.jinja", context)


def _values(key: str, language: str) -> dict[str, Any]:
    """Return the fields of a letter that begins with something ready-made, with nothing, or with source."""
    if key in SOURCES:
        return {"Name": _("New e-mail"), "TemplateType": key, "HtmlValue": SOURCES[key], "Language": language}
    chosen = next((one for one in READY if one.key == key), None)
    if chosen is None:
        return {
            "Name": _("New e-mail"),
            "Content": codec.write(empty(language, _site())),
            "Language": language,
        }
    letter = chosen.letter(language, site=_site())
    return {
        "Name": str(chosen.label),
        "Subject": letter.subject,
        "Preheader": letter.preheader,
        "Language": language,
        "Content": codec.write(letter.document),
    }


@xframe_options_sameorigin
@require_GET
def ready(request: HttpRequest, key: str, language: str) -> HttpResponseBase:
    """Draw a ready-made letter, for its thumbnail."""
    return preview.closed(
        preview.shown(actor_of(request), _letter(key, language), preview.Person("Contact")).html
    )


def _letter(key: str, language: str) -> Letter:
    chosen: Ready | None = next((one for one in READY if one.key == key), None)
    if chosen is None or language not in LANGUAGES:
        raise NotFound(_("There is no such e-mail template."))
    return chosen.letter(language, site=_site())


def _site() -> str:
    """Return the company's web site as its letterhead names it, empty when it names none."""
    return places.address(letterhead.letterhead().website)
