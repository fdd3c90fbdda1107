"""Who somebody is by the name and the address that they write under."""

from __future__ import annotations

import re

from essor.domain.duplicates.matching.words import FREE_MAIL, LEGAL_FORMS, PARTICLES, TITLES

BESIDE = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|\s[|–—/•].*$|\s-\s.*$|\s(?:via|chez|at|from)\s.*$", re.IGNORECASE
)
EDGES = "\"'’“”«»,;:.- "
NOBODYS = re.compile(
    r"(?:no|ne|do)[-_.]?(?:not[-_.]?|pas[-_.]?)?(?:reply|repondre|r[ée]ponse)|robot|mailer", re.IGNORECASE
)
SECOND = frozenset(
    ["ac", "asso", "co", "com", "edu", "gouv", "gov", "net", "org", "or"]
)  # as in “example.co.uk”
MAIL = ("gmx.", "yahoo.", "hotmail.", "outlook.", "live.", "proton.", "mail.ru", "yandex.")
SHORT, LONGEST_NAME, LONGEST_COMPANY = 3, 80, 255
PARTS = 2


def name_of(words: str, address: str) -> tuple[str, str]:
    """Return (first name, last name) of “Ana ROUX”, “ROUX, Ana”, “Mme Ana Roux (Émeraude)”; by the address without a name."""
    clean = BESIDE.sub("", words).strip(EDGES)
    if not clean or "@" in clean or company_in(words):
        return _by_address(address)
    last, first = (part.strip(EDGES) for part in clean.partition(",")[::2])
    if last and first and "," not in first:
        return _cut(_cased(_untitled(first)), _cased(_untitled(last)))
    return _cut(*_split(_untitled(clean)))


def _split(name: str) -> tuple[str, str]:
    """Part a name: the words in capitals are the last name, wherever they stand; else all but the first word are."""
    parts = name.split()
    if len(parts) < PARTS:
        return "", _cased(name)
    loud = [one for one in parts if one.isupper() and len(one) > 1]
    if loud and len(loud) < len(parts) and parts[0] not in loud[1:]:
        at = next(place for place, one in enumerate(parts) if one in loud)
        while at > 1 and parts[at - 1].lower() in PARTICLES:
            at -= 1
        if at == 0:
            end = next(place for place, one in enumerate(parts) if one not in loud)
            return _cased(" ".join(parts[end:])), _cased(" ".join(parts[:end]))
        return _cased(" ".join(parts[:at])), _cased(" ".join(parts[at:]))
    return _cased(parts[0]), _cased(" ".join(parts[1:]))


def _untitled(name: str) -> str:
    parts = name.split()
    while len(parts) > 1 and parts[0].strip(".").lower() in TITLES:
        parts = parts[1:]
    return " ".join(parts)


def _cased(name: str) -> str:
    """Return a name written as names are; what has small and capital letters already stays."""
    if not (name.isupper() or name.islower()):
        return " ".join(_cased(one) if one.isupper() and len(one) > PARTS else one for one in name.split())
    words = (
        one.lower() if one.lower() in PARTICLES and place else one for place, one in enumerate(name.split())
    )
    return " ".join(one if one in PARTICLES else "-".join(map(_capital, one.split("-"))) for one in words)


def _capital(word: str) -> str:
    head, mark, tail = word.lower().partition("'")
    return f"{head[:1].upper()}{head[1:]}{mark}{tail[:1].upper()}{tail[1:]}"


def _by_address(address: str) -> tuple[str, str]:
    """Return the name that an address seems to be made of: two words with a dot are a first and a last name."""
    local = address.partition("@")[0].partition("+")[0]
    parts = [one for one in re.split(r"[._]", local) if one]
    if len(parts) == PARTS and all(one.replace("-", "").isalpha() and len(one) > 1 for one in parts):
        return _cut(_cased(parts[0]), _cased(parts[1]))
    return _cut("", local or address)


def _cut(first: str, last: str) -> tuple[str, str]:
    return first[:LONGEST_NAME], last[:LONGEST_NAME]


def company_in(words: str) -> str:
    """Return a sender's name that is a company's, known by its legal form; else nothing."""
    return words if any(one.strip(".,()").lower() in LEGAL_FORMS for one in words.split()[1:]) else ""


def company_of(words: str, address: str) -> str:
    """Return the company: the one that the name says, else after the address's domain; empty at a public mail provider's."""
    domain = address.rpartition("@")[2]
    if found := company_in(words):
        return found[:LONGEST_COMPANY]
    if domain in FREE_MAIL or domain.startswith(MAIL) or "." not in domain:
        return ""
    labels = domain.split(".")
    own = labels[-3] if len(labels) > PARTS and labels[-2] in SECOND else labels[-2]
    return " ".join(
        one.upper() if len(one) <= SHORT else _capital(one) for one in re.split(r"[-_]", own) if one
    )


def is_nobodys(address: str) -> bool:
    """Tell whether nobody reads an address, such as “no-reply@…”: the sender is who answers are for."""
    return bool(NOBODYS.match(address.partition("@")[0]))
