"""Machines that say what they are: scanners, previews, prefetching, privacy proxies.

A mail gateway follows the links of a letter before its reader sees it; Apple's and others' proxies load its pictures for
everybody. Counted as people they would make any campaign look well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
AHEAD = ("prefetch", "prerender", "preview")
VERSIONS = re.compile(r"/[\d._]+|\([^)]*\)")


def is_machine(method: str, headers: Mapping[str, str], *, opened: bool) -> bool:
    """Tell whether a request says by itself that no person made it; `headers` by their lower-case names."""
    agent = headers.get("user-agent", "").strip()
    purpose = " ".join(
        headers.get(name, "") for name in ("purpose", "sec-purpose", "x-moz", "x-purpose")
    ).lower()
    return (
        method != "GET"
        or not agent
        or bool(ROBOTS.search(agent))
        or any(word in purpose for word in AHEAD)
        or (opened and BARE.fullmatch(agent) is not None)
    )


def shortened(agent: str) -> str:
    """Return a program's name without versions and details: “Mozilla AppleWebKit Version Safari”."""
    return " ".join(VERSIONS.sub(" ", agent).split())[:80]


def network(address: str) -> str:
    """Return the network of an IP address, too wide to name a household: /24 or /48; empty for any other text."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False).network_address)  # noqa: PLR2004
