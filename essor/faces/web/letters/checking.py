"""Checks before sending, and the test send."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from essor.domain.marketing.letters import checks as checking
from essor.domain.marketing.letters import dead_links, senders, trying
from essor.domain.marketing.letters.compile import compiled
from essor.faces.web.letters import preview, reading
from essor.faces.web.records.reading import actor_of
from essor.kernel.errors import EssorError


@require_GET
def checks(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw what was looked at; links are tried meanwhile, and the part asks again until all are known."""
    found = reading.found(request, record_id)
    if "sender" in request.GET:
        return sender(request, found.record.key)
    checks = checking.checked(actor_of(request), found.letter)
    urls = [] if checks[0].key == "compile" else dead_links.fixed(compiled(found.letter))
    open_still = len(dead_links.known(urls)) < len(urls)
    if open_still and "again" not in request.GET:
        dead_links.look.enqueue(urls)
    context = {
        "checks": checks,
        "open_still": open_still,
        "record_id": record_id,
        "again": "again" in request.GET,
        "worst": checks[0].state,
    }
    return render(request, "letters/checks.html.jinja", context)


def sender(request: HttpRequest, key: int) -> HttpResponseBase:
    """Draw what the net says about the domains that mails of this letter leave from."""
    looked = [(one.domain, senders.look(one)) for one in senders.of_letter(actor_of(request), key)]
    return render(request, "letters/sender.html.jinja", {"looked": looked})


@require_POST
def test_send(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Mail the letter to its reader, as the chosen person would get it."""
    found = reading.found(request, record_id)
    actor = actor_of(request)
    try:
        person = preview.person_of(actor, found.letter, request.POST.get("person", ""))
        address = trying.send(actor, preview.shown(actor, found.letter, person))
    except EssorError as error:
        return render(request, "letters/tested.html.jinja", {"error": str(error), "address": ""}, status=422)
    return render(request, "letters/tested.html.jinja", {"error": "", "address": address})
