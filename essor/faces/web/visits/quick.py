"""Pages that are being read, taken in the event loop: whoever sends them is only noted, and can do nothing else.

The script of the company's site sends text, so that browsers ask nothing before; only sites named in the set-up may.
"""

from __future__ import annotations

from collections.abc import Mapping

from essor.domain.marketing.tracking import agents
from essor.domain.marketing.visits import arriving, naming, sites
from essor.domain.marketing.visits.keeping import recorder
from essor.domain.marketing.visits.limits import Limit
from essor.faces.web.quick import Answer, Receive, Scope, body_of, client, headers, in_thread

HIT = "/s/hit"
PER_MINUTE = 240  # pages from one address: a whole office behind it
limit = Limit(PER_MINUTE)


async def seen(scope: Scope, receive: Receive) -> Answer | None:
    """Note a page; None for every other address."""
    if scope["path"] != HIT:
        return None
    sent = headers(scope)
    origin = sent.get("origin", "")
    known = sites.known()
    if origin not in (known if known is not None else await in_thread(sites.origins)):
        return Answer(403, ())
    back = allowed(origin)
    if scope["method"] == "POST":
        return await _taken(scope, receive, origin)
    options = scope["method"] == "OPTIONS"
    return Answer(204, back) if options else Answer(405, (*back, (b"allow", b"POST, OPTIONS")))


async def _taken(scope: Scope, receive: Receive, origin: str) -> Answer:
    sent, back = headers(scope), allowed(origin)
    if not limit.passes(client(scope)):
        return Answer(429, back)
    body = await body_of(receive, arriving.LARGEST_BODY)
    if body is None:
        return Answer(413, back)
    said = arriving.fields(body) or {}
    page = arriving.page(origin, said, machine=agents.judged("GET", dict(scope["headers"]), opened=False)[0])
    if page is None:
        return Answer(400, back)
    if not silent(sent):
        recorder.note(page)
    old = naming.browser(arriving.text(said, "visitor"))
    if old is None or not old[1]:
        return Answer(204, back)
    text = (b"content-type", b"text/plain; charset=utf-8")
    return Answer(200, (*back, text), naming.of_browser(old[0]).encode())


def silent(sent: Mapping[str, str]) -> bool:
    """Tell whether a browser asks not to be tracked; `sent` are its headers by their lower-case names."""
    return sent.get("dnt") == "1" or sent.get("sec-gpc") == "1"


def allowed(origin: str) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers by which a browser lets its page send and read, without cookies."""
    return (
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"Origin"),
        (b"cache-control", b"no-store"),
    )


QUICK = {"/s/": seen}
