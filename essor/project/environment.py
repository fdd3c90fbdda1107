"""Reads the settings a deployment gives through environment variables."""

import os

from django.core.exceptions import ImproperlyConfigured

SMTPS = 465
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable, or the default when it is absent or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    """A yes/no variable; raises ImproperlyConfigured for anything that is neither."""
    given = os.environ.get(name)
    if given is None:
        return default
    word = given.strip().lower()
    if word not in _TRUE | _FALSE:
        message = f"{name} must be 1 or 0, not {given!r}"
        raise ImproperlyConfigured(message)
    return word in _TRUE


def whole(name: str, default: int) -> int:
    """A whole number; raises ImproperlyConfigured for anything else."""
    given = text(name, str(default))
    try:
        return int(given)
    except ValueError as error:
        message = f"{name} must be a whole number, not {given!r}"
        raise ImproperlyConfigured(message) from error


def items(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list, blanks dropped."""
    given = text(name)
    return [item.strip() for item in given.split(",") if item.strip()] if given else list(default)


def mail_security(port: int, *, tls: bool) -> tuple[bool, bool]:
    """Whether a mail server speaks TLS from the first byte, as all do at port 465, and whether it is asked to begin."""
    from_the_first_byte = tls and port == SMTPS
    return from_the_first_byte, tls and not from_the_first_byte
