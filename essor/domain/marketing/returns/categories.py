"""What an enhanced status code (RFC 3463, and the registry that RFC 5248 opened) means for an address."""

from __future__ import annotations

from essor.domain.marketing.returns.models import Category

# The address itself is wrong, for good: no such mailbox or host, moved away, closed, no mail accepted there.
GONE = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.9", "1.10", "2.1", "4.4"})


# Our own address is wrong, or its domain: nothing is said about the recipient's.
OURS = frozenset({"1.7", "1.8"})


def category(status: str, reason: str = "") -> Category:
    """Return what a failed delivery means. Codes that say nothing (5.0.0) are read by their words."""
    head, _dot, detail = status.partition(".")
    if detail.startswith("7.") or detail in OURS:
        return Category.POLICY
    if head == "5" and detail in GONE and not (detail == "1.0" and not _names_nobody(reason)):
        return Category.HARD
    if head == "5" and detail in {"0.0", "", "5.0"} and _names_nobody(reason):
        return Category.HARD
    return Category.SOFT


NOBODY = (
    "user unknown",
    "unknown user",
    "no such user",
    "does not exist",
    "doesn't exist",
    "no mailbox",
    "unknown recipient",
    "invalid recipient",
    "recipient address rejected: user",
    "mailbox not found",
    "address unknown",
    "account disabled",
    "mailbox unavailable",
    "utilisateur inconnu",
    "adresse inconnue",
    "n'existe pas",
)


def _names_nobody(reason: str) -> bool:
    text = reason.lower()
    return any(word in text for word in NOBODY)
