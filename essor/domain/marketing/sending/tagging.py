"""Links to the company's own sites name the campaign: utm_source, utm_medium, utm_campaign. No other link is touched.

Which sites are the company's is known to other rooms, which say so here; the pages that we serve ourselves are among them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from essor.access.actor import system_actor
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.domain.marketing.letters import places
from essor.domain.marketing.letters.compiled import Compiled, Slot, Text, with_slots
from essor.domain.marketing.sending.models import ListEmail
from essor.kernel import ids
from essor.query.folding import Folded, fold
from essor.records.change import Change, Source
from essor.records.save import save

SOURCE, MEDIUM = "newsletter", "email"
OWN = Source(name="mailing")
_UTM = re.compile(r"[?&;](utm_[a-z_]+)=", re.IGNORECASE)
Origins = Callable[[], Collection[str]]

_sites: list[Origins] = []


def own_sites(function: Origins) -> Origins:
    """Register who knows origins (“https://www.acme.fr”) of the company's sites."""
    _sites.append(function)
    return function


def tags_of(mailing: ListEmail) -> dict[str, str]:
    """Return the tags of a mailing's links, none without a campaign or where the campaign wants none."""
    row = Campaign.objects.filter(pk=mailing.campaign_id).first() if mailing.campaign_id else None
    if row is None or not row.tags_links:
        return {}
    return {
        "utm_source": row.utm_source or SOURCE,
        "utm_medium": row.utm_medium or MEDIUM,
        "utm_campaign": row.utm_campaign or _named(row),
    }


def settle(mailing: ListEmail) -> None:
    """Keep by what the links of a mailing name its campaign: they still do when it is renamed."""
    row = Campaign.objects.filter(pk=mailing.campaign_id).first() if mailing.campaign_id else None
    if row is not None and row.tags_links and not row.utm_campaign:
        save(system_actor(), Change(CAMPAIGN, {"UtmCampaign": _named(row)}, id=row.pk), source=OWN)


def _named(row: Campaign) -> str:
    """Return the campaign's name, with its id where another one is called the same."""
    others = Campaign.objects.filter(is_deleted=False).exclude(pk=row.pk)
    known = others.alias(a=Folded("name"), b=Folded("utm_campaign"))
    wanted = fold(row.name)
    if known.filter(a=wanted).exists() or known.filter(b=wanted).exists():
        return f"{row.name[:200]} {ids.encode('701', row.pk)}"
    return row.name


def tagged(compiled: Compiled, tags: Mapping[str, str]) -> Compiled:
    """Return a letter whose links to our own sites have the tags that they lack."""
    if not tags:
        return compiled
    ours = hosts()
    links = tuple(_with(link, tags, ours) for link in compiled.links)

    def renamed(slot: Slot) -> Slot:
        """Let go of what was typed for a link that has tags now."""
        same = slot.kind != "link" or links[int(slot.value)] == compiled.links[int(slot.value)]
        return slot if same else replace(slot, written=())

    return replace(with_slots(compiled, renamed), links=links)


def hosts() -> frozenset[str]:
    """Return the names of the company's sites, without “www.”."""
    every = {settings.SITE_URL, *(origin for function in _sites for origin in function())}
    return frozenset(filter(None, map(_host, every)))


def own(links: Iterable[Text]) -> int:
    """Return how many links lead to our own sites."""
    ours = hosts()
    return sum(_leads(link, ours) for link in links)


def _leads(link: Text, ours: Collection[str]) -> bool:
    return bool(link) and isinstance(link[0], str) and _host(places.address(link[0])) in ours


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _with(link: Text, tags: Mapping[str, str], ours: Collection[str]) -> Text:
    """Return a link with the tags that it lacks, in its query: what the author wrote stays, the fragment too."""
    if not _leads(link, ours):
        return link
    before, after = _parted(link)
    written = "".join(part if isinstance(part, str) else "…" for part in before)
    there = {name.lower() for name in _UTM.findall(written)}
    missing = {name: value for name, value in tags.items() if name not in there}
    if not missing:
        return link
    sign = "?" if "?" not in written else "" if written.endswith(("?", "&")) else "&"
    return _joined((*before, f"{sign}{urlencode(missing, quote_via=quote)}", *after))


def _parted(link: Text) -> tuple[Text, Text]:
    """Return a link before its fragment, and the fragment with its sign."""
    for place, part in enumerate(link):
        if isinstance(part, str) and "#" in part:
            address, sign, fragment = part.partition("#")
            return (*link[:place], address), (sign + fragment, *link[place + 1 :])
    return link, ()


def _joined(link: Text) -> Text:
    """Return a link whose neighbouring pieces of text are one."""
    found: list[object] = []
    for part in link:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)  # type: ignore[arg-type]
