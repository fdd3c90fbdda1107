"""Validation rules of an object: list, form with the live formula editor, on and off, trial on a record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.catalog import current
from essor.catalog.actions.add_validation_rule import add_validation_rule, remove_validation_rule
from essor.catalog.actions.ledger import refuse
from essor.catalog.actions.spec import RuleSpec
from essor.catalog.models import ValidationRule
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import formula_help
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.words import suggested
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, NotFound

TEXTS = ("message", "message_fr", "field", "description")


@require_GET
@customizing
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the rules of an object."""
    obj = current.get().object(name)
    rules = ValidationRule.objects.filter(object_name__iexact=obj.name).order_by("-active", "name")
    return draw(request, "rules", {"object": obj, "tab": "rules", "rules": rules}, current="objects")


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, name: str, rule_name: str = "") -> HttpResponseBase:
    """Show the form of a rule, a new one without `rule_name`, or save it."""
    actor, obj = actor_of(request), current.get().object(name)
    row = _rule(obj.name, rule_name) if rule_name else None

    def work(form: Form) -> str:
        spec = RuleSpec(
            object=obj.name,
            name=row.name if row else form.value("name") or suggested(form.value("message")),
            formula=form.value("formula"),
            active=form.on("active"),
            **{text: form.value(text) for text in TEXTS},
        )
        if (
            row is None
            and ValidationRule.objects.filter(object_name=obj.name, name__iexact=spec.name).exists()
        ):
            raise _taken(spec.name)
        add_validation_rule(actor.user_id, spec)
        return reverse("web:setup_rules", args=[obj.name])

    def again(form: Form) -> HttpResponseBase:
        fields = [(one.name, f"{one.label} ({one.name})") for one in obj.fields if one.updateable]
        context = {
            "object": obj,
            "tab": "rules",
            "row": row,
            "form": form,
            "fields": fields,
            "help": formula_help.for_object(obj, rule=True),
        }
        return draw(request, "rule", context, current="objects", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if row is None:
        return again(starting({"active": True}))
    return again(starting({word: getattr(row, word) for word in ("name", "formula", "active", *TEXTS)}))


@require_POST
@customizing
def switch(request: HttpRequest, name: str, rule_name: str) -> HttpResponseBase:
    """Turn a rule on or off."""
    row = _rule(name, rule_name)
    texts = {text: getattr(row, text) for text in TEXTS}
    spec = RuleSpec(
        object=row.object_name, name=row.name, formula=row.formula, active=not row.active, **texts
    )
    try:
        add_validation_rule(actor_of(request).user_id, spec)
        flash(
            request,
            _("The rule is switched on.") if spec.active else _("The rule is switched off."),
        )
    except EssorError as error:
        flash(request, str(error), tone="error")
    return HttpResponseRedirect(reverse("web:setup_rules", args=[name]))


@require_POST
@customizing
def remove(request: HttpRequest, name: str, rule_name: str) -> HttpResponseBase:
    """Remove a rule for good."""
    remove_validation_rule(actor_of(request).user_id, name, rule_name)
    flash(request, _("The rule is removed."))
    return HttpResponseRedirect(reverse("web:setup_rules", args=[name]))


def _rule(object_name: str, name: str) -> ValidationRule:
    row = ValidationRule.objects.filter(object_name__iexact=object_name, name__iexact=name).first()
    if row is None:
        raise NotFound(_("There is no validation rule “%(name)s”.") % {"name": name})
    return row


def _taken(name: str) -> EssorError:
    return refuse(
        "name", "DUPLICATE_DEVELOPER_NAME", _("There is already a rule “%(name)s”.") % {"name": name}
    )
