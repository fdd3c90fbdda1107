"""The addresses in a mail: each names its recipient by a signed token, and comes back to another room.

Somebody who has not agreed to be followed gets links that name the mailing only, and the variant of a trial: so its
totals stay right, and the winner is found by everybody's clicks.
"""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings

from essor.domain.marketing import tokens

CLICK, OPEN, OPT_OUT, PREFERENCES, BROWSER = "click", "open", "opt-out", "preferences", "browser"
ACCEPT, DECLINE = "accept", "decline"
BOUNCE, MESSAGE = "bounce", "message"
VISIT, VISIT_NAME = "visit", "r"  # the parameter that names the recipient on our own pages
NOBODY = 0
BOUNCE_PREFIX = "b+"


class Hit(NamedTuple):
    """What the address of a click or an open names; `recipient_id` None: only the mailing. `link` is -1 for an open.

    `variant` is named where the recipient is not, whose row says it.
    """

    recipient_id: int | None
    list_email_id: int
    link: int
    variant: int | None = None


def click_numbers(recipient_id: int, list_email_id: int, link: int, variant: int = 0) -> tuple[int, ...]:
    """Return what the token of a click says; of NOBODY only which variant they got."""
    return (recipient_id, list_email_id, link) if recipient_id else (NOBODY, list_email_id, link, variant)


def open_numbers(recipient_id: int, list_email_id: int, variant: int = 0) -> tuple[int, ...]:
    """Return what the token of an opened mail says; the same."""
    return (recipient_id, list_email_id) if recipient_id else (NOBODY, list_email_id, variant)


def click(recipient_id: int, list_email_id: int, link: int, variant: int = 0) -> str:
    """Return the address that leads a recipient (NOBODY: whoever it is) to link number `link` of a mailing."""
    return f"{settings.SITE_URL}/l/{tokens.make(CLICK, *click_numbers(recipient_id, list_email_id, link, variant))}"


def read_click(token: str) -> Hit | None:
    """Return what the token of `/l/…` names, None for a forged one."""
    numbers = tokens.read(CLICK, token)
    if numbers is None:
        return None
    recipient_id, list_email_id, link, *variant = numbers
    return Hit(recipient_id or None, list_email_id, link, variant[0] if variant else None)


def named(address: str, recipient_id: int | None) -> str:
    """Return where a link leads; on pages of our own the recipient is known by a token, other sites learn nothing."""
    if recipient_id is None or not is_ours(address):
        return address
    before, hash_sign, place = address.partition("#")
    sign = "&" if "?" in before else "?"
    return f"{before}{sign}{VISIT_NAME}={tokens.make(VISIT, recipient_id)}{hash_sign}{place}"


def is_ours(address: str) -> bool:
    """Tell whether an address is a page of this program."""
    return address.startswith(f"{settings.SITE_URL}/")


def read_visit(token: str) -> int | None:
    """Return the recipient that a page of ours was opened by, None for a forged token."""
    numbers = tokens.read(VISIT, token)
    return numbers[0] if numbers is not None and len(numbers) == 1 else None


def opened(recipient_id: int, list_email_id: int, variant: int = 0) -> str:
    """Return the address of the invisible picture."""
    return (
        f"{settings.SITE_URL}/p/{tokens.make(OPEN, *open_numbers(recipient_id, list_email_id, variant))}.gif"
    )


def read_open(token: str) -> Hit | None:
    """Return what the token of `/p/….gif` names, None for a forged one."""
    numbers = tokens.read(OPEN, token)
    if numbers is None:
        return None
    recipient_id, list_email_id, *variant = numbers
    return Hit(recipient_id or None, list_email_id, -1, variant[0] if variant else None)


def opt_out(recipient_id: int) -> str:
    """Return the address to opt out at: a page for people, one click for mail programs (RFC 8058)."""
    return f"{settings.SITE_URL}/u/{tokens.make(OPT_OUT, recipient_id)}"


def preferences(recipient_id: int) -> str:
    """Return the address of the person's choice of topics."""
    return f"{settings.SITE_URL}/preferences/{tokens.make(PREFERENCES, recipient_id)}"


def browser(recipient_id: int) -> str:
    """Return the address that shows the mail in a browser."""
    return f"{settings.SITE_URL}/v/{tokens.make(BROWSER, recipient_id)}"


def accept(recipient_id: int) -> str:
    """Return the address where an invited person says that they come; it only asks."""
    return f"{settings.SITE_URL}/i/{tokens.make(ACCEPT, recipient_id)}"


def decline(recipient_id: int) -> str:
    """Return the address where an invited person says that they do not come; it only asks."""
    return f"{settings.SITE_URL}/i/{tokens.make(DECLINE, recipient_id)}"


def envelope(recipient_id: int, bounce_domain: str) -> str:
    """Return the envelope sender: what bounces comes back naming its recipient (VERP)."""
    return f"{BOUNCE_PREFIX}{tokens.make(BOUNCE, recipient_id)}@{bounce_domain}"


def read_envelope(address: str) -> int | None:
    """Return the recipient that a bounce to `address` is about, None for another address."""
    local = address.rpartition("@")[0]
    if not local.lower().startswith(BOUNCE_PREFIX):
        return None
    numbers = tokens.read(BOUNCE, local[len(BOUNCE_PREFIX) :])
    return numbers[0] if numbers is not None and len(numbers) == 1 else None


def message_id(recipient_id: int, domain: str) -> str:
    """Return the Message-ID: a mail sent again after a crash has the same, and servers that look at it drop the second."""
    return f"<{tokens.make(MESSAGE, recipient_id)}@{domain}>"


def read_message_id(message: str) -> int | None:
    """Return the recipient of a mail with this Message-ID, None when it is not of ours."""
    numbers = tokens.read(MESSAGE, message.strip().strip("<>").rpartition("@")[0])
    return numbers[0] if numbers is not None and len(numbers) == 1 else None
