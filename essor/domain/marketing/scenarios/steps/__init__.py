"""The kinds of steps that only scenarios have, one file each; importing the folder registers them."""

from __future__ import annotations

from essor.domain.marketing.scenarios.steps import engaged, member, send, sms, split

__all__ = ["engaged", "member", "send", "sms", "split"]
