"""Every response says that scripts come from our own files or carry the page's nonce."""

import asyncio
import re

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from essor.faces.web.compression import PageCompression
from essor.faces.web.security import content_security_policy


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.csp_nonce)  # type: ignore[attr-defined]


def test_the_nonce_of_the_page_is_that_of_the_policy_and_new_each_time() -> None:
    answers = [content_security_policy(page)(RequestFactory().get("/")) for _ in range(2)]
    nonces = {answer.content.decode() for answer in answers}
    assert len(nonces) == 2
    for answer in answers:
        scripts = re.search(r"script-src ([^;]*)", answer.headers["Content-Security-Policy"])
        assert scripts
        assert scripts[1] == f"'self' 'nonce-{answer.content.decode()}'"


def test_asynchronous_views_are_protected_alike() -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        return page(request)

    answer = asyncio.run(content_security_policy(view)(RequestFactory().get("/")))
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_single_sign_on_may_receive_our_form(settings: Settings) -> None:
    settings.CSP_FORM_ORIGINS = ["https://login.example.fr"]
    answer = content_security_policy(page)(RequestFactory().get("/"))
    assert "form-action 'self' https://login.example.fr" in answer.headers["Content-Security-Policy"]


def test_pages_are_compressed_and_event_streams_are_not() -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    text = "Essor " * 200
    assert "Content-Encoding" in PageCompression(lambda _: HttpResponse(text))(request).headers
    stream = HttpResponse(text, content_type="text/event-stream")
    assert "Content-Encoding" not in PageCompression(lambda _: stream)(request).headers
