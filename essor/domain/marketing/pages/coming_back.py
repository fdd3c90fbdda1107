"""Where forms of landing pages may lead back to: the company's own sites."""

from __future__ import annotations

from essor.domain.marketing.visits import sites


def ours(address: str) -> bool:
    """Tell whether an address is one of the company's sites."""
    return bool(address) and sites.origin_of(address) in sites.origins()
