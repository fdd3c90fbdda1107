"""Machines that say what they are: scanners, previews, prefetching, privacy proxies.

A mail gateway follows the links of a letter before its reader sees it; Apple's and others' proxies load its pictures for
everybody. Counted as people they would make any campaign look well.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from functools import lru_cache

# Parts of the User-Agent of programs that fetch links by themselves; facts of their vendors' documentation.
ROBOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan(?:ner)?\b|monitor|validator|facebookexternalhit|whatsapp|"
    r"barracuda|mimecast|proofpoint|symantec|messagelabs|trendmicro|fortinet|sophos|cloudmark|zscaler|"
    r"curl/|wget/|python-|aiohttp|httpx|okhttp|go-http-client|java/|libwww|headless|phantomjs|axios|node-fetch",
    re.IGNORECASE,
)
# Apple's Mail Privacy Protection names no more than this; Gmail's proxy loads when a person opens, so it is none of these.
BARE = re.compile(r"Mozilla/\d+\.\d+")
PURPOSES = (b"purpose", b"sec-purpose", b"x-moz", b"x-purpose")
AHEAD = ("prefetch", "prerender", "preview")
KNOWN, LONGEST = 2_000, 400  # programs kept in memory; characters of those that are
VERSIONS = re.compile(r"/[\d._]+|\([^)]*\)")


def judged(method: str, headers: Mapping[bytes, bytes], *, opened: bool) -> tuple[bool, str]:
    """Tell whether a request says by itself that no person made it, and the name of the program that sent it.

    `headers` are what it brought by their lower-case names; `opened`: it asks for the picture of an opened mail.
    """
    agent = headers.get(b"user-agent", b"")
    purpose = b" ".join([headers[name] for name in PURPOSES if name in headers])
    short = len(agent) + len(purpose) <= LONGEST
    return (_judged if short else _judged.__wrapped__)(method, agent, purpose, opened)


@lru_cache(KNOWN)
def _judged(method: str, agent: bytes, purpose: bytes, opened: bool) -> tuple[bool, str]:  # noqa: FBT001 -- asked by place, once a click
    name, why = agent.decode("latin-1").strip(), purpose.decode("latin-1").lower()
    machine = (
        method != "GET"
        or not name
        or ROBOTS.search(name) is not None
        or any(word in why for word in AHEAD)
        or (opened and BARE.fullmatch(name) is not None)
    )
    return machine, shortened(name)


def shortened(agent: str) -> str:
    """Return a program's name without versions and details: “Mozilla AppleWebKit Version Safari”."""
    return " ".join(VERSIONS.sub(" ", agent).split())[:80]


def network(address: str) -> str:
    """Return the network of an IP address, too wide to name a household: /24 or /48; empty for any other text."""
    try:
        if ":" in address:
            return socket.inet_ntop(
                socket.AF_INET6, socket.inet_pton(socket.AF_INET6, address)[:6] + bytes(10)
            )
        return socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, address)[:3] + bytes(1))
    except (OSError, ValueError):  # ValueError: a NUL or a letter that is none of ASCII
        return ""
