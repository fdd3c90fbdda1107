"""The preview of a newsletter: from blocks to the mail of one person, beside mrml alone on the same frame."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

from mjml import mjml2html

from bench.clock import in_turns, median
from bench.figure import Figure, ms, times
from bench.people import actor
from essor.domain.marketing.letters import merge, mjml
from essor.domain.marketing.letters.compile import compiled, knower
from essor.domain.marketing.letters.compiled import Replacements
from essor.domain.marketing.letters.marks import Marks
from essor.domain.marketing.letters.ready import READY
from essor.domain.sales.models import Contact

LONGEST = 0.1  # seconds for a preview


def measure(leads: int) -> Iterator[Figure]:
    """Yield the figures."""
    del leads
    me = actor()
    letter = next(one for one in READY if one.key == "newsletter").letter("fr")
    frame = mjml.Frame(Marks(knower("Contact", "Contact")), letter.document.theme)
    source = mjml.written(letter.document, frame, "", "", "fr")
    key = Contact.objects.filter(is_deleted=False).values_list("pk", flat=True).order_by("pk").first() or 0

    def preview() -> merge.Mail:
        ready = compiled(letter)
        found = merge.values(ready, "Contact", [key], me)
        return merge.mail(ready, found.get(key, ("",) * len(ready.paths)), Replacements(blocks=ready.blocks))

    ours, raw = in_turns(preview, lambda: mjml2html(source), times=31, warm=3)
    mine, limit = median(ours), median(raw)
    yield Figure(
        "preview of a newsletter for one person",
        ms(mine),
        ms(limit),
        times(mine / limit),
        "<= 100 ms",
        mine <= LONGEST,
    )
    tracemalloc.start()
    preview()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ready = compiled(letter)
    values = dict.fromkeys(ready.paths, "Zoé")
    for_one = Replacements(links=merge.links(ready, values))
    merging, nothing = in_turns(
        lambda: merge.join(ready.html, values, for_one), lambda: "".join(map(str, ready.html)), times=31
    )
    yield Figure("memory for a preview, at most", f"{peak / 1024:.0f} kB")
    yield Figure(
        "merging it for one person",
        f"{median(merging) * 1e6:.0f} µs",
        f"{median(nothing) * 1e6:.0f} µs",
        times(median(merging) / median(nothing)),
    )
