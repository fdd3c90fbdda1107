"""The live check of a formula: is it right, of which type is it, what does it give for a record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.catalog.kinds import kind
from essor.faces.web import formatting
from essor.faces.web.records.lookups import options_for
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, sent
from essor.formula import Formula, FormulaError, compile_formula, words
from essor.kernel import ids
from essor.kernel.errors import EssorError, NotFound
from essor.query import trial

YES_NO = "boolean"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the editor shows below the text; `line` 0 when there is nothing to point at."""

    ok: bool
    text: str
    line: int = 0
    column: int = 0
    result: str = ""
    tone: str = ""


@require_POST
@customizing
def check(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return what is to say about the formula as typed so far."""
    actor, obj, form = actor_of(request), current.get().object(name), sent(request)
    text = form.value("formula")
    verdict = _verdict(actor, obj, form) if text.strip() else None
    return render(request, "setup/verdict.html.jinja", {"verdict": verdict})


def _verdict(actor: Actor, obj: ObjectDef, form: Form) -> Verdict:
    rule = form.value("formula_for") == "rule"
    try:
        formula = compile_formula(
            form.value("formula"),
            obj,
            current.get(),
            rule=rule,
            blanks=form.value("option.blanks"),
            of=form.value("name"),
        )
    except FormulaError as error:
        return Verdict(ok=False, text=error.reason, line=error.line, column=error.column)
    if rule and formula.type != YES_NO:
        return Verdict(
            ok=False,
            text=_("A rule needs a condition, and this gives %(type)s.") % {"type": words.a(formula.type)},
        )
    wanted = form.value("option.returns")
    if wanted and kind(wanted).formula_type != formula.type:
        text = _("The formula gives %(type)s, but the field returns %(wanted)s.")
        names = {"type": words.a(formula.type), "wanted": words.a(kind(wanted).formula_type)}
        return Verdict(ok=False, text=text % names)
    said = _("This is right and gives %(type)s.") % {"type": words.a(formula.type)}
    verdict = Verdict(ok=True, text=said)
    return _tried(actor, obj, form, formula, verdict, rule=rule) if form.value("sample") else verdict


def _tried(
    actor: Actor, obj: ObjectDef, form: Form, formula: Formula, verdict: Verdict, *, rule: bool
) -> Verdict:
    """Add what the formula gives for the chosen record."""
    try:
        prefix, key = ids.decode(form.value("sample"))
        if prefix != obj.prefix:
            raise NotFound(_("There is no such record."))
        value = trial.value_on(actor, formula, obj, key, current.get())
    except ValueError:
        return verdict
    except EssorError as error:
        return replace(verdict, result=str(error), tone="warn")
    if rule:
        refused = value is True
        text = _("This record would be refused.") if refused else _("This record would be saved.")
        return replace(verdict, result=text, tone="bad" if refused else "good")
    shown = written(value, form.value("option.returns"))
    return replace(verdict, result=_("Result for this record: %(value)s") % {"value": shown})


def written(value: Any, returns: str = "") -> str:
    """Return a formula's value as its reader writes it."""
    match value:
        case None:
            text = _("empty")
        case bool():
            text = _("Yes") if value else _("No")
        case float():
            text = formatting.percent(value * 100) if returns == "percent" else formatting.number(value)
        case datetime():
            text = formatting.moment(value)
        case date():
            text = formatting.day(value)
        case time():
            text = formatting.clock(value)
        case _:
            text = str(value)
    return text


@require_GET
@customizing
def samples(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the records to try a formula on, for the chooser (parameter q)."""
    actor = actor_of(request)
    text = request.GET.get("q", "").strip()
    options = options_for(actor, catalog_for(actor).object(name), text)
    return render(request, "records/lookup.html.jinja", {"options": options, "query": text, "create": None})
