"""Machines that say what they are: scanners, previews, prefetching, privacy proxies.

A mail gateway follows the links of a letter before its reader sees it; Apple's and others' proxies load its pictures for
everybody. Counted as people they would make any campaign look well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network

# Parts of the User-Agent of programs that fetch links by themselves; facts of their vendors' documentation.
ROBOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan(?:ner)?\b|monitor|validator|facebookexternalhit|whatsapp|"
    r"barracuda|mimecast|proofpoint|symantec|messagelabs|trendmicro|fortinet|sophos|cloudmark|zscaler|"
    r"curl/|wget/|python-|aiohttp|httpx|okhttp|go-http-client|java/|libwww|headless|phantomjs|axios|node-fetch",
    re.IGNORECASE,
)
# Apple's Mail Privacy Protection names no more than this; Gmail's proxy loads when a person opens, so it is none of these.
BARE = re.compile(r"Mozilla/\d+\.\d+")
PURPOSES = ("purpose", "sec-purpose", "x-moz", "x-purpose")
TELLING = frozenset(
    name.encode() for name in ("user-agent", *PURPOSES)
)  # the headers that `is_machine` looks at
AHEAD = ("prefetch", "prerender", "preview")
KNOWN, LONGEST = 2_000, 400  # agents and addresses kept in memory; characters of those that are
VERSIONS = re.compile(r"/[\d._]+|\([^)]*\)")


def is_machine(method: str, headers: Mapping[str, str], *, opened: bool) -> bool:
    """Tell whether a request says by itself that no person made it; `headers` by their lower-case names."""
    agent = headers.get("user-agent", "").strip()
    purpose = " ".join([headers[name] for name in PURPOSES if name in headers]).lower()
    return (
        method != "GET"
        or not agent
        or _is_robot(agent)
        or bool(purpose and any(word in purpose for word in AHEAD))
        or (opened and BARE.fullmatch(agent) is not None)
    )


def shortened(agent: str) -> str:
    """Return a program's name without versions and details: “Mozilla AppleWebKit Version Safari”."""
    return _shortened(agent) if len(agent) <= LONGEST else _shortened.__wrapped__(agent)


@lru_cache(KNOWN)
def _shortened(agent: str) -> str:
    return " ".join(VERSIONS.sub(" ", agent).split())[:80]


def _is_robot(agent: str) -> bool:
    return _named_robot(agent) if len(agent) <= LONGEST else _named_robot.__wrapped__(agent)


@lru_cache(KNOWN)
def _named_robot(agent: str) -> bool:
    return ROBOTS.search(agent) is not None


@lru_cache(KNOWN)
def network(address: str) -> str:
    """Return the network of an IP address, too wide to name a household: /24 or /48; empty for any other text."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False).network_address)  # noqa: PLR2004
